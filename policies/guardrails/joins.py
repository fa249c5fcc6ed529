"""Which resource another one means: by the references that the engine knows, or by a name or ARN that is a literal."""

from collections.abc import Iterator
from typing import Any

from guardrails.memory import Memory
from guardrails.resource import Resource, Stack
from guardrails.values import Undecided, Unknown

FUNCTION = "aws:lambda/function:Function"
QUEUE = "aws:sqs/queue:Queue"


def physical_name(reference: Any) -> str:
    """The name in an ARN of a queue or function, with or without qualifier, or in a plain name. Unknown raises `Undecided`."""
    if isinstance(reference, Unknown):
        raise Undecided(reference.path)
    parts = str(reference or "").split(":")
    if len(parts) < 6 or parts[0] != "arn":
        return parts[0]
    return parts[6] if parts[2] == "lambda" and len(parts) > 6 else parts[5].rsplit("/", 1)[-1]


def service(arn: Any) -> str:
    """`sqs` of `arn:aws:sqs:...`; empty for a plain name."""
    if isinstance(arn, Unknown):
        raise Undecided(arn.path)
    parts = str(arn or "").split(":")
    return parts[2] if len(parts) >= 6 else ""


def remembered(resource: Resource, path: str, type_: str, memory: Memory) -> Resource | None:
    """What `path` names, among the resources that this run has registered before. Unknown raises `Undecided`."""
    return memory.find(resource, type_, physical_name(resource.get(path)))


def meant(stack: Stack, resource: Resource, path: str, type_: str) -> Iterator[Resource]:
    """What `path` was made from; where it is a literal, what has that physical name."""
    found = list(resource.referred(path, type_))
    if not found:
        value = resource.get(path)
        if value is None or isinstance(value, Unknown):
            return
        name = physical_name(value)
        found = [other for other in stack.of(type_) if _is_called(other, name)]
    yield from found


def _is_called(resource: Resource, name: str) -> bool:
    own = resource.get("bucket") if resource.kind.startswith("Bucket") else resource.get("name")
    return isinstance(own, str) and own == name
