"""What the package offers to programs in any Pulumi language. Adding is a minor version, renaming or removing a major one."""

from .foundation import Foundation
from .resources.bucket import Bucket, UploadTrigger
from .resources.bus import EventBus, EventTrigger
from .resources.dataset import Datasets
from .resources.function import Function
from .resources.graphql_api import GraphqlApi
from .resources.http_api import HttpApi
from .resources.queue import Queue, QueueTrigger
from .resources.rest_api import RestApi
from .resources.schedule import Schedules
from .resources.secret import Parameter, Rotation, Secret
from .resources.stream import OrderedTrigger, Stream
from .resources.table import Table
from .resources.topic import Topic
from .resources.websocket_api import Socket, SocketTrigger
from .resources.workflow import Workflow
from .workload import Workload

NAME = "serverless-platform"
VERSION = "0.1.0"
"""Also in pyproject.toml; a test compares."""
PUBLISHED = [
    Bucket, Datasets, EventBus, EventTrigger, Foundation, Function, GraphqlApi, HttpApi, OrderedTrigger, Parameter, Queue, QueueTrigger, RestApi, Rotation, Schedules, Secret,
    Socket, SocketTrigger, Stream, Table, Topic, UploadTrigger, Workflow, Workload,
]  # fmt: skip
