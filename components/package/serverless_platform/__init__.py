"""Components of the serverless platform: workloads, and the resources that they are made of.

What is not named here is private. A name is imported when it is first used: each module of pulumi_aws costs a program a part of a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .foundation import Foundation
    from .resources.bucket import Bucket, UploadTrigger
    from .resources.bus import EventBus, EventTrigger
    from .resources.function import Function
    from .resources.http_api import HttpApi
    from .resources.queue import Queue, QueueTrigger
    from .resources.secret import Parameter, Secret
    from .resources.stream import Stream, StreamSubscription
    from .resources.table import Table
    from .resources.topic import Topic
    from .workload import Workload
    from .workload_scope import WorkloadScope

__all__ = [
    "Bucket", "EventBus", "EventTrigger", "Foundation", "Function", "HttpApi", "Parameter", "Queue", "QueueTrigger", "Secret", "Stream", "StreamSubscription",
    "Table", "Topic", "UploadTrigger", "Workload", "WorkloadScope",
]  # fmt: skip

_MODULES = {
    "Bucket": "resources.bucket", "EventBus": "resources.bus", "EventTrigger": "resources.bus", "Foundation": "foundation", "Function": "resources.function",
    "HttpApi": "resources.http_api", "Parameter": "resources.secret", "Queue": "resources.queue", "QueueTrigger": "resources.queue",
    "Secret": "resources.secret", "Stream": "resources.stream", "StreamSubscription": "resources.stream", "Table": "resources.table",
    "Topic": "resources.topic", "UploadTrigger": "resources.bucket", "Workload": "workload", "WorkloadScope": "workload_scope",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """A public name (PEP 562). Raises AttributeError for any other."""
    if name not in _MODULES:
        raise AttributeError(f"serverless_platform has no public name {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
