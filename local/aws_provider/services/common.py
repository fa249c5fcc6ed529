"""What several service modules share."""

import json
from collections.abc import Callable
from typing import Any

from ..calls import Failed, Work
from ..diff import equal
from ..entry import Action, State


def range_of(low: float, high: float) -> dict[str, float]:
    return {"min": low, "max": high}


def attribute_of(service: str, attribute: str, property: str) -> dict[str, Any]:
    """Calls of a resource that is one attribute of a queue: setting it makes it, emptying it deletes it."""

    def put(work: Work) -> State:
        work.call("set_queue_attributes", QueueUrl=work.state["queueUrl"], Attributes={attribute: work.state[property]})
        return {}

    def get(work: Work) -> State | None:
        answer = work.call("get_queue_attributes", QueueUrl=work.state["queueUrl"], AttributeNames=[attribute])
        text = answer.get("Attributes", {}).get(attribute)
        return {property: text} if text else None

    def clear(work: Work) -> None:
        work.call("set_queue_attributes", QueueUrl=work.state["queueUrl"], Attributes={attribute: ""})

    return {"create": put, "read": get, "update": (put,), "delete": (clear,)}


def text(document: Any) -> str:
    """A policy document as JSON text: botocore decodes those of IAM."""
    return document if isinstance(document, str) else json.dumps(document)


def last(arn: str) -> str:
    return arn.rsplit(":", 1)[-1]


def refused(names: dict[str, str]) -> Any:
    """A check that refuses inputs which this provider does not send, with what to use instead."""

    def check(inputs: State) -> list[tuple[str, str]]:
        return [(name, f"{name}: the embedded cloud's provider does not send it; {instead}")
                for name, instead in names.items() if inputs.get(name) not in (None, [], {}, False)]  # fmt: skip

    return check


def one_of(*names: str) -> Any:
    """A check that exactly one of some inputs is given."""

    def check(inputs: State) -> list[tuple[str, str]]:
        given = [name for name in names if inputs.get(name) is not None]
        if len(given) == 1:
            return []
        return [(names[0], f"exactly one of {', '.join(names)} has to be given; here: {', '.join(given) or 'none'}")]

    return check


def fixed(read: Action, *names: str) -> Callable[[Work], None]:
    """An update that stops where a change is wanted that AWS makes in place and the emulator garbles or lacks."""

    def update(work: Work) -> None:
        seen = work.do(read) or {}
        wanted = [
            name for name in names if name in work.changed and not equal(seen.get(name) or None, work.state.get(name) or None)
        ]
        if wanted:
            told = f"the emulator cannot change {', '.join(wanted)} of what is there (AWS can): make down, then make up"
            raise Failed(f"{work.entry.token}: {told}")

    return update
