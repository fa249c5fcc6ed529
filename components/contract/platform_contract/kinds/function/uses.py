"""What a function uses, with what its triggers imply."""

from collections.abc import Iterator

from platform_contract.kinds.function.spec import FunctionSpec


def verbs_of(function: FunctionSpec) -> dict[str, list[str]]:
    """Resource -> verbs, with what triggers imply: a queue that triggers is consumed."""
    verbs = {resource: list(given) for resource, given in function.uses.items()}
    for resource, implied in _implied(function):
        if implied not in verbs.setdefault(resource, []):
            verbs[resource].append(implied)
    return dict(sorted(verbs.items()))


def _implied(function: FunctionSpec) -> Iterator[tuple[str, str]]:
    """(resource, verb) of what Lambda does with the function's role to read what triggers it."""
    for trigger in function.triggers:
        if trigger.queue:
            yield trigger.queue.queue, "consume"
        if trigger.changes:
            yield trigger.changes.table, "follow"
        if trigger.stream:
            yield trigger.stream.stream, "consume"
