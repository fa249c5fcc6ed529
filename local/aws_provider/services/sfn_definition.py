"""What Step Functions refuses in a definition; the emulator takes any, and its ValidateStateMachineDefinition answers OK always.

The language is the contract's, so that a manifest is refused for the same reasons; what an express workflow may not do is from "Choosing
workflow type" in the developer guide. Places are told as AWS tells them: `/States/Ask/Next`. Expressions in JSONata are left to AWS.
"""

import json
from collections.abc import Iterator
from typing import Any

from platform_contract.kinds.workflow.language.machine import Place, states_of, wrong_in_machine

NOT_EXPRESS = (".waitForTaskToken", ".sync", ".sync:2")
"""Ends of resources: callbacks and jobs that a task waits for; an express workflow lasts five minutes."""


def problems(text: str, kind: str = "STANDARD") -> list[str]:
    """What AWS would refuse in the definition of a machine of that type, each with its place."""
    try:
        machine = json.loads(text)
    except ValueError as error:
        return [f"must be JSON: {error}"]
    if not isinstance(machine, dict):
        return ["must be an object with StartAt and States"]
    found = [
        f"{_place(wrong.path)}{f'={wrong.value!r}' if isinstance(wrong.value, (str, int, float)) else ''}: {wrong.rule}"
        for wrong in wrong_in_machine(machine)
        if wrong.refused
    ]
    return found + [f"{_place(path)}: {told}" for path, told in _express(machine, kind)]


def _place(path: Place) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f"/{part}" for part in path)


def _express(machine: dict[str, Any], kind: str) -> Iterator[tuple[Place, str]]:
    kinds: dict[Place, str] = {}
    for path, state in states_of(machine):
        within = max((outer for outer in kinds if path[: len(outer)] == outer), key=len, default=())
        own = kinds.get(within, kind)
        processor = state.get("ItemProcessor")
        config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
        if isinstance(config, dict):
            kinds[(*path, "ItemProcessor")] = str(config.get("ExecutionType", own))
        if own != "EXPRESS":
            continue
        resource = state.get("Resource")
        if isinstance(resource, str) and (resource.endswith(NOT_EXPRESS) or (":activity:" in resource and ":states:" in resource)):
            yield (*path, "Resource"), f"'{resource}': an express workflow waits for no callback, job or activity"
        if isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED":
            yield (*path, "ItemProcessor"), "an express workflow has no distributed map"
