"""A WebSocket API, and what connects its routes to functions."""

import json
from typing import NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import apigatewayv2, lambda_

from ..arguments import PlainArguments, checked
from ..monitoring.alarms import AlarmArgs, make_alarms
from ..monitoring.logs import make_log_group

ACCESS_LOG = {
    "requestId": "$context.requestId", "time": "$context.requestTime", "route": "$context.routeKey", "event": "$context.eventType",
    "status": "$context.status", "connectionId": "$context.connectionId", "principal": "$context.authorizer.principalId",
    "integrationStatus": "$context.integrationStatus", "error": "$context.error.message", "sourceIp": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
}  # fmt: skip
"""One JSON line for each connection and message: how API Gateway names it and what it is called in the log."""

CONNECT, DISCONNECT = "$connect", "$disconnect"


class SocketFunctionArgs(TypedDict):
    """A function behind a WebSocket API."""

    function_name: pulumi.Input[str]
    """Name of the function in AWS."""
    alias_name: pulumi.Input[str]
    """Name of its alias: the output of a Function."""
    invoke_arn: pulumi.Input[str]
    """ARN by which API Gateway invokes the alias."""
    timeout_milliseconds: NotRequired[int]
    """How long API Gateway waits, in milliseconds, 50 to 29000; not for a function that decides who may connect."""


class SocketTriggerArgs(TypedDict):
    """Arguments of a SocketTrigger."""

    api_id: pulumi.Input[str]
    """Id of the API: the output of a Socket."""
    execution_arn: pulumi.Input[str]
    """ARN by which permissions name it: the output of a Socket."""
    stage: str
    """Name of its stage."""
    routes: dict[str, str]
    """Route ($connect, $disconnect, $default or a message's action) -> key of the function in `targets`."""
    targets: dict[str, SocketFunctionArgs]
    """The functions behind it."""
    authorizer: str
    """Who may connect: lambda, iam, or none: everybody."""
    deciding: NotRequired[SocketFunctionArgs]
    """The function that decides; with lambda."""
    log_group_name: str
    """Name of the log group of its access log."""
    log_retention_days: int
    """How long the access log is kept, in days."""
    log_protection: NotRequired[str]
    """Data protection policy of its log group as JSON text; without it nothing is masked there."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    throttle_rate_per_second: float
    """Messages a second, on average, beyond which they are refused."""
    throttle_burst: int
    """Messages at once beyond which they are refused."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Its alarms; the dimension ApiId is added here."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Target(PlainArguments):
    timeout_milliseconds: int = pydantic.Field(ge=50, le=29000)


class _Knobs(PlainArguments):
    stage: str = pydantic.Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")
    routes: dict[str, str]
    targets: dict[str, _Target] = pydantic.Field(min_length=1)
    authorizer: str = pydantic.Field(pattern="^(lambda|iam|none)$")
    log_retention_days: int = pydantic.Field(ge=1, le=3653)
    log_protection: str | None = pydantic.Field(default=None, max_length=30_720)
    throttle_rate_per_second: float = pydantic.Field(gt=0)
    throttle_burst: int = pydantic.Field(ge=1)

    @pydantic.model_validator(mode="after")
    def _complete(self) -> "_Knobs":
        if CONNECT not in self.routes:
            raise ValueError(f"routes lacks {CONNECT}, at which API Gateway asks who may connect")
        if unknown := sorted(set(self.routes.values()) - set(self.targets)):
            raise ValueError(f"a route names the target '{unknown[0]}'; there is {', '.join(self.targets)}")
        return self


