"""A WebSocket API of API Gateway, which `uses` calls socket."""

from platform_contract.kinds.kind import Kind, Metrics, Permission, Traffic, Trigger, Verb
from platform_contract.platform import apigateway
from platform_contract.platform.alarm_standard import HALF, AlarmStandard, Threshold, over_an_hour
from platform_contract.platform.usage import CONNECTED_MINUTES, RECEIVERS, Use


def _errors(suffix: str, metric: str, what: str) -> AlarmStandard:
    return AlarmStandard(
        suffix, "AWS/ApiGateway", metric, {"Stage": apigateway.SOCKET_STAGE}, Threshold(0.05), "GreaterThanThreshold", (0, 1),
        what, "page", statistic="Average", assigned_dimensions=("ApiId",),
    )  # fmt: skip


_INTEGRATION = _errors("integration-errors", "IntegrationError", "functions behind a WebSocket API answer more than 5 % of messages with errors")
_EXECUTION = _errors("execution-errors", "ExecutionError", "API Gateway itself fails to handle more than 5 % of connections and messages")

KIND = Kind(
    "socket", service="execute-api", variable="SOCKET_", told="url",
    verbs={"send": Verb((Permission(("execute-api:ManageConnections",), ("/POST/@connections/*",)),), (), "send to connections of the WebSocket API",
                        (Use(f"messages sent, each to {RECEIVERS}", "websocket_message", RECEIVERS),))},
    triggers={"websocket": Trigger((
        Use("messages received", "websocket_message"),
        Use(f"connection minutes, {CONNECTED_MINUTES} a message", "websocket_minute", CONNECTED_MINUTES),
    ), "answered")},
    metrics={
        "websocket_api": Metrics("APIs", (
            _INTEGRATION,
            over_an_hour(_INTEGRATION, HALF, "half of the messages or more are answered with errors, again and again within an hour, however few there are"),
            _EXECUTION,
            over_an_hour(_EXECUTION, HALF, "API Gateway itself fails to handle half of the messages or more, again and again within an hour, however few there are"),
        ), traffic=(Traffic("ConnectCount", "Sum"), Traffic("MessageCount", "Sum"))),
    },
)  # fmt: skip
