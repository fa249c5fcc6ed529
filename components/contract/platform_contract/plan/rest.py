"""The REST API of a workload, decided."""

from typing import Any

from platform_contract.manifest import Manifest
from platform_contract.plan.retention import log_protection, retention_days
from platform_contract.platform import apigateway, naming
from platform_contract.platform.alarm_standard import DEFAULT_LATENCY_MS_P99
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.settings import Settings
from platform_contract.registry import plan_alarms


class MethodPlan(Plain):
    """One route: a method on a path."""

    method: str
    path: str
    suffix: str
    """End of its logical name."""
    function: str
    authorizer: str
    body: str | None
    """Name of the model that the body has to fit."""
    query: tuple[str, ...]
    path_parameters: tuple[str, ...]
    cache_seconds: int
    example: Any = None


class TierPlan(Plain):
    physical_name: str
    requests_per_second: float
    burst: int
    requests_per_month: int


class ClientPlan(Plain):
    physical_name: str
    """Name of its API key."""
    tier: str


class RestApiPlan(Plain):
    physical_name: str
    description: str
    stage: str
    log_group_name: str
    log_retention_days: int
    log_protection: str | None
    """Data protection policy of its log group, as JSON text."""
    methods: tuple[MethodPlan, ...]
    models: tuple[str, ...]
    integration_timeouts_ms: dict[str, int]
    """Function -> how long API Gateway waits for it, in milliseconds."""
    tiers: dict[str, TierPlan]
    clients: dict[str, ClientPlan]
    cache_gb: str | None
    throttle_rate_per_second: float
    throttle_burst: int
    alarms: tuple[AlarmPlan, ...]


def plan_rest_apis(settings: Settings, manifest: Manifest) -> dict[str, RestApiPlan]:
    """The workload's REST API, if a function has a route of one."""
    methods = [
        MethodPlan(
            method=trigger.rest.route.partition(" ")[0], path=trigger.rest.route.partition(" ")[2],
            suffix=naming.route_suffix(trigger.rest.route), function=name,
            authorizer="none" if trigger.rest.public else trigger.rest.authorizer, body=trigger.rest.body,
            query=tuple(trigger.rest.query), path_parameters=naming.path_parameters(trigger.rest.route),
            cache_seconds=trigger.rest.cache_seconds, example=trigger.rest.example,
        )
        for name, function in manifest.functions.items()
        for trigger in function.triggers
        if trigger.rest
    ]  # fmt: skip
    if not methods:
        return {}
    spec, name = manifest.rest_api, naming.api_name(settings, manifest.name, naming.REST)
    promised = manifest.slo.latency_ms_p99 if manifest.slo else DEFAULT_LATENCY_MS_P99
    return {
        naming.REST: RestApiPlan(
            physical_name=name,
            description=manifest.summary,
            stage=apigateway.REST_STAGE,
            log_group_name=naming.api_log_group(settings, manifest.name, naming.REST),
            log_retention_days=retention_days(settings, manifest), log_protection=log_protection(settings, manifest),
            methods=tuple(methods),
            models=tuple(sorted({method.body for method in methods if method.body})),
            integration_timeouts_ms={
                method.function: apigateway.rest_integration_timeout_ms(manifest.functions[method.function].timeout_seconds)
                for method in methods
            },
            tiers={
                tier: TierPlan(
                    physical_name=f"{name}-{tier}", requests_per_second=it.requests_per_second, burst=it.burst,
                    requests_per_month=it.requests_per_month,
                )
                for tier, it in spec.tiers.items()
            },
            clients={client: ClientPlan(physical_name=f"{name}-{client}", tier=tier) for client, tier in spec.clients.items()},
            cache_gb=spec.cache_gb,
            throttle_rate_per_second=settings.api_rate_per_second,
            throttle_burst=settings.api_burst,
            alarms=plan_alarms(manifest.scope(settings), "rest_api", naming.REST, {"api_name": name}, {"latency_ms_p99": promised}),
        )
    }  # fmt: skip
