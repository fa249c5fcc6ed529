"""Whether a workflow can run at all: every state is reached and goes somewhere, every step exists, waits for an end, and fails somewhere."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..name_limits import article
from ..problems import choices, did_you_mean
from ..standards import states as standard
from .loose_ends import Broken
from .manifest import Manifest
from .workflow import WorkflowSpec, tasks_of
from .workflow_fields import check_fields, whole

TERMINAL = ("Succeed", "Fail")
FIELDS = {
    "Task": {"Function", "Callback", "Parameters", "ResultSelector", "TimeoutSeconds", "HeartbeatSeconds", "Retry", "Catch", "ResultPath"},
    "Choice": {"Choices", "Default"},
    "Parallel": {"Branches", "Parameters", "ResultSelector", "Retry", "Catch", "ResultPath"},
    "Map": {"ItemsPath", "ItemSelector", "ItemProcessor", "MaxConcurrency", "Retry", "Catch", "ResultSelector", "ResultPath"},
    "Wait": {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Pass": {"Parameters", "Result", "ResultPath"},
    "Succeed": set(),
    "Fail": {"Error", "ErrorPath", "Cause", "CausePath"},
}  # fmt: skip
INSTEAD = {
    "Resource": "name a function of this workload: `Function: NAME`", "FunctionName": "name a function of this workload: `Function: NAME`",
    "Iterator": "call it ItemProcessor: that is its new name",
}  # fmt: skip
"""Field of other writers' definitions -> what to write here."""
EVERYWHERE = {"Type", "Comment", "InputPath", "OutputPath", "Next", "End"}


def check_workflows(manifest: Manifest) -> Iterator[Broken]:
    """Everything that is wrong with the workflows of a manifest and with who starts them."""
    for name, spec in manifest.workflows.items():
        path = f"workflows.{name}"
        if spec.type == "express" and spec.timeout_seconds > standard.MAXIMUM_EXPRESS_SECONDS:
            yield (f"{path}.timeout_seconds", spec.timeout_seconds,
                   f"must be at most {standard.MAXIMUM_EXPRESS_SECONDS} s for an express workflow, its limit",
                   "lower it, or write `type: standard`")  # fmt: skip
        size = len(json.dumps(spec.states, default=str))
        if size > standard.MAXIMUM_DEFINITION_BYTES // 2:
            yield path, None, f"has a definition of {size} bytes, and Step Functions takes {standard.MAXIMUM_DEFINITION_BYTES}", "split it"
        seen: dict[str, str] = {}
        machine = {"StartAt": spec.start_at, "States": spec.states}
        yield from _machine(manifest, spec, path, machine, seen, start="start_at", within="states")
    yield from _verbs(manifest)


def _verbs(manifest: Manifest) -> Iterator[Broken]:
    """Each type of workflow is started in its own way."""
    for name, function in manifest.functions.items():
        for resource, verbs in function.uses.items():
            workflow = manifest.workflows.get(resource)
            if workflow is None:
                continue
            path = f"functions.{name}.uses.{resource}"
            if "run" in verbs and workflow.type == "standard":
                yield path, "run", "waits for the result, which only an express workflow gives", "use `start`, or write `type: express`"
            elif "run" in verbs and function.timeout_seconds < workflow.timeout_seconds <= standard.MAXIMUM_EXPRESS_SECONDS:
                yield (path, "run", f"waits for up to {workflow.timeout_seconds} s, and the function runs for {function.timeout_seconds}",
                       f"lower workflows.{resource}.timeout_seconds, or raise the function's")  # fmt: skip
            if "answer" in verbs and workflow.type == "express":
                yield path, "answer", "answers a token, and an express workflow waits for none", "remove it"
            elif "answer" in verbs and not any(task.get("Callback") for task in tasks_of(workflow.states)):
                yield path, "answer", "answers a token, and no step of it waits for one", "remove it, or write `Callback: true` at a step"


