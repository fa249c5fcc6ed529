"""Manifests: one model per block or trigger, and how files become models."""

from .bucket import BucketSpec
from .function import FunctionSpec, IdempotencySpec, TriggerSpec
from .http_api import HttpApiSpec
from .http_trigger import HttpTrigger
from .manifest import (
    BoundarySpec,
    CostSpec,
    DataClass,
    FitWaiverSpec,
    Manifest,
    ProfileSpec,
    SloSpec,
)
from .queue import QueueSpec
from .queue_trigger import QueueTrigger
from .reading import check_handlers, load_manifests, parse_manifest, read_manifest, schema_path, workload_folder
from .references import Used, resolve
from .resolvers import read_graphql
from .table import TableSpec
from .yaml_files import read_yaml

__all__ = [
    "BoundarySpec",
    "BucketSpec",
    "CostSpec",
    "DataClass",
    "FitWaiverSpec",
    "FunctionSpec",
    "HttpApiSpec",
    "HttpTrigger",
    "IdempotencySpec",
    "Manifest",
    "ProfileSpec",
    "QueueSpec",
    "QueueTrigger",
    "SloSpec",
    "TableSpec",
    "TriggerSpec",
    "Used",
    "check_handlers",
    "load_manifests",
    "parse_manifest",
    "read_graphql",
    "read_manifest",
    "read_yaml",
    "resolve",
    "schema_path",
    "workload_folder",
]  # fmt: skip
