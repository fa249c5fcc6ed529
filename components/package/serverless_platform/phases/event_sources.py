"""What invokes functions though nobody waits for an answer: queues, events, uploads, schedules, tables' changes and streams."""

from typing import Any

from platform_contract.kinds.bucket.plan import ListenerPlan

from ..resources.bucket import UploadTrigger
from ..resources.bus import EventTrigger
from ..resources.queue import QueueTrigger
from ..resources.schedule import Schedules
from ..resources.stream import StreamSubscription
from .making import Making


def make_event_sources(work: Making) -> None:
    """Connects them to the functions of the workload."""
    _make_queue_triggers(work)
    _make_event_triggers(work)
    _make_upload_triggers(work)
    _make_schedules(work)
    _make_stream_subscriptions(work)


def _make_queue_triggers(work: Making) -> None:
    for name, plan in work.plan.queue_triggers.items():
        given = {"queue_arn": work.of("queue")[plan.queue].arn, "target": work.target(plan.function)}
        QueueTrigger(f"{work.name}-{name}", work.planned(plan, **given), work.child)


def _make_event_triggers(work: Making) -> None:
    for name, plan in work.plan.rules.items():
        given = {"bus_name": work.of("bus")[plan.bus].physical_name, "target": work.target(plan.function)}
        EventTrigger(f"{work.name}-{name}", work.planned(plan, **given), work.child)


def _make_upload_triggers(work: Making) -> None:
    for name, plan in work.plan.buckets.items():
        if plan.listeners:
            bucket = work.of("bucket")[name]
            given = {"bucket_name": bucket.physical_name, "bucket_arn": bucket.arn, "listeners": [_listener(work, each) for each in plan.listeners]}
            UploadTrigger(f"{work.name}-{name}-uploads", work.planned(plan, **given), work.child)


def _listener(work: Making, listener: ListenerPlan) -> dict[str, Any]:
    shown = {"key": f"{listener.kind}-{listener.name}", "prefix": listener.prefix, "suffix": listener.suffix}
    if listener.kind == "topic":
        return {**shown, "topic_arn": work.of("topic")[listener.name].arn}
    return {**shown, "target": work.target(listener.name)}


def _make_schedules(work: Making) -> None:
    if (plan := work.plan.scheduler) is not None:
        functions = {schedule.function: schedule for schedule in plan.schedules.values()}
        Schedules(f"{work.name}-schedules", work.planned(plan, targets=work.targets(functions)), work.child)


def _make_stream_subscriptions(work: Making) -> None:
    for name, plan in work.plan.ordered_triggers.items():
        source = work.of("table")[plan.source].stream_arn if plan.kind == "table" else work.of("stream")[plan.source].arn
        StreamSubscription(f"{work.name}-{name}", work.planned(plan, source_arn=source, target=work.target(plan.function)), work.child)