def _machine(
    manifest: Manifest, spec: WorkflowSpec, path: str, machine: Mapping[str, Any], seen: dict[str, str], *,
    start: str = "StartAt", within: str = "States",
) -> Iterator[Broken]:  # fmt: skip
    """What is wrong with a state machine, or with one inside it. `seen`: name of a state -> where it is, in the whole workflow."""
    states = machine.get("States")
    if not isinstance(states, dict) or not states or not all(isinstance(state, dict) for state in states.values()):
        yield f"{path}.{within}", None, "must hold states: name -> what it does", "add `States: {...}`"
        return
    for field in machine:
        if field not in ("StartAt", "States", "Comment"):
            yield f"{path}.{field}", None, "is not known here", did_you_mean(field, ("StartAt", "States")) or "known are StartAt, States"
    first = machine.get("StartAt")
    if not _is_state(first, states):
        yield (f"{path}.{start}", first, f"is no state here; there is {choices(states)}", did_you_mean(str(first), states) or "name the first one")
        return
    broken = False
    for name, state in states.items():
        here = f"{path}.{within}.{name}"
        if name in seen:
            broken = True
            yield here, None, f"has the name of {seen[name]}, and a name is unique in the whole workflow", "rename one of the two"
        seen.setdefault(name, here)
        for each in _state(manifest, spec, here, name, state, states, seen):
            broken = True
            yield each
    if not broken:  # what is broken may be what would lead to a state
        yield from _reached(f"{path}.{within}", str(first), states)


def _reached(path: str, first: str, states: Mapping[str, Any]) -> Iterator[Broken]:
    reached: set[str] = set()
    todo = [first]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += [target for _, target in _targets(states[name])]
    if not any(states[name].get("End") is True or states[name]["Type"] in TERMINAL for name in reached):
        yield path, None, "have no end: each leads to another one, round and round", "let one have End: true, or add a Succeed"
        return
    for name in states:
        if name not in reached:
            yield f"{path}.{name}", None, "is never reached", "let a state lead to it, or remove it"


def _is_state(name: Any, states: Mapping[str, Any]) -> bool:
    return isinstance(name, str) and name in states


