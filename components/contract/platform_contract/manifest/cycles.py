"""Functions whose own work invokes them again: it never ends, and is paid for until somebody notices."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from platform_contract.kinds.function.spec import TriggerSpec
from platform_contract.kinds.workflow.spec import steps_of
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.unused import Broken
from platform_contract.registry import VERBS

Ways = Mapping[str, Mapping[str, str]]
"""Function -> function that is invoked for its work -> resource by which it is."""


def check_circles(manifest: Manifest) -> Iterator[Broken]:
    """Every circle, once: at the function of its path whose name comes first."""
    ways = {name: dict(_invokes(manifest, name)) for name in manifest.functions}
    for name in ways:
        path = _way_back(ways, name)
        if path and name == min(path):
            yield (f"functions.{name}", None, f"leads back to itself: {_told(ways, [*path, name])}; one event would go round for ever",
                   "send to another resource, or narrow the trigger (prefix, source) so that own work does not match it")  # fmt: skip


def _told(ways: Ways, path: list[str]) -> str:
    """a -> queue -> b -> table -> a"""
    return " -> ".join([path[0], *(part for one, other in pairwise(path) for part in (ways[one][other], other))])


def _way_back(ways: Ways, start: str) -> list[str]:
    """The shortest way from `start` back to it; empty if there is none."""
    open_ways, seen = [[start]], set()
    while open_ways:
        way = open_ways.pop(0)
        for following in sorted(ways[way[-1]]):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                open_ways.append([*way, following])
    return []


def _invokes(manifest: Manifest, name: str) -> Iterator[tuple[str, str]]:
    """(function, resource) for everything that is invoked for what function `name` does."""
    wakes = {
        resource: resource for resource, verbs in manifest.functions[name].uses.items()
        if any(verb.wakes for name, verb in VERBS.get(manifest.kind_of(resource) or "", {}).items() if name in verbs)
    }  # fmt: skip
    # An object that arrives goes to the topic, and from the topic to its queues.
    for topic, spec in manifest.topics.items():
        if spec.from_bucket and spec.from_bucket.bucket in wakes and not spec.from_bucket.prefix:
            wakes.setdefault(topic, f"{spec.from_bucket.bucket} -> {topic}")
    for queue, queue_spec in manifest.queues.items():
        if queue_spec.from_topic in wakes:
            wakes.setdefault(queue, f"{wakes[queue_spec.from_topic]} -> {queue}")
    for workflow in set(wakes) & set(manifest.workflows):
        yield from ((step, workflow) for step in steps_of(manifest.workflows[workflow].states) if step in manifest.functions)
    for other, function in manifest.functions.items():
        for trigger in function.triggers:
            source = _source(manifest, trigger)
            if source in wakes:
                yield other, wakes[source]


def _source(manifest: Manifest, trigger: TriggerSpec) -> str:
    """The resource whose change invokes; empty if what the workload itself does cannot match."""
    if trigger.queue:
        return trigger.queue.queue
    if trigger.changes:
        return trigger.changes.table
    if trigger.stream:
        return trigger.stream.stream
    # Who publishes names its workload as source, and a prefix keeps what is written from what arrives.
    if trigger.event and manifest.name in trigger.event.pattern.source:
        return trigger.event.bus
    if trigger.upload and not trigger.upload.prefix:
        return trigger.upload.bucket
    return ""
