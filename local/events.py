"""What the engine reports while it works: its event log (one JSON object a line), read as it grows."""

import contextlib
import json
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHANGING = {"create", "update", "delete", "replace", "create-replacement", "delete-replaced", "import"}
SHOWN = {"info", "info#err", "warning", "error"}
TAG = re.compile(r"<\{%[^%]*%\}>")
"""Colour tags that the engine leaves in its messages."""


def short(urn: str) -> str:
    """`aws:sqs/queue:Queue receipts-inbox` for a URN: what a person calls the resource."""
    if "::" not in urn:
        return urn
    *_, types, name = urn.split("::", 3)
    return f"{types.rsplit('$', 1)[-1]} {name}"


@dataclass
class Summary:
    """An update or preview, added up. `changes` counts resources by operation; the stack itself is not counted."""

    changes: Counter = field(default_factory=Counter)
    changed: list[tuple[str, str]] = field(default_factory=list)
    """(operation, URN) of everything that is not `same`."""
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    findings: list[tuple[str, str, str]] = field(default_factory=list)
    """(enforcement level, URN, message) of the guardrails."""
    under_way: int = 0

    def read(self, event: dict[str, Any]) -> None:
        if outputs := event.get("resOutputsEvent"):
            self._count(outputs["metadata"])
        elif failed := event.get("resOpFailedEvent"):
            self.changes["failed"] += 1
            self.under_way = max(0, self.under_way - 1)
            self.changed.append(("failed", failed["metadata"]["urn"]))
        elif before := event.get("resourcePreEvent"):
            self.under_way += before["metadata"]["op"] in CHANGING
        elif policy := event.get("policyEvent"):
            self.findings.append(
                (policy["enforcementLevel"], policy.get("resourceUrn", ""), TAG.sub("", policy["message"]).strip())
            )
        elif told := event.get("diagnosticEvent"):
            self._tell(told)

    def _count(self, metadata: dict[str, Any]) -> None:
        operation, urn = metadata["op"], metadata["urn"]
        self.under_way -= operation in CHANGING
        if "pulumi:pulumi:Stack" in urn or "::pulumi:providers:" in urn:
            return
        self.changes[operation] += 1
        if operation in CHANGING:
            self.changed.append((operation, urn))

    def _tell(self, told: dict[str, Any]) -> None:
        message = TAG.sub("", told.get("message", "")).strip()
        if not message or told.get("severity") not in SHOWN or told.get("ephemeral"):
            return
        where = f"{short(told['urn'])}: " if told.get("urn") and "pulumi:pulumi:Stack" not in told["urn"] else ""
        (self.errors if told["severity"] == "error" else self.notes).append(where + message)

    def words(self) -> str:
        """`12 created, 3 updated, 40 unchanged`."""
        words = {
            "create": "created", "update": "updated", "delete": "deleted", "replace": "replaced", "same": "unchanged",
            "failed": "failed", "import": "imported", "refresh": "refreshed", "read": "read",
        }  # fmt: skip
        told = [f"{self.changes[key]} {word}" for key, word in words.items() if self.changes[key]]
        return ", ".join(told) or "nothing to do"


class EventLog:
    """Reads the events that were added to a log since the last look; a line half written is read next time.

    `up` writes its preview's events first and then begins the file anew for the update: a live look may miss some at that
    moment, so what counts is read from the whole file when the engine has ended (`whole`).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0
        self._rest = b""

    def new(self) -> list[dict[str, Any]]:
        try:
            with self.path.open("rb") as log:
                if os.fstat(log.fileno()).st_size < self._offset:
                    self._offset, self._rest = 0, b""
                log.seek(self._offset)
                data = log.read()
        except FileNotFoundError:
            return []
        self._offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        events = []
        for line in lines:
            with contextlib.suppress(ValueError):
                events.append(json.loads(line))
        return events

    def whole(self) -> Summary:
        summary = Summary()
        for event in EventLog(self.path).new():
            summary.read(event)
        return summary
