"""A WebSocket API, and what connects its routes to functions."""

import json

import pulumi
from pulumi_aws import apigatewayv2

from platform_contract.kinds.websocket_api.plan import SocketPlan
from platform_contract.platform.documents import API_GATEWAY

from ..monitoring.alarms import make_alarms
from ..monitoring.logs import make_log_group
from ..planned import Planned
from .permission import permit

ACCESS_LOG = {
    "requestId": "$context.requestId", "time": "$context.requestTime", "route": "$context.routeKey", "event": "$context.eventType",
    "status": "$context.status", "connectionId": "$context.connectionId", "principal": "$context.authorizer.principalId",
    "integrationStatus": "$context.integrationStatus", "error": "$context.error.message", "sourceIp": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
}  # fmt: skip
"""One JSON line for each connection and message: how API Gateway names it and what it is called in the log."""

CONNECT, DISCONNECT = "$connect", "$disconnect"


class WebSocketRoutes(pulumi.ComponentResource):
    """Routes, integrations, authorizer and stage of a WebSocket API."""

    stage_name: pulumi.Output[str]
    """Name of its stage."""

    def __init__(self, name: str, made: Planned[SocketPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("serverless-platform:index:WebSocketRoutes", name, {"routes": made.plan.routes, "authorizer": made.plan.authorizer}, opts)
        self._name, self._plan, self._shared, self._given = name, made.plan, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_authorizer()
        self._make_integrations()
        self._make_routes()
        self._make_stage()
        make_alarms(
            name, self._plan.alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, assigned={"ApiId": self._given["api_id"]},
            opts=self._child,
        )  # fmt: skip
        self.stage_name = self._stage.name
        self.register_outputs({"stage_name": self.stage_name})

    def _make_authorizer(self) -> None:
        self._authorizer: apigatewayv2.Authorizer | None = None
        self._before_connecting: list[pulumi.Resource] = []
        if self._plan.authorizer != "lambda":
            return
        deciding = self._given["deciding"]
        self._authorizer = apigatewayv2.Authorizer(
            f"{self._name}-decide", api_id=self._given["api_id"], name="decide", authorizer_type="REQUEST",
            # No identity source: with one, whoever sends its token otherwise would be refused without being asked.
            authorizer_uri=deciding["invoke_arn"], opts=self._child,
        )  # fmt: skip
        authorizer_arn = pulumi.Output.concat(self._given["execution_arn"], "/authorizers/", self._authorizer.id)
        self._before_connecting.append(permit(f"{self._name}-decide", API_GATEWAY, deciding, authorizer_arn, self._child))

    def _make_integrations(self) -> None:
        self._integrations = {}
        for key, target in self._given["targets"].items():
            permission = permit(f"{self._name}-{key}-invoke", API_GATEWAY, target, pulumi.Output.concat(self._given["execution_arn"], "/*/*"), self._child)
            self._integrations[key] = apigatewayv2.Integration(
                f"{self._name}-{key}", api_id=self._given["api_id"], integration_type="AWS_PROXY", integration_method="POST",
                integration_uri=target["invoke_arn"], timeout_milliseconds=self._plan.integration_timeouts_ms[key],
                # Without the permission the first connection would be answered with 500.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
            )  # fmt: skip

    def _make_routes(self) -> None:
        """Authorization is of $connect alone: what a connection sends later is its own."""
        kinds = {"lambda": "CUSTOM", "iam": "AWS_IAM", "none": "NONE"}
        self._routes = []
        for route, key in self._plan.routes.items():
            connecting = route == CONNECT
            authorizer = self._authorizer if connecting else None
            self._routes.append(apigatewayv2.Route(
                f"{self._name}-{route.strip('$').lower()}", api_id=self._given["api_id"], route_key=route,
                target=pulumi.Output.concat("integrations/", self._integrations[key].id),
                authorization_type=kinds[self._plan.authorizer] if connecting else "NONE",
                authorizer_id=authorizer.id if authorizer else None,
                opts=pulumi.ResourceOptions(parent=self, depends_on=self._before_connecting),
            ))  # fmt: skip

    def _make_stage(self) -> None:
        log_group = make_log_group(
            f"{self._name}-access", group_name=self._plan.log_group_name, retention_days=self._plan.log_retention_days,
            key_arn=self._shared.key_arn, tags=self._shared.tags, opts=self._child,
            protection=self._plan.log_protection,
        )  # fmt: skip
        self._stage = apigatewayv2.Stage(
            f"{self._name}-stage", api_id=self._given["api_id"], name=self._plan.stage, auto_deploy=True, tags=self._shared.tags,
            access_log_settings=apigatewayv2.StageAccessLogSettingsArgs(
                destination_arn=log_group.arn, format=json.dumps(ACCESS_LOG)
            ),
            default_route_settings=apigatewayv2.StageDefaultRouteSettingsArgs(
                throttling_rate_limit=self._plan.throttle_rate_per_second, throttling_burst_limit=self._plan.throttle_burst,
                logging_level="OFF", data_trace_enabled=False, detailed_metrics_enabled=False,
            ),
            # Its first deployment is made with it: without the routes, nobody could connect.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._routes),
        )  # fmt: skip


class WebSocketApi(pulumi.ComponentResource):
    """An API whose messages are routed by their field `action`; WebSocketRoutes connect functions to it."""

    api_id: pulumi.Output[str]
    """Id of the API."""
    execution_arn: pulumi.Output[str]
    """ARN by which permissions name it."""
    endpoint: pulumi.Output[str]
    """URL of the API on AWS, wss://..., without its stage."""

    def __init__(self, name: str, made: Planned[SocketPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        super().__init__("serverless-platform:index:WebSocketApi", name, {"physicalName": plan.physical_name}, opts)
        self._api = apigatewayv2.Api(
            name, name=plan.physical_name, description=plan.description, protocol_type="WEBSOCKET",
            route_selection_expression="$request.body.action", tags=made.shared.tags, opts=pulumi.ResourceOptions(parent=self),
        )  # fmt: skip
        self.api_id, self.execution_arn, self.endpoint = self._api.id, self._api.execution_arn, self._api.api_endpoint
        self.register_outputs({"api_id": self.api_id, "execution_arn": self.execution_arn, "endpoint": self.endpoint})
