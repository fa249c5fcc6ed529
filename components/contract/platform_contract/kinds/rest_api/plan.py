"""What is made of the REST API of a workload."""

from typing import Any

from platform_contract.kinds.kind import plan_metrics
from platform_contract.kinds.rest_api.metrics import METRICS
from platform_contract.kinds.rest_api.spec import RestApiSpec
from platform_contract.platform import apigateway, naming
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.retention import log_protection, retention_days
from platform_contract.platform.scope import Connections, Scope


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


def plan_rest_api(scope: Scope, name: str, spec: RestApiSpec, connections: Connections) -> RestApiPlan:
    """One REST API, with the routes that functions have of it."""
    settings, physical = scope.settings, naming.api_name(scope.settings, scope.workload, name)
    methods = tuple(
        MethodPlan(
            method=it.trigger.route.partition(" ")[0], path=it.trigger.route.partition(" ")[2],
            suffix=naming.route_suffix(it.trigger.route), function=it.function,
            authorizer="none" if it.trigger.public else it.trigger.authorizer, body=it.trigger.body,
            query=tuple(it.trigger.query), path_parameters=naming.path_parameters(it.trigger.route),
            cache_seconds=it.trigger.cache_seconds, example=it.trigger.example,
        )
        for it in connections.triggers.get("rest", ())
    )  # fmt: skip
    return RestApiPlan(
        physical_name=physical, description=scope.summary, stage=apigateway.REST_STAGE,
        log_group_name=naming.api_log_group(settings, scope.workload, name), log_retention_days=retention_days(scope), log_protection=log_protection(scope),
        methods=methods,
        models=tuple(sorted({method.body for method in methods if method.body})),
        integration_timeouts_ms={
            method.function: apigateway.rest_integration_timeout_ms(connections.timeouts[method.function]) for method in methods
        },
        tiers={
            tier: TierPlan(
                physical_name=f"{physical}-{tier}", requests_per_second=it.requests_per_second, burst=it.burst,
                requests_per_month=it.requests_per_month,
            )
            for tier, it in spec.tiers.items()
        },
        clients={client: ClientPlan(physical_name=f"{physical}-{client}", tier=tier) for client, tier in spec.clients.items()},
        cache_gb=spec.cache_gb, throttle_rate_per_second=settings.api_rate_per_second, throttle_burst=settings.api_burst,
        alarms=plan_metrics(scope, "rest_api", METRICS["rest_api"], name, {"api_name": physical}, {"latency_ms_p99": connections.latency_ms_p99}),
    )  # fmt: skip
