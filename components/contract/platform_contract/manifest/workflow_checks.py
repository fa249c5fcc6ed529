"""Whether a workflow can run at all: its definition is the language's, every step exists, waits for an end, and fails somewhere."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from platform_contract.kinds.workflow import limits as standard
from platform_contract.kinds.workflow.language.machine import FIELDS, Dialect, Place, Wrong, dotted, states_of, wrong_in_machine
from platform_contract.kinds.workflow.spec import WorkflowSpec, tasks_of
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.unused import Broken
from platform_contract.platform.diagnostics import choices, did_you_mean

OURS = Dialect(
    fields={
        **FIELDS,
        "Task": FIELDS["Task"] - {"Resource", "TimeoutSecondsPath", "HeartbeatSecondsPath", "Credentials"} | {"Function", "Callback"},
        "Map": frozenset({"ItemsPath", "ItemSelector", "ItemProcessor", "MaxConcurrency", "Retry", "Catch", "ResultSelector", "ResultPath"}),
    },
    needed={"Parallel": ("Branches",), "Map": ("ItemProcessor",)},
    instead={
        "Resource": "name a function of this workload: `Function: NAME`", "FunctionName": "name a function of this workload: `Function: NAME`",
        "Iterator": "call it ItemProcessor: that is its new name",
    },
    variables=False, jsonata=False, default=True,
)  # fmt: skip
"""The language as manifests write it: a Task names a function of the workload, and every value that is looked up is in the data."""


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
        for wrong in _workflow(manifest, spec):
            yield _place(path, wrong.path), wrong.value, wrong.rule, wrong.fix
    yield from _verbs(manifest)


def _place(workflow: str, path: Place) -> str:
    """Where it is in the manifest, which has names of its own for the outermost fields."""
    first = {"States": "states", "StartAt": "start_at"}.get(str(path[0]), str(path[0]))
    return f"{workflow}.{dotted((first, *path[1:]))}"


def _workflow(manifest: Manifest, spec: WorkflowSpec) -> Iterator[Wrong]:
    machine = {"StartAt": spec.start_at, "States": spec.states}
    for path, state in states_of(machine):
        try:
            json.dumps(state, allow_nan=False)
        except (TypeError, ValueError):
            yield Wrong(path, None, "holds a date or another value that JSON does not have", "write it in quotes")
            return
    yield from wrong_in_machine(machine, OURS)
    for path, state in states_of(machine):
        yield from _state(manifest, spec, path, state)


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


def _state(manifest: Manifest, spec: WorkflowSpec, path: Place, state: Mapping[str, Any]) -> Iterator[Wrong]:
    """What this platform asks of a state besides."""
    kind, seconds = state.get("Type"), state.get("Seconds")
    if kind == "Task":
        yield from _task(manifest, spec, path, state)
    if kind == "Map":
        yield from _map(path, state)
    if kind == "Wait" and _not_below(seconds, spec.timeout_seconds):
        yield Wrong((*path, "Seconds"), seconds, f"is not over before the workflow is, after {spec.timeout_seconds} s",
                    "lower it, or raise timeout_seconds of the workflow")  # fmt: skip


def _task(manifest: Manifest, spec: WorkflowSpec, path: Place, state: Mapping[str, Any]) -> Iterator[Wrong]:
    function, timeout, beat = state.get("Function"), state.get("TimeoutSeconds"), state.get("HeartbeatSeconds")
    if "Function" not in state:
        if not set(OURS.instead) & set(state):
            yield Wrong((*path, "Function"), None, "is required in a Task", f"name a function of this workload; there is {choices(manifest.functions)}")
        return
    if not isinstance(function, str) or function not in manifest.functions:
        hint = did_you_mean(str(function), manifest.functions)
        yield Wrong((*path, "Function"), function, f"is no function of this workload; there is {choices(manifest.functions)}", hint or "correct it")
        return
    if not isinstance(state.get("Callback", False), bool):
        yield Wrong((*path, "Callback"), state["Callback"], "must be true or false", "write it without quotes" if isinstance(state["Callback"], str) else "correct it")
        return
    if state.get("Callback") is not True:
        if beat is not None:
            yield Wrong((*path, "HeartbeatSeconds"), None, "is for steps that wait for an answer", "remove it, or add `Callback: true`")
        return
    if spec.type == "express":
        yield Wrong((*path, "Callback"), None, "waits for an answer, which an express workflow cannot", "write `type: standard`")
    elif "TimeoutSeconds" not in state:
        yield Wrong((*path, "TimeoutSeconds"), None, "is required where a step waits for an answer: nobody may ever give it", "say how long it waits")
    elif _not_below(timeout, spec.timeout_seconds):
        yield Wrong((*path, "TimeoutSeconds"), timeout, f"is not over before the workflow is, after {spec.timeout_seconds} s, so its Catch would never act",
                    "lower it, or raise timeout_seconds of the workflow")  # fmt: skip
    elif not _catches_timeouts(state):
        yield Wrong((*path, "Catch"), None, "catches no States.Timeout, so a question that nobody answers fails the execution", "add a Catch for it")


def _not_below(seconds: Any, limit: int) -> bool:
    """False also if it is no number, which is told as such."""
    return isinstance(seconds, int) and seconds >= limit


def _catches_timeouts(state: Mapping[str, Any]) -> bool:
    """Also if what it catches is no list: that is told as such."""
    catch = state.get("Catch")
    caught = [each.get("ErrorEquals") for each in catch if isinstance(each, dict)] if isinstance(catch, list) else []
    return any(not isinstance(names, list) or {"States.Timeout", "States.ALL"} & {str(name) for name in names} for names in caught)


def _map(path: Place, state: Mapping[str, Any]) -> Iterator[Wrong]:
    processor = state.get("ItemProcessor")
    if not isinstance(processor, dict):
        return
    config, at_once = processor.get("ProcessorConfig", {}), state.get("MaxConcurrency", 0)
    if not isinstance(config, dict) or config.get("Mode", "INLINE") != "INLINE":
        yield Wrong((*path, "ItemProcessor", "ProcessorConfig"), None, "asks for a distributed map, which is not built yet", "remove it: items are mapped inline")
    if at_once == 0:
        yield Wrong((*path, "MaxConcurrency"), state.get("MaxConcurrency"), "must be 1 or more: without a bound, a long list takes all concurrency", "set it")
    elif isinstance(at_once, int) and at_once > standard.MAXIMUM_INLINE_CONCURRENCY:
        yield Wrong((*path, "MaxConcurrency"), at_once, f"is more than {standard.MAXIMUM_INLINE_CONCURRENCY}, the most items that Step Functions maps inline at once",
                    "lower it")  # fmt: skip
