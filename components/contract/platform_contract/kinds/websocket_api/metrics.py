"""What is watched of WebSocket APIs."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform import apigateway
from platform_contract.platform.alarm_standard import HALF, AlarmStandard, Threshold, over_an_hour


def _errors(suffix: str, metric: str, what: str) -> AlarmStandard:
    return AlarmStandard(
        suffix, "AWS/ApiGateway", metric, {"Stage": apigateway.SOCKET_STAGE}, Threshold(0.05), "GreaterThanThreshold", (0, 1),
        what, "page", statistic="Average", assigned_dimensions=("ApiId",),
    )  # fmt: skip


_INTEGRATION = _errors("integration-errors", "IntegrationError", "functions behind a WebSocket API answer more than 5 % of messages with errors")
_EXECUTION = _errors("execution-errors", "ExecutionError", "API Gateway itself fails to handle more than 5 % of connections and messages")

METRICS = {
    "websocket_api": Metrics("APIs", (
        _INTEGRATION,
        over_an_hour(_INTEGRATION, HALF, "half of the messages or more are answered with errors, again and again within an hour, however few there are"),
        _EXECUTION,
        over_an_hour(_EXECUTION, HALF, "API Gateway itself fails to handle half of the messages or more, again and again within an hour, however few there are"),
    ), traffic=(Traffic("ConnectCount", "Sum"), Traffic("MessageCount", "Sum"))),
}  # fmt: skip
"""What is watched -> its metrics."""
