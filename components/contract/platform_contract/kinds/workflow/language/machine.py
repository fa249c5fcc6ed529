"""State machines: which fields a state has, and how states lead on to one another.

Source: specification, "State Types" (its table of fields) and "Transitions"; Step Functions guide, "State machine structure".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from platform_contract.kinds.workflow import limits
from platform_contract.kinds.workflow.language.fields import Place, Wrong, wrong_fields
from platform_contract.platform.diagnostics import choices, did_you_mean

TERMINAL = ("Succeed", "Fail")
RESULT = frozenset({"ResultSelector", "ResultPath", "Retry", "Catch"})
FIELDS: Mapping[str, frozenset[str]] = {
    "Task": RESULT | {"Resource", "Parameters", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath", "Credentials"},
    "Choice": frozenset({"Choices", "Default"}),
    "Parallel": RESULT | {"Branches", "Parameters"},
    "Map": RESULT | {"ItemProcessor", "Iterator", "ItemsPath", "ItemSelector", "Parameters", "ItemReader", "ItemBatcher", "ResultWriter", "MaxConcurrency",
                     "MaxConcurrencyPath", "ToleratedFailureCount", "ToleratedFailureCountPath", "ToleratedFailurePercentage",
                     "ToleratedFailurePercentagePath", "Label"},
    "Wait": frozenset({"Seconds", "SecondsPath", "Timestamp", "TimestampPath"}),
    "Pass": frozenset({"Parameters", "Result", "ResultPath"}),
    "Succeed": frozenset(),
    "Fail": frozenset({"Error", "ErrorPath", "Cause", "CausePath"}),
}  # fmt: skip
"""Type -> fields of its own."""
NEEDED = {"Task": ("Resource",), "Parallel": ("Branches",), "Map": ("ItemProcessor", "Iterator")}
"""Type -> fields of which it has exactly one; what a Wait and a Choice need is in `fields`."""
LEADS_ON = frozenset({"Next", "End"})
EVERYWHERE = frozenset({"Type", "Comment"})
DATA = frozenset({"InputPath", "OutputPath"})

JSONPATH_ONLY = DATA | {name for names in FIELDS.values() for name in names if name.endswith("Path")} | {"Parameters", "ResultSelector", "ItemSelector", "Result"}
JSONATA_ONLY = frozenset({"Arguments", "Output", "Items"})
"""Source: guide, "Transforming data with JSONata": what a state in one language has and one in the other has not."""

LANGUAGES = ("JSONPath", "JSONata")
UNSURE = ""
"""Language of states inside of a Map or Parallel whose own is not its machine's: neither document says which; nobody judges."""


@dataclass(frozen=True)
class Dialect:
    """The language as it is written somewhere. Ours names functions instead of resources, and has fewer fields."""

    fields: Mapping[str, frozenset[str]] = field(default_factory=lambda: FIELDS)
    needed: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NEEDED)
    instead: Mapping[str, str] = field(default_factory=dict)
    """Field that it has not -> what to write."""
    variables: bool = True
    """Whether it has Assign, and with it variables."""
    jsonata: bool = True
    default: bool = False
    """Whether a Choice needs Default."""


AWS = Dialect()
"""As Step Functions takes it."""


def wrong_in_machine(machine: Mapping[str, Any], dialect: Dialect = AWS) -> Iterator[Wrong]:
    """Everything that is wrong with a definition, of whatever shape, those of the machines inside it included."""
    yield from _machine(machine, (), dialect, "JSONPath", {})


def states_of(machine: Mapping[str, Any], path: Place = ()) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """The states of a machine, those of machines inside it included, each with its place. Takes whatever was written."""
    states = machine.get("States")
    for name, state in states.items() if isinstance(states, dict) else ():
        if isinstance(state, dict):
            here = (*path, "States", name)
            yield here, state
            for place, inner in inner_machines(state):
                yield from states_of(inner, (*here, *place))


