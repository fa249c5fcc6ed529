"""What the engine reports while it works: its event log (one JSON object a line), read as it grows."""

import contextlib
import json
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WORDS = {
    "create": "created", "update": "updated", "delete": "deleted", "replace": "replaced", "import": "imported", "refresh": "refreshed",
    "read": "read", "same": "unchanged", "failed": "failed",
}  # fmt: skip
PART_OF = {"create-replacement": "replace", "delete-replaced": "replace", "import-replacement": "replace"}
"""A replacement is told as several operations on one resource."""
UNCHANGED = {"same", "read"}
NOT_COUNTED = re.compile(r"::pulumi:providers:|::pulumi:index:Stash::guardrails$")
SHOWN = {"info", "info#err", "warning", "error"}
TAG = re.compile(r"<\{%[^%]*%\}>")
"""Colour tags that the engine leaves in its messages."""


CHECK_FAILURE = re.compile(
    r"^\S+ resource '[^']+': property (\S+) value \{.*\} has a problem: (.*?)(?: \[urn:\S+\])?$", re.DOTALL
)
"""How the engine words what a provider finds wrong with an input: with the type, the name and the whole value again."""


PROTECTED = re.compile(r"(?:Preview failed: )?(?:unable to replace )?resource \"\S+\"(?: cannot be deleted)?\s+(?:because it is protected|as it is currently marked for protection)\..*", re.DOTALL)
"""How the engine words that a protected resource would go: its advice is to take the protection away."""
KEPT = "would be deleted or replaced; it is protected because it holds data (`protect_state`), and stays as it is; what to do: docs/how-to/retire-or-rename.md"


def short(urn: str) -> str:
    """`aws:sqs/queue:Queue receipts-inbox` for a URN: what a person calls the resource."""
    if "::" not in urn:
        return urn
    *_, types, name = urn.split("::", 3)
    return f"{types.rsplit('$', 1)[-1]} {name}"


@dataclass
class Summary:
    """An update or preview, added up. Components, the stack and providers are not counted: they are not in any cloud."""

    operations: dict[str, str] = field(default_factory=dict)
    """URN -> what was done with the resource."""
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    findings: list[tuple[str, str, str]] = field(default_factory=list)
    """(enforcement level, URN, message) of the guardrails."""
    under_way: set[str] = field(default_factory=set)

    @property
    def changed(self) -> list[tuple[str, str]]:
        """(operation, URN) of everything that is not as it was."""
        return [(operation, urn) for urn, operation in self.operations.items() if operation not in UNCHANGED]

    @property
    def mandatory(self) -> list[tuple[str, str]]:
        """(URN, message) of every finding that stops an update, each once."""
        return list(dict.fromkeys((urn, message) for level, urn, message in self.findings if level == "mandatory"))

    def read(self, event: dict[str, Any]) -> None:
        if begun := event.get("resourcePreEvent"):
            self._note(begun["metadata"], done=False)
        elif done := event.get("resOutputsEvent"):
            self._note(done["metadata"], done=True)
        elif failed := event.get("resOpFailedEvent"):
            self._note(failed["metadata"] | {"op": "failed"}, done=True)
        elif policy := event.get("policyEvent"):
            self.findings.append(
                (policy["enforcementLevel"], policy.get("resourceUrn", ""), TAG.sub("", policy["message"]).strip())
            )
        elif told := event.get("diagnosticEvent"):
            self._tell(told)

    def _note(self, metadata: dict[str, Any], done: bool) -> None:
        urn, operation = metadata["urn"], PART_OF.get(metadata["op"], metadata["op"])
        state = metadata.get("new") or metadata.get("old") or {}
        if not state.get("custom") or NOT_COUNTED.search(urn):
            return
        if not done:
            self.under_way.add(urn)
            return
        self.under_way.discard(urn)
        if self.operations.get(urn) not in ("replace", "failed"):
            self.operations[urn] = operation

    def _tell(self, told: dict[str, Any]) -> None:
        message = PROTECTED.sub(KEPT, CHECK_FAILURE.sub(r"\1: \2", TAG.sub("", told.get("message", "")).strip()))
        if not message or told.get("severity") not in SHOWN or told.get("ephemeral"):
            return
        where = f"{short(told['urn'])}: " if told.get("urn") and "pulumi:pulumi:Stack" not in told["urn"] else ""
        (self.errors if told["severity"] == "error" else self.notes).append(where + message)

    def words(self) -> str:
        """`12 created, 3 updated, 40 unchanged`."""
        counts = Counter(self.operations.values())
        return ", ".join(f"{counts[key]} {word}" for key, word in WORDS.items() if counts[key]) or "nothing to do"


class EventLog:
    """Reads the events that were added to a log since the last look; a line half written is read next time.

    `up` with a preview writes that one's events first and then begins the file anew for the update: a live look may miss some at that
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
