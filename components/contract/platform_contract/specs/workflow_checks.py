"""Whether a workflow can run at all: every state is reached and goes somewhere, every step exists, waits for an end, and fails somewhere."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..problems import choices, did_you_mean
from ..standards import states as standard
from .connections import Broken
from .manifest import Manifest
from .workflow import WorkflowSpec

TERMINAL = ("Succeed", "Fail")
FIELDS = {
    "Task": {"Function", "Callback", "Parameters", "ResultSelector", "TimeoutSeconds", "HeartbeatSeconds", "Retry", "Catch", "ResultPath"},
    "Choice": {"Choices", "Default"},
    "Parallel": {"Branches", "Parameters", "ResultSelector", "Retry", "Catch", "ResultPath"},
    "Map": {"ItemsPath", "ItemSelector", "ItemProcessor", "MaxConcurrency", "ToleratedFailurePercentage", "ToleratedFailureCount", "Retry", "Catch",
            "ResultSelector", "ResultPath"},
    "Wait": {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Pass": {"Parameters", "Result", "ResultPath"},
    "Succeed": set(),
    "Fail": {"Error", "ErrorPath", "Cause", "CausePath"},
}  # fmt: skip
EVERYWHERE = {"Type", "Comment", "InputPath", "OutputPath", "Next", "End"}


def check_workflows(manifest: Manifest) -> Iterator[Broken]:
    for name, spec in manifest.workflows.items():
        path = f"workflows.{name}"
        if spec.type == "express" and spec.timeout_seconds > standard.MAXIMUM_EXPRESS_SECONDS:
            yield (f"{path}.timeout_seconds", spec.timeout_seconds,
                   f"must be at most {standard.MAXIMUM_EXPRESS_SECONDS} s for an express workflow, its limit",
                   "lower it, or write `type: standard`")  # fmt: skip
        size = len(json.dumps(spec.states, default=str))
        if size > standard.MAXIMUM_DEFINITION_BYTES // 2:
            yield path, None, f"has a definition of {size} bytes, and Step Functions takes {standard.MAXIMUM_DEFINITION_BYTES}", "split it"
        yield from _machine(manifest, spec, path, {"StartAt": spec.start_at, "States": spec.states}, start="start_at", within="states")
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
            if "answer" in verbs and workflow.type == "express":
                yield path, "answer", "answers a token, and an express workflow waits for none", "remove it"


def _machine(
    manifest: Manifest, spec: WorkflowSpec, path: str, machine: Mapping[str, Any], *, start: str = "StartAt", within: str = "States"
) -> Iterator[Broken]:
    """What is wrong with a state machine, or with one inside it."""
    states = machine.get("States")
    if not isinstance(states, dict) or not states or not all(isinstance(state, dict) for state in states.values()):
        yield f"{path}.{within}", None, "must hold states: name -> what it does", "add `States: {...}`"
        return
    first = machine.get("StartAt")
    if first not in states:
        yield (f"{path}.{start}", first, f"is no state here; there is {choices(states)}", did_you_mean(str(first), states) or "correct it")
        return
    for name, state in states.items():
        yield from _state(manifest, spec, f"{path}.{within}.{name}", name, state, states)
    reached, todo = set(), [first]
    while todo:
        name = todo.pop()
        if name not in reached and name in states:
            reached.add(name)
            todo += [target for _, target in _targets(states[name])]
    for name in states:
        if name not in reached:
            yield f"{path}.{within}.{name}", None, "is never reached", "let a state lead to it, or remove it"


def _targets(state: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(field, name) of every state that may follow."""
    if "Next" in state:
        yield "Next", state["Next"]
    if "Default" in state:
        yield "Default", state["Default"]
    for field in ("Choices", "Catch"):
        for index, each in enumerate(_list(state.get(field))):
            if "Next" in each:
                yield f"{field}[{index}].Next", each["Next"]


