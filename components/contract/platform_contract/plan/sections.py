"""What stands in a section of the manifest by its own name: planned by its kind."""

from collections.abc import Mapping
from typing import Any

from platform_contract.kinds.queue.plan import QueueTriggerPlan
from platform_contract.kinds.table import limits as table
from platform_contract.kinds.table.spec import TableSpec
from platform_contract.manifest import Manifest
from platform_contract.manifest.connections import connections_of
from platform_contract.platform.settings import Settings
from platform_contract.registry import KINDS


def plan_sections(settings: Settings, manifest: Manifest) -> dict[str, dict[str, Any]]:
    """Section of a workload's plan -> name in the manifest -> what its kind makes of it."""
    scope, connections = manifest.scope(settings), connections_of(settings, manifest)
    return {
        kind.section: {name: kind.plan(scope, name, spec, connections) for name, spec in _specs(manifest, kind.section).items()}
        for kind in KINDS.values()
        if kind.plan
    }  # fmt: skip


def _specs(manifest: Manifest, section: str) -> Mapping[str, Any]:
    """What the manifest asks for; and the table for idempotency where a function asks for it."""
    specs = manifest.section(section)
    if section == "tables" and any(function.idempotency for function in manifest.functions.values()):
        return {**specs, table.IDEMPOTENCY_TABLE: TableSpec(partition_key=table.IDEMPOTENCY_PARTITION_KEY, expires_at=table.IDEMPOTENCY_EXPIRES_AT)}
    return specs


def plan_queue_triggers(manifest: Manifest) -> dict[str, QueueTriggerPlan]:
    """By FUNCTION-QUEUE."""
    return {
        f"{name}-{trigger.queue}": QueueTriggerPlan(
            function=name, queue=trigger.queue, batch_size=trigger.batch_size,
            batching_window_seconds=trigger.batching_window_seconds, maximum_concurrency=trigger.maximum_concurrency,
        )
        for name, function in manifest.functions.items()
        for trigger in function.queue_triggers
    }  # fmt: skip
