"""What the package offers to programs in any Pulumi language. Adding is a minor version, renaming or removing a major one."""

from .blocks.bucket import Bucket
from .blocks.function import Function
from .blocks.queue import Queue
from .blocks.table import Table
from .foundation import Foundation
from .triggers.http import HttpApi
from .triggers.queue import QueueTrigger
from .workload import Workload

NAME = "serverless-platform"
VERSION = "0.1.0"
"""Also in pyproject.toml; a test compares."""
PUBLISHED = [Bucket, Foundation, Function, HttpApi, Queue, QueueTrigger, Table, Workload]
