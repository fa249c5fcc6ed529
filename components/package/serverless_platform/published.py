"""What the package offers to programs in any Pulumi language. Adding is a minor version, renaming or removing a major one."""

from .blocks.bucket import Bucket
from .blocks.bus import EventBus
from .blocks.dataset import Datasets
from .blocks.function import Function
from .blocks.queue import Queue
from .blocks.secret import Parameter, Secret
from .blocks.socket import Socket
from .blocks.stream import Stream
from .blocks.table import Table
from .blocks.topic import Topic
from .blocks.workflow import Workflow
from .foundation import Foundation
from .triggers.event import EventTrigger
from .triggers.graphql import GraphqlApi
from .triggers.http import HttpApi
from .triggers.ordered import OrderedTrigger
from .triggers.queue import QueueTrigger
from .triggers.rest import RestApi
from .triggers.rotation import Rotation
from .triggers.schedule import Schedules
from .triggers.upload import UploadTrigger
from .triggers.websocket import SocketTrigger
from .workload import Workload

NAME = "serverless-platform"
VERSION = "0.1.0"
"""Also in pyproject.toml; a test compares."""
PUBLISHED = [
    Bucket, Datasets, EventBus, EventTrigger, Foundation, Function, GraphqlApi, HttpApi, OrderedTrigger, Parameter, Queue, QueueTrigger, RestApi, Rotation, Schedules, Secret,
    Socket, SocketTrigger, Stream, Table, Topic, UploadTrigger, Workflow, Workload,
]  # fmt: skip
