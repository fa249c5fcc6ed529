"""What a manifest shows of a design that is cut too small, too large, or waits too long. Flags are advice: they refuse nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from platform_contract.fit.break_even import kind_of_trigger

if TYPE_CHECKING:
    from platform_contract.kinds.function.spec import FunctionSpec
    from platform_contract.manifest.model import Manifest

MOST_SIBLINGS = 2
"""Functions with the same kind of trigger and the same resources, beyond which they are one function in pieces."""

MOST_REACH = 8
"""Pairs of resource and verb that one function may have. A function of one purpose has one to four: a table or two, and what it tells."""

MOST_TRIGGER_KINDS = 1
"""Kinds of trigger of one function: each is a purpose of its own, and all share the permissions and the timeout."""

WAITING = {"workflow": {"run": "waits for the workflow '{resource}' to end"}, "function": {"invoke": "waits for the function '{resource}'"}}
"""Kind of resource -> verb that waits for it -> what is said."""

ANSWERING = ("http", "rest", "websocket")
"""Kinds of trigger behind which a caller waits."""

OWN_SOURCE = ("queue", "event", "upload", "schedule", "changes", "stream")
"""Kinds of trigger with a source or a condition of their own, which is a reason to be apart."""


def flags(manifest: "Manifest") -> list[str]:
    """Everything that is worth a second look."""
    return [flag for check in CHECKS for flag in check(manifest)]


def too_many_tiny_functions(manifest: "Manifest") -> Iterator[str]:
    """Several functions that differ in nothing but their code."""
    alike: dict[tuple[str, frozenset[str]], list[str]] = defaultdict(list)
    for name, spec in manifest.functions.items():
        kinds = {kind_of_trigger(trigger) for trigger in spec.triggers}
        if spec.uses and len(kinds) == 1 and not kinds & set(OWN_SOURCE):
            alike[kinds.pop(), frozenset(spec.uses)].append(name)
    for (kind, resources), names in alike.items():
        if len(names) > MOST_SIBLINGS:
            yield (f"too many tiny functions: {', '.join(names)} have the same kind of trigger ({kind}) and the same resources "
                   f"({', '.join(sorted(resources))}); one function with several routes is released, watched and kept warm as one")  # fmt: skip


def too_much_reach(manifest: "Manifest") -> Iterator[str]:
    """One function that can do too much."""
    for name, spec in manifest.functions.items():
        pairs = sum(len(verbs) for verbs in spec.uses.values())
        if pairs > MOST_REACH:
            yield (f"too much reach: {name} has {pairs} pairs of resource and verb ({len(spec.uses)} resources), and {MOST_REACH} are "
                   "enough for one purpose; split it by what needs which")  # fmt: skip
        kinds = sorted({kind_of_trigger(trigger) for trigger in spec.triggers})
        if len(kinds) > MOST_TRIGGER_KINDS:
            yield (f"too much reach: {name} is triggered by {' and '.join(kinds)}; each is a purpose of its own, "
                   "and gets the permissions of all: give each a function")  # fmt: skip


def synchronous_chains(manifest: "Manifest") -> Iterator[str]:
    """Somebody waits for somebody who waits."""
    waiting = [name for name, spec in manifest.functions.items() if _answers(spec)]
    calls = manifest.profile.chained_calls
    if waiting and calls:
        up = 0.999 ** (calls + 1)
        yield (f"synchronous chain: callers of {', '.join(waiting)} wait for {calls} more service{'s' if calls > 1 else ''}, one after the "
               f"other; at 99.9 % each, the chain is there {up:.2%} of the time: answer 202 and go on behind a queue or a workflow")  # fmt: skip
    for name in waiting:
        for resource, verbs in manifest.functions[name].uses.items():
            for verb, told in WAITING.get(manifest.kind_of(resource) or "", {}).items():
                if verb in verbs:
                    yield f"synchronous chain: {name} answers a caller and {told.format(resource=resource)}; start it and answer 202"


def _answers(spec: "FunctionSpec") -> bool:
    return any(kind_of_trigger(trigger) in ANSWERING for trigger in spec.triggers)


CHECKS: tuple[Callable[["Manifest"], Iterator[str]], ...] = (too_many_tiny_functions, too_much_reach, synchronous_chains)
