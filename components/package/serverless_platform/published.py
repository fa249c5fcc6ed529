"""What the package offers to programs in any Pulumi language. Adding is a minor version, renaming or removing a major one."""

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

NAME = "serverless-platform"
VERSION = "0.1.0"
"""Also in pyproject.toml; a test compares."""
PUBLISHED = [
    Bucket, EventBus, EventTrigger, Foundation, Function, HttpApi, Parameter, Queue, QueueTrigger, Secret, Stream, StreamSubscription, Table, Topic, UploadTrigger, Workload,
    WorkloadScope,
]  # fmt: skip
