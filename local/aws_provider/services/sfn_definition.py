"""What Step Functions refuses in a definition; the emulator takes any, and its ValidateStateMachineDefinition answers OK always.

The rules are those of the Amazon States Language (states-language.net) and of "Choosing workflow type" in the developer guide.
Places are told as AWS tells them: `/States/Ask/Next`. This finds what a person gets wrong; what a state sends to a service,
paths and expressions are left to AWS.
"""

import json
from collections.abc import Iterator
from typing import Any

TYPES = frozenset({"Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait"})
ENDS = frozenset({"Fail", "Succeed"})
NAME_LIMIT = 80
"""Characters of a state's name."""
NEEDED = {
    "Task": ("Resource",), "Choice": ("Choices",), "Parallel": ("Branches",), "Map": ("ItemProcessor", "Iterator"),
    "Wait": ("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),
}  # fmt: skip
"""Type -> fields of which it has exactly one."""
PATHS = frozenset({"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "MaxConcurrencyPath", "ErrorPath", "CausePath"})  # fmt: skip
"""Fields that a JSONata state does not have."""
EXPRESSIONS = frozenset({"Arguments", "Output", "Items"})
"""Fields that a JSONPath state does not have."""
FOREIGN = {"JSONPath": EXPRESSIONS, "JSONata": PATHS}
UNSURE = ""
"""Language of states inside of a Map or Parallel whose own is not its machine's: neither document says which; AWS judges."""
NOT_EXPRESS = (".waitForTaskToken", ".sync", ".sync:2")
"""Ends of resources: callbacks and jobs that a task waits for; an express workflow lasts five minutes."""

Found = Iterator[str]


def problems(text: str, kind: str = "STANDARD") -> list[str]:
    """What AWS would refuse in the definition of a machine of that type, each with its place."""
    try:
        machine = json.loads(text)
    except ValueError as error:
        return [f"must be JSON: {error}"]
    names: list[str] = []
    found = list(_machine(machine, "", kind, "JSONPath", names))
    twice = sorted({name for name in names if names.count(name) > 1})
    return found + [f"two states are called '{name}': a name is unique in the whole machine" for name in twice]


def _machine(machine: Any, path: str, kind: str, language: str, names: list[str]) -> Found:
    """A machine, a branch of Parallel or the processor of Map: states of their own, which lead to one another only."""
    states = machine.get("States") if isinstance(machine, dict) else None
    if not isinstance(states, dict) or not states:
        yield f"{path}/States: missing; a machine is an object with StartAt and States"
        return
    language = machine.get("QueryLanguage", language)
    if language not in ("JSONPath", "JSONata", UNSURE):
        yield f"{path}/QueryLanguage='{language}': must be one of JSONPath, JSONata"
    start, targets = machine.get("StartAt"), []
    names += states
    for name, state in states.items():
        here = f"{path}/States/{name}"
        if len(name) > NAME_LIMIT:
            yield f"{here}: a name has at most {NAME_LIMIT} characters"
        if not isinstance(state, dict) or state.get("Type") not in TYPES:
            yield f"{here}/Type: must be one of {', '.join(sorted(TYPES))}"
            continue
        yield from _state(state, here, kind, language, names)
        targets += _targets(state, here)
    if not isinstance(start, str):
        yield f"{path}/StartAt: missing"
    for target, where in [(start, f"{path}/StartAt"), *targets]:
        if isinstance(target, str) and target not in states:
            yield f"{where}='{target}': there is no such state beside it"
    if not any(isinstance(state, dict) and (state.get("End") is True or state.get("Type") in ENDS) for state in states.values()):
        yield f"{path}/States: no state ends it (End, Succeed, Fail)"
    else:
        yield from (f"{path}/States/{name}: is not reachable" for name in sorted(set(states) - _reached(states, start)))


def _targets(state: dict[str, Any], here: str) -> list[tuple[Any, str]]:
    found = [(state[field], f"{here}/{field}") for field in ("Next", "Default") if field in state]
    for field in ("Choices", "Catch"):
        for index, each in enumerate(_objects(state.get(field))):
            found.append((each.get("Next"), f"{here}/{field}[{index}]/Next"))
    return found


def _reached(states: dict[str, Any], start: Any) -> set[str]:
    reached: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        if isinstance(name, str) and isinstance(states.get(name), dict) and name not in reached:
            reached.add(name)
            todo += [target for target, _ in _targets(states[name], "")]
    return reached


def _state(state: dict[str, Any], here: str, kind: str, language: str, names: list[str]) -> Found:
    type_, own = state["Type"], state.get("QueryLanguage", language)
    if language == "JSONata" and own == "JSONPath":
        yield f"{here}/QueryLanguage: a machine in JSONata has no states in JSONPath; the reverse is possible"
    wrong = sorted(set(state) & FOREIGN.get(own, frozenset()))
    if wrong:
        yield f"{here}/{wrong[0]}: a state in {own} does not have it"
    yield from _leads_on(state, type_, here)
    given = [field for field in NEEDED.get(type_, ()) if state.get(field) not in (None, [], {})]
    if type_ in NEEDED and len(given) != 1:
        yield f"{here}: a {type_} state has exactly one of {', '.join(NEEDED[type_])}; here: {', '.join(given) or 'none'}"
    for index, each in enumerate(_objects(state.get("Choices")) if type_ == "Choice" else []):
        if "Next" not in each:
            yield f"{here}/Choices[{index}]/Next: missing"
    if kind == "EXPRESS":
        yield from _express(state, here)
    yield from _handlers(state, here)
    beat, end = state.get("HeartbeatSeconds"), state.get("TimeoutSeconds")
    if isinstance(beat, int) and isinstance(end, int) and beat >= end:
        yield f"{here}/HeartbeatSeconds={beat}: must be less than TimeoutSeconds={end}"
    inside = language if own == language else UNSURE
    for index, branch in enumerate(_objects(state.get("Branches"))):
        yield from _machine(branch, f"{here}/Branches[{index}]", kind, inside, names)
    for field in ("ItemProcessor", "Iterator"):
        if type_ == "Map" and isinstance(state.get(field), dict):
            inner = (state[field].get("ProcessorConfig") or {}).get("ExecutionType", kind)
            yield from _machine(state[field], f"{here}/{field}", inner, inside, names)


def _leads_on(state: dict[str, Any], type_: str, here: str) -> Found:
    ways = [field for field in ("Next", "End") if state.get(field) not in (None, False)]
    if type_ in ENDS or type_ == "Choice":
        if ways:
            yield f"{here}/{ways[0]}: a {type_} state does not have it"
    elif len(ways) != 1:
        yield f"{here}: a {type_} state has exactly one of Next, End; here: {', '.join(ways) or 'none'}"


def _express(state: dict[str, Any], here: str) -> Found:
    resource = state.get("Resource")
    if isinstance(resource, str) and (resource.endswith(NOT_EXPRESS) or (":activity:" in resource and ":states:" in resource)):
        yield f"{here}/Resource='{resource}': an express workflow waits for no callback, job or activity"
    processor = state.get("ItemProcessor")
    if isinstance(processor, dict) and (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED":
        yield f"{here}/ItemProcessor: an express workflow has no distributed map"


def _handlers(state: dict[str, Any], here: str) -> Found:
    """Retry and Catch are tried in their order: what stands behind States.ALL would never be."""
    for field in ("Retry", "Catch"):
        every = _objects(state.get(field))
        for index, each in enumerate(every):
            where, errors = f"{here}/{field}[{index}]", each.get("ErrorEquals")
            if not isinstance(errors, list) or not errors:
                yield f"{where}/ErrorEquals: has at least one error"
            elif "States.ALL" in errors and (len(errors) > 1 or index + 1 < len(every)):
                yield f"{where}/ErrorEquals: States.ALL stands alone, and in the last {field}"
            if field == "Catch" and not isinstance(each.get("Next"), str):
                yield f"{where}/Next: missing"
            rate = each.get("BackoffRate", 1)
            if isinstance(rate, (int, float)) and rate < 1:
                yield f"{where}/BackoffRate={rate}: must be at least 1.0"


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