def _targets(state: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(field, state that it names)"""
    for field in ("Next", "Default"):
        if field in state:
            yield field, state[field]
    for field in ("Choices", "Catch"):
        for index, each in enumerate(_list(state.get(field))):
            if "Next" in each:
                yield f"{field}[{index}].Next", each["Next"]


def _list(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _state(
    manifest: Manifest, spec: WorkflowSpec, path: str, name: str, state: Mapping[str, Any], states: Mapping[str, Any], seen: dict[str, str]
) -> Iterator[Broken]:
    kind = state.get("Type")
    if not isinstance(kind, str) or kind not in FIELDS:
        yield f"{path}.Type", kind, f"must be one of {choices(FIELDS)}", did_you_mean(str(kind), FIELDS) or "choose one of them"
        return
    if len(name) > standard.MAXIMUM_NAME_CHARACTERS:
        yield path, None, f"has a name of {len(name)} characters, and Step Functions takes {standard.MAXIMUM_NAME_CHARACTERS}", "shorten it"
    for field in state:
        if field not in FIELDS[kind] | EVERYWHERE:
            known = sorted(FIELDS[kind] | EVERYWHERE)
            yield (f"{path}.{field}", None, f"is not known in {article(kind.lower())} {kind}",
                   INSTEAD.get(field) or did_you_mean(field, known) or f"it knows {choices(known)}")  # fmt: skip
    yield from check_fields(path, kind, state)
    for field, target in _targets(state):
        if not _is_state(target, states):
            yield (f"{path}.{field}", target, f"is no state here; there is {choices(states)}", did_you_mean(str(target), states) or "correct it")
    yield from _goes_on(path, kind, state)
    if kind == "Task":
        yield from _task(manifest, spec, path, state)
    if kind == "Parallel":
        branches = _list(state.get("Branches"))
        if not branches or len(branches) != len(state["Branches"]):
            yield f"{path}.Branches", None, "is required in a Parallel", "list what runs side by side, each with StartAt and States"
        for index, branch in enumerate(branches):
            yield from _machine(manifest, spec, f"{path}.Branches[{index}]", branch, seen)
    if kind == "Map" and "Iterator" not in state:
        yield from _map(manifest, spec, path, state, seen)


def _goes_on(path: str, kind: str, state: Mapping[str, Any]) -> Iterator[Broken]:
    ways = [field for field in ("Next", "End") if state.get(field) not in (None, False)]
    if kind in TERMINAL or kind == "Choice":
        if ways:
            yield f"{path}.{ways[0]}", None, f"is not for a {kind}", "remove it"
        if kind == "Choice" and "Default" not in state:
            yield f"{path}.Default", None, "is required: what no case foresees would fail with States.NoChoiceMatched", "name a state"
    elif len(ways) == 2:
        yield path, None, "has both Next and End", "keep the one that is meant"
    elif not ways:
        yield path, None, "has neither Next nor End: true", "say what follows"


def _task(manifest: Manifest, spec: WorkflowSpec, path: str, state: Mapping[str, Any]) -> Iterator[Broken]:
    function, timeout, beat = state.get("Function"), state.get("TimeoutSeconds"), state.get("HeartbeatSeconds")
    if "Function" not in state:
        if not set(INSTEAD) & set(state):
            yield f"{path}.Function", None, "is required in a Task", f"name a function of this workload; there is {choices(manifest.functions)}"
        return
    if not isinstance(function, str) or function not in manifest.functions:
        hint = did_you_mean(str(function), manifest.functions)
        yield (f"{path}.Function", function, f"is no function of this workload; there is {choices(manifest.functions)}", hint or "correct it")
        return
    if state.get("Callback") is not True:
        if beat is not None:
            yield f"{path}.HeartbeatSeconds", None, "is for steps that wait for an answer", "remove it, or add `Callback: true`"
        return
    if spec.type == "express":
        yield f"{path}.Callback", None, "waits for an answer, which an express workflow cannot", "write `type: standard`"
    elif "TimeoutSeconds" not in state:
        yield f"{path}.TimeoutSeconds", None, "is required where a step waits for an answer: nobody may ever give it", "say how long it waits"
    elif _not_below(timeout, spec.timeout_seconds):
        yield (f"{path}.TimeoutSeconds", timeout, f"is not over before the workflow is, after {spec.timeout_seconds} s, so its Catch would never act",
               "lower it, or raise timeout_seconds of the workflow")  # fmt: skip
    elif _not_below(beat, timeout):
        yield f"{path}.HeartbeatSeconds", beat, f"must be less than TimeoutSeconds, {timeout}", "lower it"
    elif not _catches_timeouts(state):
        yield f"{path}.Catch", None, "catches no States.Timeout, so a question that nobody answers fails the execution", "add a Catch for it"


def _not_below(seconds: Any, limit: Any) -> bool:
    """False also if one of them is no number, which is told as such."""
    return isinstance(seconds, int) and isinstance(limit, int) and seconds >= limit


def _catches_timeouts(state: Mapping[str, Any]) -> bool:
    """Also if what it catches is no list: that is told as such."""
    caught = [each.get("ErrorEquals") for each in _list(state.get("Catch"))]
    return any(not isinstance(names, list) or {"States.Timeout", "States.ALL"} & {str(name) for name in names} for names in caught)


def _map(manifest: Manifest, spec: WorkflowSpec, path: str, state: Mapping[str, Any], seen: dict[str, str]) -> Iterator[Broken]:
    processor = state.get("ItemProcessor")
    if not isinstance(processor, dict):
        yield f"{path}.ItemProcessor", None, "is required in a Map", "add it, with StartAt and States"
        return
    config = processor.get("ProcessorConfig", {})
    if not isinstance(config, dict) or config.get("Mode", "INLINE") != "INLINE":
        yield f"{path}.ItemProcessor.ProcessorConfig", None, "asks for a distributed map, which is not built yet", "remove it: items are mapped inline"
    if not whole(1)(state.get("MaxConcurrency")):
        yield f"{path}.MaxConcurrency", state.get("MaxConcurrency"), "must be 1 or more: without a bound, a long list takes all concurrency", "set it"
    inner = {key: value for key, value in processor.items() if key != "ProcessorConfig"}
    yield from _machine(manifest, spec, f"{path}.ItemProcessor", inner, seen)
