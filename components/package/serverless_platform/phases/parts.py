"""What the parts of a phase share: the plan, and what was made so far."""

from collections.abc import Mapping
from typing import Any

import pulumi

from platform_contract.plan.model import WorkloadPlan

from ..resources.bucket import Bucket
from ..resources.bus import EventBus
from ..resources.dataset import Datasets
from ..resources.function import Function
from ..resources.queue import Queue
from ..resources.stream import Stream
from ..resources.table import Table
from ..resources.topic import Topic


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