def _list(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _state(
    manifest: Manifest, spec: WorkflowSpec, path: str, name: str, state: Mapping[str, Any], states: Mapping[str, Any]
) -> Iterator[Broken]:
    kind = state.get("Type")
    if kind not in FIELDS:
        yield f"{path}.Type", kind, f"must be one of {choices(FIELDS)}", did_you_mean(str(kind), FIELDS) or "choose one of them"
        return
    if len(name) > standard.MAXIMUM_NAME_CHARACTERS:
        yield path, None, f"has a name of {len(name)} characters, and Step Functions takes {standard.MAXIMUM_NAME_CHARACTERS}", "shorten it"
    for field in state:
        if field not in FIELDS[kind] | EVERYWHERE:
            known = sorted(FIELDS[kind] | EVERYWHERE)
            fix = did_you_mean(field, known) or f"a {kind} knows {choices(known)}"
            if field in ("Resource", "FunctionName"):
                fix = "name a function of this workload: `Function: NAME`"
            yield f"{path}.{field}", None, f"is not known in a {kind}", fix
    for field, target in _targets(state):
        if target not in states:
            yield (f"{path}.{field}", target, f"is no state here; there is {choices(states)}", did_you_mean(str(target), states) or "correct it")
    yield from _goes_on(path, kind, state)
    if kind == "Task":
        yield from _task(manifest, spec, path, state)
    if kind == "Parallel":
        for index, branch in enumerate(_list(state.get("Branches"))):
            yield from _machine(manifest, spec, f"{path}.Branches[{index}]", branch)
        if not _list(state.get("Branches")):
            yield f"{path}.Branches", None, "is required in a Parallel", "list what runs side by side, each with StartAt and States"
    if kind == "Map":
        yield from _map(manifest, spec, path, state)


def _goes_on(path: str, kind: str, state: Mapping[str, Any]) -> Iterator[Broken]:
    if kind in TERMINAL or kind == "Choice":
        if "Next" in state or "End" in state:
            yield path, None, f"is a {kind}, which has neither Next nor End of its own", "remove it"
        if kind == "Choice" and not _list(state.get("Choices")):
            yield f"{path}.Choices", None, "is required in a Choice", "list the cases, each with Next"
        if kind == "Choice" and "Default" not in state:
            yield f"{path}.Default", None, "is required: what no case foresees would fail with States.NoChoiceMatched", "name a state"
    elif ("Next" in state) == (state.get("End") is True):
        yield path, None, "must have either Next or End: true", "say what follows"


def _task(manifest: Manifest, spec: WorkflowSpec, path: str, state: Mapping[str, Any]) -> Iterator[Broken]:
    function = state.get("Function")
    if function not in manifest.functions:
        hint = did_you_mean(str(function), manifest.functions)
        yield (f"{path}.Function", function, f"is no function of this workload; there is {choices(manifest.functions)}", hint or "correct it")
        return
    if state.get("Callback"):
        if spec.type == "express":
            yield f"{path}.Callback", None, "waits for an answer, which an express workflow cannot", "write `type: standard`"
        elif "TimeoutSeconds" not in state:
            yield f"{path}.TimeoutSeconds", None, "is required where a step waits for an answer: nobody may ever give it", "say how long it waits"
        elif not any("States.Timeout" in each.get("ErrorEquals", []) or "States.ALL" in each.get("ErrorEquals", []) for each in _list(state.get("Catch"))):
            yield f"{path}.Catch", None, "catches no States.Timeout, so a question that nobody answers fails the execution", "add a Catch for it"
    elif "HeartbeatSeconds" in state:
        yield f"{path}.HeartbeatSeconds", None, "is for steps that wait for an answer", "remove it, or add `Callback: true`"


def _map(manifest: Manifest, spec: WorkflowSpec, path: str, state: Mapping[str, Any]) -> Iterator[Broken]:
    processor = state.get("ItemProcessor")
    if not isinstance(processor, dict):
        yield f"{path}.ItemProcessor", None, "is required in a Map", "add it, with StartAt and States"
        return
    if (processor.get("ProcessorConfig") or {}).get("Mode", "INLINE") != "INLINE":
        yield f"{path}.ItemProcessor.ProcessorConfig", None, "asks for a distributed map, which is not built yet", "remove it: items are mapped inline"
    if not isinstance(state.get("MaxConcurrency"), int) or state["MaxConcurrency"] < 1:
        yield f"{path}.MaxConcurrency", state.get("MaxConcurrency"), "must be 1 or more: without a bound, a long list takes all concurrency", "set it"
    yield from _machine(manifest, spec, f"{path}.ItemProcessor", {key: value for key, value in processor.items() if key != "ProcessorConfig"})
