"""Manifests: the model of a whole one, how files become models, and what only two kinds together show."""

from platform_contract.kinds.bucket.spec import BucketSpec
from platform_contract.kinds.function.spec import FunctionSpec, IdempotencySpec, TriggerSpec
from platform_contract.kinds.graphql_api.resolvers import read_graphql
from platform_contract.kinds.http_api.spec import HttpApiSpec
from platform_contract.kinds.http_api.trigger import HttpTrigger
from platform_contract.kinds.queue.spec import QueueSpec
from platform_contract.kinds.queue.trigger import QueueTrigger
from platform_contract.kinds.table.spec import TableSpec
from platform_contract.manifest.model import BoundarySpec, CostSpec, DataClass, FitWaiverSpec, Manifest, ProfileSpec, SloSpec
from platform_contract.manifest.reading import (
    check_handlers,
    load_manifests,
    parse_manifest,
    read_manifest,
    schema_path,
    workload_folder,
)
from platform_contract.manifest.references import Used, resolve
from platform_contract.platform.yaml_files import read_yaml

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
