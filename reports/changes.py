"""The changes of a preview, as the engine's events tell them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Operation = Literal["create", "update", "replace", "delete"]
OPERATIONS: tuple[Operation, ...] = ("create", "update", "replace", "delete")

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes a value that only the update will know."""

WORKLOAD, PLATFORM = "serverless-platform:index:Workload", "platform"
"""Type of the component that holds a workload; the owner of what is in none."""

ENGINE_TYPES = ("pulumi:providers:", "pulumi:index:Stash")

LONGEST_VALUE = 60


@dataclass(frozen=True)
class Property:
    """A property that changes; texts as they may be shown, None for what is no plain value."""

    path: str
    before: str | None
    after: str | None
    replaces: bool

    def __str__(self) -> str:
        mark = " (replaces)" if self.replaces else ""
        return f"{self.path}{mark}" if self.before is None and self.after is None else f"{self.path}: {self.before} -> {self.after}{mark}"


@dataclass(frozen=True)
class Change:
    """A resource that would not be as it was."""

    urn: str
    operation: Operation
    workload: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    properties: tuple[Property, ...] = ()

    @property
    def type(self) -> str:
        """aws:sqs/queue:Queue"""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def kind(self) -> str:
        """Queue"""
        return self.type.rpartition(":")[2]

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    def changed(self, path: str) -> Property | None:
        """The property at `path`, or one within it, if it changes."""
        return next((each for each in self.properties if each.path == path or each.path.startswith((f"{path}.", f"{path}["))), None)


def read_changes(events: Iterable[Mapping[str, Any]], parents: Mapping[str, str] | None = None) -> list[Change]:
    """The changes that a preview's events tell, one for each resource in a cloud; components are in none.

    parents: resource -> component around it, of the stack as it was: of what is deleted the events tell only some.
    """
    found: dict[str, Mapping[str, Any]] = {}
    around = dict(parents or {})
    for event in events:
        if not (before := event.get("resourcePreEvent")):
            continue
        metadata = before["metadata"]
        state = metadata.get("new") or metadata.get("old") or {}
        around[metadata["urn"]] = state.get("parent") or around.get(metadata["urn"], "")
        # A replacement is told in several events, of which this one has all that changes.
        if metadata["op"] in OPERATIONS and state.get("custom") and not state.get("type", "").startswith(ENGINE_TYPES):
            found.setdefault(metadata["urn"], metadata)
    return [_change(metadata, _workload_of(urn, around)) for urn, metadata in found.items()]


def _workload_of(urn: str, around: Mapping[str, str]) -> str:
    """Name of the workload that a resource belongs to: that of the component around it."""
    seen = set()
    while urn and urn not in seen:
        if urn.split("::")[2].rpartition("$")[2] == WORKLOAD:
            return urn.rpartition("::")[2]
        seen.add(urn)
        urn = around.get(urn, "")
    return PLATFORM


def _change(metadata: Mapping[str, Any], workload: str) -> Change:
    old, new = (metadata.get("old") or {}).get("inputs") or {}, (metadata.get("new") or {}).get("inputs") or {}
    operation: Operation = metadata["op"]
    if operation == "create":
        old = {}
    if operation == "delete":
        new = {}
    detailed = (metadata.get("detailedDiff") or {}) if operation in ("update", "replace") else {}
    properties = tuple(
        Property(path, text_of(at(old, path)), text_of(at(new, path)), "replace" in str(change.get("diffKind", "")))
        for path, change in sorted(detailed.items())
    )
    return Change(metadata["urn"], operation, workload, old, new, properties)


def at(data: Any, path: str) -> Any:
    """What is at `a.b[0].c` in plain data; None where there is nothing."""
    for part in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(data, Mapping):
            data = data.get(part.strip('"'))
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return data


def text_of(value: Any) -> str | None:
    """A plain value, short enough for a line; None for anything else."""
    if value == UNKNOWN:
        return "known after the update"
    if value is None or isinstance(value, (Mapping, list)):
        return None
    text = json.dumps(value)
    return text if len(text) <= LONGEST_VALUE else None
