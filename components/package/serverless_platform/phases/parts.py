"""What the parts of a phase share: the plan, what was made so far, and how a part of the plan becomes arguments of a block."""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from platform_contract.plan.model import WorkloadPlan
from platform_contract.plan.plain import AlarmPlan, Plain

from ..blocks.bucket import Bucket
from ..blocks.bus import EventBus
from ..blocks.dataset import Datasets
from ..blocks.function import Function
from ..blocks.queue import Queue
from ..blocks.stream import Stream
from ..blocks.table import Table
from ..blocks.topic import Topic


class Made(pulumi.ComponentResource):
    """What is there once state and functions are made."""

    _name: str
    _args: Any
    _plan: WorkloadPlan
    _child: pulumi.ResourceOptions
    _shared: Mapping[str, Any]
    """Alarm topic and tags."""
    _encrypted: Mapping[str, Any]
    """The key."""
    tables: dict[str, Table]
    queues: dict[str, Queue]
    buckets: dict[str, Bucket]
    topics: dict[str, Topic]
    buses: dict[str, EventBus]
    streams: dict[str, Stream]
    datasets: Datasets | None
    functions: dict[str, Function]


def arguments(part: Plain, *without: str, **more: Any) -> Any:
    """The fields of a part of the plan as arguments of its block, and `more`; what is not set is left out."""
    return {**part.model_dump(mode="json", exclude=set(without), exclude_none=True), **more}


def alarms_of(alarms: Iterable[AlarmPlan]) -> list[dict[str, Any]]:
    return [alarm.argument() for alarm in alarms]
