"""A Step Functions workflow: steps in Amazon States Language, with functions named instead of ARNs."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from platform_contract.kinds.workflow import limits
from platform_contract.platform.text_types import Strict


class WorkflowSpec(Strict):
    """A workflow. Its states are written as Step Functions reads them; a Task says `Function: NAME` instead of Resource and Parameters, and
    `Callback: true` if it waits until somebody answers its token."""

    type: Literal["standard", "express"] = Field(
        default="standard", description="standard: up to a year, every step kept; express: up to 5 minutes, many at once, cheap."
    )
    timeout_seconds: int = Field(
        ge=1, le=limits.MAXIMUM_SECONDS, description="Longest execution, after which it has failed; an express one at most 300."
    )
    start_at: str = Field(min_length=1, max_length=80, description="State that it begins with.")
    states: dict[str, dict[str, Any]] = Field(min_length=1, max_length=200, description="Its states, in Amazon States Language.")


def tasks_of(states: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The tasks of a state machine, those of machines inside it included. Takes whatever was written."""
    for state in states.values():
        if not isinstance(state, dict):
            continue
        if "Function" in state:
            yield state
        branches = state.get("Branches")
        for machine in [*(branches if isinstance(branches, list) else []), state.get("ItemProcessor")]:
            if isinstance(machine, dict) and isinstance(machine.get("States"), dict):
                yield from tasks_of(machine["States"])


def steps_of(states: Mapping[str, Any]) -> set[str]:
    """Functions that a state machine's tasks name."""
    return {task["Function"] for task in tasks_of(states) if isinstance(task["Function"], str)}