class SocketTrigger(pulumi.ComponentResource):
    """Routes, integrations, authorizer and stage of a WebSocket API."""

    stage_name: pulumi.Output[str]
    """Name of its stage."""

    def __init__(self, name: str, args: SocketTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("SocketTrigger", name, _Knobs, SocketTriggerArgs, args)
        if (knobs.authorizer == "lambda") != ("deciding" in args):
            raise ValueError(f"SocketTrigger '{name}': deciding: belongs to `authorizer: lambda`, and has to be there with it")
        super().__init__("serverless-platform:index:SocketTrigger", name, {"routes": knobs.routes, "authorizer": knobs.authorizer}, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_authorizer()
        self._make_integrations()
        self._make_routes()
        self._make_stage()
        make_alarms(
            name, args["alarms"], topic_arn=args["alarm_topic_arn"], tags=args["tags"], assigned={"ApiId": args["api_id"]},
            opts=self._child,
        )  # fmt: skip
        self.stage_name = self._stage.name
        self.register_outputs({"stage_name": self.stage_name})

    def _make_authorizer(self) -> None:
        self._authorizer: apigatewayv2.Authorizer | None = None
        self._before_connecting: list[pulumi.Resource] = []
        if self._knobs.authorizer != "lambda":
            return
        deciding = self._args["deciding"]
        self._authorizer = apigatewayv2.Authorizer(
            f"{self._name}-decide", api_id=self._args["api_id"], name="decide", authorizer_type="REQUEST",
            # No identity source: with one, whoever sends its token otherwise would be refused without being asked.
            authorizer_uri=deciding["invoke_arn"], opts=self._child,
        )  # fmt: skip
        self._before_connecting.append(lambda_.Permission(
            f"{self._name}-decide", action="lambda:InvokeFunction", principal="apigateway.amazonaws.com",
            function=deciding["function_name"], qualifier=deciding["alias_name"],
            source_arn=pulumi.Output.concat(self._args["execution_arn"], "/authorizers/", self._authorizer.id), opts=self._child,
        ))  # fmt: skip

    def _make_integrations(self) -> None:
        self._integrations = {}
        for key, target in self._args["targets"].items():
            permission = lambda_.Permission(
                f"{self._name}-{key}-invoke", action="lambda:InvokeFunction", principal="apigateway.amazonaws.com",
                function=target["function_name"], qualifier=target["alias_name"],
                source_arn=pulumi.Output.concat(self._args["execution_arn"], "/*/*"), opts=self._child,
            )  # fmt: skip
            self._integrations[key] = apigatewayv2.Integration(
                f"{self._name}-{key}", api_id=self._args["api_id"], integration_type="AWS_PROXY", integration_method="POST",
                integration_uri=target["invoke_arn"], timeout_milliseconds=self._knobs.targets[key].timeout_milliseconds,
                # Without the permission the first connection would be answered with 500.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
            )  # fmt: skip

    def _make_routes(self) -> None:
        """Authorization is of $connect alone: what a connection sends later is its own."""
        kinds = {"lambda": "CUSTOM", "iam": "AWS_IAM", "none": "NONE"}
        self._routes = []
        for route, key in self._knobs.routes.items():
            connecting = route == CONNECT
            authorizer = self._authorizer if connecting else None
            self._routes.append(apigatewayv2.Route(
                f"{self._name}-{route.strip('$').lower()}", api_id=self._args["api_id"], route_key=route,
                target=pulumi.Output.concat("integrations/", self._integrations[key].id),
                authorization_type=kinds[self._knobs.authorizer] if connecting else "NONE",
                authorizer_id=authorizer.id if authorizer else None,
                opts=pulumi.ResourceOptions(parent=self, depends_on=self._before_connecting),
            ))  # fmt: skip

    def _make_stage(self) -> None:
        args, knobs = self._args, self._knobs
        log_group = make_log_group(
            f"{self._name}-access", group_name=args["log_group_name"], retention_days=knobs.log_retention_days,
            key_arn=args["key_arn"], tags=args["tags"], opts=self._child,
            protection=knobs.log_protection,
        )  # fmt: skip
        self._stage = apigatewayv2.Stage(
            f"{self._name}-stage", api_id=args["api_id"], name=knobs.stage, auto_deploy=True, tags=args["tags"],
            access_log_settings=apigatewayv2.StageAccessLogSettingsArgs(
                destination_arn=log_group.arn, format=json.dumps(ACCESS_LOG)
            ),
            default_route_settings=apigatewayv2.StageDefaultRouteSettingsArgs(
                throttling_rate_limit=knobs.throttle_rate_per_second, throttling_burst_limit=knobs.throttle_burst,
                logging_level="OFF", data_trace_enabled=False, detailed_metrics_enabled=False,
            ),
            # Its first deployment is made with it: without the routes, nobody could connect.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._routes),
        )  # fmt: skip


class SocketArgs(TypedDict):
    """Arguments of a Socket."""

    physical_name: str
    """Name of the API, at most 128 characters."""
    description: str
    """One sentence: what it is for."""
    tags: dict[str, str]
    """Tags of the API, besides the provider's default tags."""


class _TriggerKnobs(PlainArguments):
    physical_name: str = pydantic.Field(min_length=1, max_length=128)


class Socket(pulumi.ComponentResource):
    """An API whose messages are routed by their field `action`; a SocketTrigger connects functions to it."""

    api_id: pulumi.Output[str]
    """Id of the API."""
    execution_arn: pulumi.Output[str]
    """ARN by which permissions name it."""
    endpoint: pulumi.Output[str]
    """URL of the API on AWS, wss://..., without its stage."""

    def __init__(self, name: str, args: SocketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Socket", name, _TriggerKnobs, SocketArgs, args)
        super().__init__("serverless-platform:index:Socket", name, {"physicalName": knobs.physical_name}, opts)
        self._api = apigatewayv2.Api(
            name, name=knobs.physical_name, description=args["description"], protocol_type="WEBSOCKET",
            route_selection_expression="$request.body.action", tags=args["tags"], opts=pulumi.ResourceOptions(parent=self),
        )  # fmt: skip
        self.api_id, self.execution_arn, self.endpoint = self._api.id, self._api.execution_arn, self._api.api_endpoint
        self.register_outputs({"api_id": self.api_id, "execution_arn": self.execution_arn, "endpoint": self.endpoint})
