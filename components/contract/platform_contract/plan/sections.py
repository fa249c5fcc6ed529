"""What stands in a section of the manifest by its own name: planned by its kind."""

from collections.abc import Mapping
from typing import Any

from platform_contract.kinds.table import limits as table
from platform_contract.kinds.table.spec import TableSpec
from platform_contract.manifest import Manifest
from platform_contract.platform import naming
from platform_contract.platform.scope import Connections, Scope
from platform_contract.registry import KINDS


def plan_sections(scope: Scope, manifest: Manifest, connections: Connections) -> dict[str, dict[str, Any]]:
    """Section of a workload's plan -> name in the manifest -> what its kind makes of it."""
    return {
        kind.section: {name: kind.plan(scope, name, spec, connections) for name, spec in _specs(manifest, kind.section).items()}
        for kind in KINDS.values()
        if kind.plan and kind.section
    }  # fmt: skip


def _specs(manifest: Manifest, section: str) -> Mapping[str, Any]:
    """What the manifest asks for; and the table for idempotency where a function asks for it."""
    specs = manifest.section(section)
    if section == "tables" and any(function.idempotency for function in manifest.functions.values()):
        return {**specs, table.IDEMPOTENCY_TABLE: TableSpec(partition_key=table.IDEMPOTENCY_PARTITION_KEY, expires_at=table.IDEMPOTENCY_EXPIRES_AT)}
    return specs


def plan_apis(scope: Scope, manifest: Manifest, connections: Connections) -> dict[str, dict[str, Any]]:
    """Part of a workload's plan -> name of its one API of that kind -> what the kind makes of it; empty where no function has a route of it."""
    routed = connections.triggers
    asked = {
        "apis": ("http_api", naming.API, manifest.http_api if routed["http"] else None),
        "rest_apis": ("rest_api", naming.REST, manifest.rest_api if routed["rest"] else None),
        "sockets": ("socket", naming.SOCKET, manifest.websocket_api if routed["websocket"] else None),
        "graphql": ("graphql_api", naming.GRAPHQL, manifest.graphql),
    }
    return {part: _one(kind, scope, name, spec, connections) for part, (kind, name, spec) in asked.items()}


def _one(kind: str, scope: Scope, name: str, spec: Any, connections: Connections) -> dict[str, Any]:
    plan = KINDS[kind].plan
    return {name: plan(scope, name, spec, connections)} if plan and spec is not None else {}
