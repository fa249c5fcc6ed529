"""The WebSocket API of a workload, decided."""

from platform_contract.manifest import Manifest
from platform_contract.plan.retention import log_protection, retention_days
from platform_contract.platform import apigateway, naming
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.settings import Settings
from platform_contract.registry import plan_alarms


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


def plan_sockets(settings: Settings, manifest: Manifest) -> dict[str, SocketPlan]:
    """The workload's WebSocket API, if a function has a route of one."""
    routes = manifest.socket_routes
    if not routes:
        return {}
    name = naming.api_name(settings, manifest.name, naming.SOCKET)
    return {
        naming.SOCKET: SocketPlan(
            physical_name=name, description=manifest.summary, stage=apigateway.SOCKET_STAGE,
            log_group_name=naming.api_log_group(settings, manifest.name, naming.SOCKET),
            log_retention_days=retention_days(settings, manifest), log_protection=log_protection(settings, manifest), routes=routes,
            authorizer=manifest.websocket_api.access, authorizer_function=manifest.websocket_api.authorizer_function,
            integration_timeouts_ms={
                function: apigateway.rest_integration_timeout_ms(manifest.functions[function].timeout_seconds)
                for function in routes.values()
            },
            throttle_rate_per_second=settings.api_rate_per_second, throttle_burst=settings.api_burst,
            alarms=plan_alarms(manifest.scope(settings), "websocket_api", naming.SOCKET, {}),
        )
    }  # fmt: skip
