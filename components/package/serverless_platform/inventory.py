"""What one workload contributes to the inventory of its stack: what the tools of operations read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from platform_contract.features.feature_flags import FeatureFlagsPlan
from platform_contract.features.probe import ProbePlan
from platform_contract.features.rollout import RolloutPlan
from platform_contract.features.slo import DAYS, SloPlan
from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.kinds.http_api.plan import ApiPlan
from platform_contract.kinds.rest_api.plan import RestApiPlan
from platform_contract.kinds.schedule.plan import SchedulerPlan
from platform_contract.kinds.websocket_api.plan import SocketPlan
from platform_contract.plan.model import WorkloadPlan, parts_of

APIS = ("http_api", "rest_api", "websocket_api", "graphql_api")
"""Kinds of API."""


@dataclass(frozen=True)
class Made:
    """A workload that is made."""

    plan: WorkloadPlan
    made: Mapping[str, Mapping[str, Any]]
    """Kind -> name in the manifest -> component."""
    features: Mapping[str, Any]
    """Feature -> component."""
    registry: Mapping[str, Any]
    """Who answers for it, and at which cost."""

    def of(self, kind: str) -> Mapping[str, Any]:
        """Components of a kind, by name in the manifest."""
        return self.made.get(kind, {})


def inventory_of(work: Made) -> dict[str, Any]:
    """This workload's part of the inventory (platform_contract.inventory), from what it was planned to be and what was made of it."""
    plan = work.plan
    return {
        "owner": plan.owner, "phase": plan.phase, "data_class": plan.data_class, "registry": work.registry, "objectives": _objectives(work),
        "functions": {
            name: {
                "physical_name": function.physical_name, "alias_arn": function.alias_arn,
                "log_group": function.log_group_name, "timeout_seconds": plan.functions[name].timeout_seconds,
                "failures_url": function.failures_url,
            }
            for name, function in work.of("function").items()
        },
        "platform_functions": sorted({each.physical_name for each in parts_of(FunctionPlan, plan)} - {each.physical_name for each in plan.functions.values()}),
        "tables": {name: {"physical_name": table.physical_name} for name, table in work.of("table").items()},
        "queues": {
            name: {
                "physical_name": queue.physical_name, "url": queue.url, "arn": queue.arn,
                "dead_letter_name": queue.dead_letter_name, "dead_letter_url": queue.dead_letter_url,
            }
            for name, queue in work.of("queue").items()
        },
        "buckets": {name: {"physical_name": bucket.physical_name} for name, bucket in work.of("bucket").items()},
        "topics": {name: {"physical_name": topic.physical_name, "arn": topic.arn} for name, topic in work.of("topic").items()},
        "buses": {
            name: {"physical_name": bus.physical_name, "arn": bus.arn, "archive_name": plan.buses[name].archive_name}
            for name, bus in work.of("bus").items()
        },
        "streams": {name: {"physical_name": stream.physical_name} for name, stream in work.of("stream").items()},
        "datasets": {
            name: {
                "database": plan.datasets.database_name, "table": table.physical_name, "workgroup": plan.datasets.workgroup_name,
            }
            for name, table in plan.datasets.tables.items()
        } if plan.datasets else {},
        "workflows": {
            name: {"physical_name": it.physical_name, "arn": it.arn, "log_group": it.log_group_name}
            for name, it in work.of("workflow").items()
        },
        "secrets": {name: {"physical_name": it.physical_name} for name, it in work.of("secret").items()},
        "parameters": {name: {"physical_name": it.physical_name} for name, it in work.of("parameter").items()},
        "schedules": ({
            name: {"physical_name": schedule.physical_name, "group_name": plan.scheduler.group_name}
            for name, schedule in plan.scheduler.schedules.items()
        } if plan.scheduler else {}) | _of_checks(work),
        "apis": {
            name: {
                "kind": "http", "api_id": api.api_id, "stage": api.stage_name, "endpoint": api.endpoint, "key_ids": {},
                "routes": _routes(plan.apis[name]), **_distribution(work),
            }
            for name, api in work.of("http_api").items()
        } | {
            name: {
                "kind": "rest", "api_id": api.api_id, "stage": api.stage_name, "endpoint": api.endpoint,
                "routes": _rest_routes(plan.rest_apis[name]), "key_ids": api.key_ids,
            }
            for name, api in work.of("rest_api").items()
        } | {
            name: {
                "kind": "websocket", "api_id": socket.api_id, "stage": plan.sockets[name].stage, "endpoint": socket.endpoint,
                "routes": _socket_routes(plan.sockets[name]), "key_ids": {},
            }
            for name, socket in work.of("websocket_api").items()
        } | {
            name: {"kind": "graphql", "api_id": api.api_id, "stage": "", "endpoint": api.endpoint, "routes": [], "key_ids": {}}
            for name, api in work.of("graphql_api").items()
        },
        "release": _release(work),
        "probe": _probe(work),
        "feature_flags": _feature_flags(work),
        "dashboards": work.features["dashboards"].names if "dashboards" in work.features else {},
        "alarms": plan.alarm_names(), "alarm_regions": plan.alarm_regions(),
    }  # fmt: skip


