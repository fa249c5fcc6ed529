"""What is made of the WebSocket API of a workload."""

from platform_contract.kinds.kind import plan_metrics
from platform_contract.kinds.websocket_api.metrics import METRICS
from platform_contract.kinds.websocket_api.spec import WebSocketApiSpec
from platform_contract.platform import apigateway, naming
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.retention import log_protection, retention_days
from platform_contract.platform.scope import Connections, Scope


class SocketPlan(Plain):
    physical_name: str
    description: str
    stage: str
    log_group_name: str
    log_retention_days: int
    log_protection: str | None
    """Data protection policy of its log group, as JSON text."""
    routes: dict[str, str]
    """Route -> function."""
    authorizer: str
    """lambda, iam or none: of connecting."""
    authorizer_function: str | None
    integration_timeouts_ms: dict[str, int]
    """Function -> how long API Gateway waits for it, in milliseconds."""
    throttle_rate_per_second: float
    throttle_burst: int
    alarms: tuple[AlarmPlan, ...]


def plan_websocket_api(scope: Scope, name: str, spec: WebSocketApiSpec, connections: Connections) -> SocketPlan:
    """One WebSocket API, with the routes that functions have of it; the first one where two have a route."""
    settings, routes = scope.settings, dict[str, str]()
    for it in connections.triggers.get("websocket", ()):
        routes.setdefault(it.trigger.route, it.function)
    return SocketPlan(
        physical_name=naming.api_name(settings, scope.workload, name), description=scope.summary, stage=apigateway.SOCKET_STAGE,
        log_group_name=naming.api_log_group(settings, scope.workload, name), log_retention_days=retention_days(scope), log_protection=log_protection(scope),
        routes=routes, authorizer=spec.access, authorizer_function=spec.authorizer_function,
        integration_timeouts_ms={function: apigateway.rest_integration_timeout_ms(connections.timeouts[function]) for function in routes.values()},
        throttle_rate_per_second=settings.api_rate_per_second, throttle_burst=settings.api_burst,
        alarms=plan_metrics(scope, "websocket_api", METRICS["websocket_api"], name, {}),
    )  # fmt: skip
