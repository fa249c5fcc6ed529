"""What of a workload has metrics: each resource with the values of its dimensions. The rows of the alarms say which metrics."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.kinds.schedule.plan import SchedulerPlan
from platform_contract.manifest.names import SCHEDULES
from platform_contract.plan.model import WorkloadPlan, parts_of
from platform_contract.platform import naming
from platform_contract.platform.settings import Settings


@dataclass(frozen=True)
class Watched:
    """One resource, as one kind of the catalogue of alarms; a function may be several."""

    kind: str
    name: str
    """As the manifest calls it."""
    values: Mapping[str, str]
    """What dimensions are filled with, such as function_name."""
    api: str = ""
    """The API whose id AWS assigns and dimensions hold."""


def watched(settings: Settings, plan: WorkloadPlan) -> Iterator[Watched]:
    """Everything of a planned workload that the catalogue of alarms knows, entries first."""
    yield from (Watched("http_api", name, {}, name) for name in plan.apis)
    yield from (Watched("rest_api", name, {"api_name": api.physical_name}) for name, api in plan.rest_apis.items())
    yield from (Watched("websocket_api", name, {}, name) for name in plan.sockets)
    yield from (Watched("graphql_api", name, {}, name) for name in plan.graphql)
    for name, function in plan.functions.items():
        yield from _function(plan, name, function)
    for name, rotation in plan.rotations.items():
        yield from (Watched(kind, f"{name} (rotation)", _by_function(rotation.function)) for kind in _ROTATION)
    begin = f"{naming.prefix(settings, plan.name)}-"
    for part in plan.features.values():
        for each in parts_of(FunctionPlan, part):
            yield from _function(plan, each.physical_name.removeprefix(begin), each)
        for scheduler in parts_of(SchedulerPlan, part):
            yield Watched("schedule", scheduler.group_name.removeprefix(begin), {"schedule_group": scheduler.group_name})
    for name, queue in plan.queues.items():
        yield Watched("queue", name, {"queue_name": queue.physical_name})
        yield Watched("dead_letter_queue", name, {"queue_name": queue.dead_letter_name})
    yield from (Watched("topic", name, {"topic_name": topic.physical_name}) for name, topic in plan.topics.items())
    yield from (Watched("bus", name, {"queue_name": bus.dead_letters.physical_name}) for name, bus in plan.buses.items())
    for name, rule in plan.rules.items():
        yield Watched("rule", name, {"bus_name": naming.bus_name(settings, plan.name, rule.bus), "rule_name": rule.physical_name})
    if plan.scheduler:
        yield Watched("schedule", SCHEDULES, {"schedule_group": plan.scheduler.group_name})
    yield from (Watched("stream", name, {"stream_name": stream.physical_name}) for name, stream in plan.streams.items())
    yield from (Watched("workflow", name, {"state_machine_arn": it.arn}) for name, it in plan.workflows.items())
    for name, table in plan.tables.items():
        yield Watched("table", name, {"table_name": table.physical_name})
        yield from (Watched("index", f"{name}/{index}", {"table_name": table.physical_name, "index_name": index}) for index in table.indexes)


_ROTATION: tuple[str, ...] = ("function", "rotation")


def _by_function(function: FunctionPlan) -> dict[str, str]:
    return {"function_name": function.physical_name}


def _function(plan: WorkloadPlan, name: str, function: FunctionPlan) -> Iterator[Watched]:
    kinds: dict[str, bool] = {
        "function": True,
        "queue_consumer": any(it.function == name for it in plan.queue_triggers.values()),
        "asynchronous": function.asynchronous is not None,
        "ordered_consumer": any(it.function == name for it in plan.ordered_triggers.values()),
    }
    yield from (Watched(kind, name, _by_function(function)) for kind, is_one in kinds.items() if is_one)
    if function.failures:
        yield Watched("failures", name, {"queue_name": function.failures.physical_name})
