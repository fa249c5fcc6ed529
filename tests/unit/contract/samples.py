"""A manifest and settings that are right, and a short way to break them."""

import copy
import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from platform_contract.manifest import load_manifests
from platform_contract.planning import plan_all
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.settings import Settings, load_settings

TODAY = date(2026, 6, 1)

SETTINGS: dict[str, Any] = {
    "environment": "dev",
    "account_id": "123456789012",
    "region": "eu-west-1",
    "teams": {
        "commerce": {"contact": "#commerce", "on_call_email": "commerce@example.com", "cost_centre": "CC-100"},
        "finance": {"contact": "#finance", "on_call_email": "finance@example.com", "cost_centre": "CC-200"},
    },
    "alarm_receivers": ["platform@example.com"],
    "log_retention_days": 14,
    "protect_state": False,
}

MANIFEST: dict[str, Any] = {
    "name": "orders",
    "summary": "Takes an order and keeps it.",
    "owner": "commerce",
    "boundary": {"accepts": "one order", "owns": "the orders table", "leaves_out": "payment"},
    "phase": "pilot",
    "data_class": "internal",
    "profile": {
        "trigger": "request", "duration_ms_p95": 60, "requests_per_month": 2_000_000, "peak_per_second": 120,
        "state": "external", "latency_target_ms": 300,
    },
    "functions": {
        "api": {
            "handler": "orders.api.handler",
            "timeout_seconds": 10,
            "triggers": [{"http": {"route": "POST /orders"}}, {"http": {"route": "GET /orders/{order_id}"}}],
            "uses": {"orders": ["read", "write"], "paid": ["send"]},
        },
        "worker": {
            "handler": "orders.worker.handler",
            "timeout_seconds": 60,
            "triggers": [{"queue": {"queue": "paid"}}],
            "uses": {"receipts": ["write"]},
        },
    },
    "tables": {"orders": {"partition_key": "order_id"}},
    "queues": {"paid": {}},
    "buckets": {"receipts": {}},
    "cost": {"monthly_budget_usd": 50},
}  # fmt: skip

Break = Callable[[dict[str, Any]], object]


def settings(**changes: Any) -> Settings:
    return load_settings({**SETTINGS, **changes}, "Pulumi.dev.yaml")


def manifest(*breaks: Break) -> dict[str, Any]:
    """A copy of MANIFEST after `breaks`."""
    changed = copy.deepcopy(MANIFEST)
    for each in breaks:
        each(changed)
    return changed


def put(path: str, value: Any) -> Break:
    """Sets the field at `path`, with list indexes as in functions.api.triggers.0."""

    def apply(content: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        target: Any = content
        for part in parents:
            target = target[int(part)] if isinstance(target, list) else target[part]
        if isinstance(target, list):
            target[int(last)] = value
        else:
            target[last] = value

    return apply


STANDARDIZED: tuple[Break, ...] = (
    put("phase", "standardize"),
    put("functions.api.smoke", [{"request": "GET /orders/none", "status": 404}]),
    put("functions.worker.smoke", [{"event": {"Records": []}, "answer": {"batchItemFailures": []}}]),
    put("operations", {"after_rollback": "Orders stay.", "access_review": {"accounts": [], "reviewer": "security", "reviewed_on": TODAY}}),
)
"""MANIFEST in the phase standardize, with all that it asks."""

SCALED: tuple[Break, ...] = (
    *STANDARDIZED, put("phase", "scale"), put("slo", {"availability_percent": 99.9, "latency_ms_p99": 800}),
    put("operations.promotion", {"environments": ["dev", "prod"], "evidence": "a day in dev", "approver": "commerce"}),
    put("operations.cost_review", {"reviewer": "commerce", "every_days": 30, "driver": "requests"}),
    put("operations.escalation", "the platform team"),
)
"""MANIFEST in the phase scale, with all that it asks."""


def drop(path: str) -> Break:
    def apply(content: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        target: Any = content
        for part in parents:
            target = target[int(part)] if isinstance(target, list) else target[part]
        del target[int(last) if isinstance(target, list) else last]

    return apply


def text(*breaks: Break) -> str:
    return yaml.safe_dump(manifest(*breaks), sort_keys=False)


EVERYTHING: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("everything.yaml").read_text())
"""A manifest that is right and has every kind of trigger and resource."""
_PICKLED = pickle.dumps(EVERYTHING)
"""A copy from this takes a fifth of the time of copy.deepcopy, and there are thousands."""


QUICK = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""By libyaml, where PyYAML was built with it: in a tenth of the time."""


def everything(*breaks: Break) -> dict[str, Any]:
    """A copy of EVERYTHING after `breaks`."""
    changed = pickle.loads(_PICKLED)
    for each in breaks:
        each(changed)
    return changed


def problems_with(folder: Path, content: dict[str, Any], judged: Settings | None = None) -> list[str]:
    """What is told of this manifest, without the name of its file; empty if it is right. `folder`: an empty one."""
    workloads = folder / "workloads"
    workloads.mkdir()
    (workloads / "orders.yaml").write_text(yaml.dump(content, Dumper=QUICK, sort_keys=False))
    try:
        plan_all(load_manifests(workloads, judged or settings(), TODAY), judged or settings())
    except ProblemsError as refused:
        return [str(problem).removeprefix("workloads/orders.yaml: ") for problem in refused.problems]
    return []
