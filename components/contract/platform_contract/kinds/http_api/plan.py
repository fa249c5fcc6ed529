"""What is made of the HTTP API of a workload."""

from collections.abc import Mapping
from typing import Any

from platform_contract.kinds.http_api.metrics import METRICS
from platform_contract.kinds.http_api.spec import HttpApiSpec
from platform_contract.kinds.http_api.trigger import HttpTrigger
from platform_contract.kinds.kind import plan_metrics
from platform_contract.platform import apigateway, naming
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.retention import log_protection, retention_days
from platform_contract.platform.scope import Connections, Scope


class RoutePlan(Plain):
    route: str
    suffix: str
    """End of its logical name."""
    function: str
    authorizer: str
    authorizer_function: str | None = None
    public_reason: str | None = None
    example: Any = None


class ApiPlan(Plain):
    physical_name: str
    description: str
    log_group_name: str
    log_retention_days: int
    log_protection: str | None
    """Data protection policy of its log group, as JSON text."""
    routes: tuple[RoutePlan, ...]
    integration_timeouts_ms: dict[str, int]
    """Function -> how long API Gateway waits for it, in milliseconds."""
    allowed_origins: tuple[str, ...]
    authorizer_cache_seconds: int
    throttle_rate_per_second: float
    throttle_burst: int
    alarms: tuple[AlarmPlan, ...]


def plan_http_api(scope: Scope, name: str, spec: HttpApiSpec, connections: Connections) -> ApiPlan:
    """One HTTP API, with the routes that functions have of it."""
    settings = scope.settings
    routes = tuple(
        RoutePlan(
            route=it.trigger.route, suffix=naming.route_suffix(it.trigger.route), function=it.function, authorizer=_authorizer(it.trigger),
            authorizer_function=it.trigger.authorizer_function, public_reason=it.trigger.public_reason, example=it.trigger.example,
        )
        for it in connections.triggers.get("http", ())
    )  # fmt: skip
    return ApiPlan(
        physical_name=naming.api_name(settings, scope.workload, name), description=scope.summary,
        log_group_name=naming.api_log_group(settings, scope.workload, name), log_retention_days=retention_days(scope), log_protection=log_protection(scope),
        routes=routes, integration_timeouts_ms=_timeouts(routes, connections.timeouts), allowed_origins=tuple(spec.allowed_origins),
        authorizer_cache_seconds=apigateway.AUTHORIZER_CACHE_SECONDS, throttle_rate_per_second=settings.api_rate_per_second,
        throttle_burst=settings.api_burst,
        alarms=plan_metrics(scope, "http_api", METRICS["http_api"], name, {}, {"latency_ms_p99": connections.latency_ms_p99}),
    )  # fmt: skip


def _timeouts(routes: tuple[RoutePlan, ...], timeouts: Mapping[str, int]) -> dict[str, int]:
    return {route.function: apigateway.integration_timeout_ms(timeouts[route.function]) for route in routes}


def _authorizer(trigger: HttpTrigger) -> str:
    """How API Gateway does it: tokens of the managed user pool are checked like those of any other issuer."""
    return "jwt" if trigger.access == "cognito" else trigger.access
