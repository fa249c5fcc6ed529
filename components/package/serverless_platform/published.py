"""What the package offers to programs in any Pulumi language. Adding is a minor version, renaming or removing a major one."""

from .foundation import Foundation
from .resources.bucket import Bucket
from .resources.bus import EventBus
from .resources.dataset import Datasets
from .resources.event_trigger import EventTrigger
from .resources.function import Function
from .resources.graphql_api import GraphqlApi
from .resources.http_api import HttpApi
from .resources.queue import Queue
from .resources.queue_trigger import QueueTrigger
from .resources.rest_api import RestApi
from .resources.rotation import Rotation
from .resources.schedule import Schedules
from .resources.secret import Parameter, Secret
from .resources.socket import Socket
from .resources.stream import Stream
from .resources.stream_subscription import OrderedTrigger
from .resources.table import Table
from .resources.topic import Topic
from .resources.upload_trigger import UploadTrigger
from .resources.websocket_api import SocketTrigger
from .resources.workflow import Workflow
from .workload import Workload

NAME = "serverless-platform"
VERSION = "0.1.0"
"""Also in pyproject.toml; a test compares."""
PUBLISHED = [
    Bucket, Datasets, EventBus, EventTrigger, Foundation, Function, GraphqlApi, HttpApi, OrderedTrigger, Parameter, Queue, QueueTrigger, RestApi, Rotation, Schedules, Secret,
    Socket, SocketTrigger, Stream, Table, Topic, UploadTrigger, Workflow, Workload,
]  # fmt: skip
