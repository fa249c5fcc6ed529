"""Manifests: one model per block and trigger, read from `workloads/*.yaml`, every problem of every file told at once."""

from platform_contract.specs.loading import check_handlers, load_manifest, load_manifests
from platform_contract.specs.manifest import Manifest
from platform_contract.specs.resources import (
    BucketSpec,
    FunctionSpec,
    HttpTriggerSpec,
    QueueSpec,
    QueueTriggerSpec,
    TableSpec,
    TriggerSpec,
)

__all__ = [
    "BucketSpec", "FunctionSpec", "HttpTriggerSpec", "Manifest", "QueueSpec", "QueueTriggerSpec", "TableSpec", "TriggerSpec",
    "check_handlers", "load_manifest", "load_manifests",
]  # fmt: skip
