"""A WebSocket API of API Gateway, which `uses` calls socket."""

from platform_contract.kinds.kind import Kind, Trigger
from platform_contract.kinds.websocket_api.metrics import METRICS
from platform_contract.kinds.websocket_api.plan import plan_websocket_api
from platform_contract.platform.usage import CONNECTED_MINUTES, RECEIVERS, Use
from platform_contract.platform.verbs import Permission, Verb

KIND = Kind(
    "socket", plan=plan_websocket_api, service="execute-api", variable="SOCKET_", told="url",
    verbs={"send": Verb((Permission(("execute-api:ManageConnections",), ("/POST/@connections/*",)),), (), "send to connections of the WebSocket API",
                        (Use(f"messages sent, each to {RECEIVERS}", "websocket_message", RECEIVERS),))},
    triggers={"websocket": Trigger((
        Use("messages received", "websocket_message"),
        Use(f"connection minutes, {CONNECTED_MINUTES} a message", "websocket_minute", CONNECTED_MINUTES),
    ), "answered")},
    metrics=METRICS,
)  # fmt: skip