def _distribution(work: Made) -> dict[str, Any]:
    if (made := work.features.get("cdn")) is None:
        return {}
    return {"distribution": {"id": made.distribution_id, "url": made.url, "domain_name": made.domain_name}}


def _of_checks(work: Made) -> dict[str, Any]:
    """The schedules of its restore check and its probe, so that one can be run by hand."""
    return {
        f"{schedule.function}-{step}": {"physical_name": schedule.physical_name, "group_name": scheduler.group_name}
        for scheduler in parts_of(SchedulerPlan, work.plan.features)
        for step, schedule in scheduler.schedules.items()
    }


def _objectives(work: Made) -> list[dict[str, Any]]:
    """What it promises, so that it can be said how much of the error budgets is left."""
    slo = work.plan.features.get("slo")
    ids = {name: api.api_id for kind in APIS for name, api in work.of(kind).items()}
    return [
        {
            "api": it.api, "indicator": it.indicator, "budget": it.budget, "days": DAYS, "bad": it.left.bad,
            "alarms": [alarm.physical_name for alarm in it.alarms],
            "metrics": {
                name: {
                    "namespace": metric.namespace, "metric_name": metric.metric_name, "statistic": metric.statistic,
                    "dimensions": {**metric.dimensions, **dict.fromkeys(metric.assigned_dimensions, ids.get(it.left.api, ""))},
                }
                for name, metric in it.left.metrics.items()
            },
        }
        for it in (slo.objectives if isinstance(slo, SloPlan) else ())
    ]  # fmt: skip


def _probe(work: Made) -> dict[str, Any] | None:
    """Its probe, so that it can be given what it proves itself with; None where nothing is called."""
    probe, made = work.plan.features.get("probe"), work.features.get("probe")
    if made is None or not isinstance(probe, ProbePlan) or probe.runner is None:
        return None
    function = made.function
    return {
        "secret_name": made.probe.secret_name, "key_id": made.probe.key_id, "issuer": probe.runner.issuer, "left_out": probe.left_out,
        "function": {
            "physical_name": function.physical_name, "alias_arn": function.alias_arn, "log_group": function.log_group_name,
            "timeout_seconds": probe.runner.function.timeout_seconds, "failures_url": function.failures_url,
        },
    }  # fmt: skip


def _release(work: Made) -> dict[str, Any] | None:
    rollout, made = work.plan.features.get("rollout"), work.features.get("rollout")
    if made is None or not isinstance(rollout, RolloutPlan):
        return None
    return {
        "application_name": made.application_name, "record_name": made.record_name, "checks_name": rollout.checks.physical_name,
        "strategy": rollout.strategy, "percent": rollout.percent, "minutes": rollout.minutes,
    }  # fmt: skip


def _feature_flags(work: Made) -> dict[str, Any] | None:
    flags, made = work.plan.features.get("feature_flags"), work.features.get("feature_flags")
    if made is None or not isinstance(flags, FeatureFlagsPlan):
        return None
    return {
        **made.ids, "minutes": flags.minutes, "bake_minutes": flags.bake_minutes, "monitors": [each.alarm_name for each in flags.monitors],
        "flags": flags.flags,
    }  # fmt: skip


def _routes(api: ApiPlan) -> list[dict[str, Any]]:
    return [{"route": it.route, "function": it.function, "authorizer": it.authorizer, "example": it.example} for it in api.routes]


def _rest_routes(api: RestApiPlan) -> list[dict[str, Any]]:
    return [
        {"route": f"{it.method} {it.path}", "function": it.function, "authorizer": it.authorizer, "example": it.example}
        for it in api.methods
    ]


def _socket_routes(socket: SocketPlan) -> list[dict[str, Any]]:
    return [
        {"route": route, "function": function, "authorizer": socket.authorizer if route == "$connect" else "none", "example": None}
        for route, function in socket.routes.items()
    ]