def inner_machines(state: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """The branches of a Parallel and the processor of a Map."""
    for index, branch in enumerate(_objects(state.get("Branches"))):
        yield ("Branches", index), branch
    for name in ("ItemProcessor", "Iterator"):
        if isinstance(state.get(name), dict):
            yield (name,), state[name]


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _machine(machine: Mapping[str, Any], path: Place, dialect: Dialect, language: str, seen: dict[str, Place]) -> Iterator[Wrong]:
    """seen: name of a state -> where it is, in the whole definition."""
    states = machine.get("States")
    if not isinstance(states, dict) or not states or not all(isinstance(state, dict) for state in states.values()):
        yield Wrong((*path, "States"), None, "must hold states: name -> what it does", "add `States: {...}`")
        return
    known = ("StartAt", "States", "Comment", *(() if path else ("Version", "TimeoutSeconds")), *(("ProcessorConfig",) if "ItemProcessor" in path[-1:] else ()),
             *(("QueryLanguage",) if dialect.jsonata else ()))  # fmt: skip
    for name in machine:
        if name not in known:
            yield Wrong((*path, name), None, "is not known here", did_you_mean(name, known) or f"known are {choices(known)}")
    language = machine.get("QueryLanguage", language)
    if language not in (*LANGUAGES, UNSURE):
        yield Wrong((*path, "QueryLanguage"), language, f"must be one of {choices(LANGUAGES)}", "correct it")
        language = UNSURE
    first = machine.get("StartAt")
    if not _is_state(first, states):
        yield Wrong((*path, "StartAt"), first, f"is no state here; there is {choices(states)}", did_you_mean(str(first), states) or "name the first one")
        return
    broken = False
    for name, state in states.items():
        here = (*path, "States", name)
        if name in seen:
            broken = True
            yield Wrong(here, None, f"has the name of {dotted(seen[name][1:])}, and a name is unique in the whole workflow", "rename one of the two")
        seen.setdefault(name, here)
        for wrong in _state(here, name, state, states, dialect, language, seen):
            broken = True
            yield wrong
    if not broken:  # what is broken may be what would lead to a state
        yield from _ways((*path, "States"), str(first), states)


def dotted(path: Place) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _ways(path: Place, first: str, states: Mapping[str, Any]) -> Iterator[Wrong]:
    """Whether every state is reached, and an end from each."""
    ends = {name for name, state in states.items() if state.get("End") is True or state["Type"] in TERMINAL}
    into: dict[str, set[str]] = {name: set() for name in states}
    for name, state in states.items():
        for _, target in targets_of(state):
            into[target].add(name)
    reached = _closure({first}, {name: {target for _, target in targets_of(state)} for name, state in states.items()})
    if not ends & reached:
        yield Wrong(path, None, "have no end: each leads to another one, round and round", "let one have End: true, or add a Succeed")
        return
    ending = _closure(ends, into)
    for name in states:
        if name not in reached:
            yield Wrong((*path, name), None, "is never reached", "let a state lead to it, or remove it")
        elif name not in ending:
            yield Wrong((*path, name), None, "leads to no end: round and round, until the execution times out", "let a state on its way lead out", refused=False)


def _closure(begin: set[str], leads: Mapping[str, set[str]]) -> set[str]:
    found, todo = set(begin), list(begin)
    while todo:
        for name in leads[todo.pop()] - found:
            found.add(name)
            todo.append(name)
    return found


def _is_state(name: Any, states: Mapping[str, Any]) -> bool:
    return isinstance(name, str) and name in states


def targets_of(state: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    """(field, state that it names)"""
    for name in ("Next", "Default"):
        if name in state:
            yield (name,), state[name]
    for name in ("Choices", "Catch"):
        for index, each in enumerate(_objects(state.get(name))):
            if "Next" in each:
                yield (name, index, "Next"), each["Next"]


def _state(
    path: Place, name: str, state: Mapping[str, Any], states: Mapping[str, Any], dialect: Dialect, language: str, seen: dict[str, Place]
) -> Iterator[Wrong]:
    kind, own = state.get("Type"), state.get("QueryLanguage", language)
    if not isinstance(kind, str) or kind not in dialect.fields:
        yield Wrong((*path, "Type"), kind, f"must be one of {choices(dialect.fields)}", did_you_mean(str(kind), dialect.fields) or "choose one of them")
        return
    if len(name) > limits.MAXIMUM_NAME_CHARACTERS:
        yield Wrong(path, None, f"has a name of {len(name)} characters, and Step Functions takes {limits.MAXIMUM_NAME_CHARACTERS}", "shorten it")
    if language == "JSONata" and own == "JSONPath":
        yield Wrong((*path, "QueryLanguage"), own, "is not for a state of a machine in JSONata; the reverse is possible", "remove it")
    yield from _known_fields(path, kind, state, dialect, own)
    if own == "JSONPath":
        yield from wrong_fields(path, kind, state, variables=dialect.variables)
    for place, target in targets_of(state):
        if place[0] in dialect.fields[kind] | LEADS_ON and not _is_state(target, states):
            yield Wrong((*path, *place), target, f"is no state here; there is {choices(states)}", did_you_mean(str(target), states) or "correct it")
    yield from _leads_on(path, kind, state, dialect)
    given = [each for each in dialect.needed.get(kind, ()) if state.get(each) not in (None, [], {})]
    if kind in dialect.needed and len(given) != 1 and not set(dialect.instead) & set(state):
        yield Wrong((*path, dialect.needed[kind][0]), None, f"is required in a {kind}" if not given else f"is there beside {given[1]}, and a {kind} has one of them",
                    _missing(kind) if not given else "keep one")  # fmt: skip
    if kind == "Parallel" and given and len(_objects(state["Branches"])) != len(state["Branches"] if isinstance(state["Branches"], list) else [0]):
        yield Wrong((*path, "Branches"), None, "must be a list of machines", "write each with StartAt and States")
    if kind == "Map" and given and not isinstance(state[given[0]], dict):
        yield Wrong((*path, given[0]), None, "must be a machine", "write it with StartAt and States")
    inside = language if own == language else UNSURE
    for place, inner in inner_machines(state):
        if place[0] in dialect.fields[kind]:
            yield from _machine(inner, (*path, *place), dialect, inside, seen)


def _missing(kind: str) -> str:
    return {"Parallel": "list what runs side by side, each with StartAt and States", "Map": "add it, with StartAt and States"}.get(kind, "say what it does")


def _known_fields(path: Place, kind: str, state: Mapping[str, Any], dialect: Dialect, language: str) -> Iterator[Wrong]:
    known = dialect.fields[kind] | EVERYWHERE | LEADS_ON
    if kind != "Fail":
        known |= DATA
    if dialect.variables and kind != "Fail" and kind != "Succeed":
        known |= {"Assign"}
    if dialect.jsonata:
        known |= {"QueryLanguage"} | (JSONATA_ONLY if language != "JSONPath" else frozenset())
    if language == "JSONata":
        known -= JSONPATH_ONLY
    for name in state:
        if name not in known:
            elsewhere = JSONPATH_ONLY if language == "JSONata" else JSONATA_ONLY if dialect.jsonata else ()
            other = f" in {language}" if name in elsewhere else ""
            yield Wrong((*path, name), None, f"is not known in a {kind}{other}",
                        dialect.instead.get(name) or did_you_mean(name, known) or f"it knows {choices(sorted(known))}")  # fmt: skip


def _leads_on(path: Place, kind: str, state: Mapping[str, Any], dialect: Dialect) -> Iterator[Wrong]:
    ways = [name for name in ("Next", "End") if state.get(name) not in (None, False)]
    if kind in TERMINAL or kind == "Choice":
        if ways:
            yield Wrong((*path, ways[0]), None, f"is not for a {kind}", "remove it")
        if kind == "Choice" and dialect.default and "Default" not in state:
            yield Wrong((*path, "Default"), None, "is required: what no case foresees would fail with States.NoChoiceMatched", "name a state", refused=False)
    elif len(ways) == 2:
        yield Wrong(path, None, "has both Next and End", "keep the one that is meant")
    elif not ways:
        yield Wrong(path, None, "has neither Next nor End: true", "say what follows")
