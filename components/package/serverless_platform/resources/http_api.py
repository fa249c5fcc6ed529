"""An HTTP API in front of functions."""

import json
from typing import Any, NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import apigatewayv2, lambda_

from ..arguments import PlainArguments, checked
from ..monitoring.alarms import AlarmArgs, arns_of, make_alarms
from ..monitoring.logs import make_log_group

STAGE = "$default"
"""The stage without a path of its own."""

ACCESS_LOG = {
    "requestId": "$context.requestId", "time": "$context.requestTime", "route": "$context.routeKey",
    "status": "$context.status", "latencyMs": "$context.responseLatency", "responseBytes": "$context.responseLength",
    "integrationStatus": "$context.integrationStatus", "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error", "caller": "$context.authorizer.claims.sub",
    "principal": "$context.authorizer.principalId", "awsPrincipal": "$context.identity.userArn",
    "sourceIp": "$context.identity.sourceIp", "userAgent": "$context.identity.userAgent",
}  # fmt: skip
"""One JSON line a request: how API Gateway names it and what it is called in the log."""


class HttpRouteArgs(TypedDict):
    """One route of an HttpApi."""

    route: str
    """Method and path, such as "POST /orders"."""
    suffix: str
    """End of its logical name: letters, digits and dashes, unique in the API."""
    target: str
    """Key of the function in `targets`."""
    authorizer: str
    """jwt, iam, lambda, or none: then everybody may call it."""
    authorizer_function: NotRequired[str]
    """Key of the function in `authorizers` that decides; with lambda."""


class HttpTargetArgs(TypedDict):
    """A function behind an HttpApi."""

    function_name: pulumi.Input[str]
    """Name of the function in AWS."""
    alias_name: pulumi.Input[str]
    """Name of its alias: the output of a Function."""
    invoke_arn: pulumi.Input[str]
    """ARN by which API Gateway invokes the alias."""
    timeout_milliseconds: int
    """How long API Gateway waits, in milliseconds, 50 to 30000: at least the function's own timeout."""


class HttpAuthorizerArgs(TypedDict):
    """A function that decides who may call."""

    function_name: pulumi.Input[str]
    """Name of the function in AWS."""
    alias_name: pulumi.Input[str]
    """Name of its alias: the output of a Function."""
    invoke_arn: pulumi.Input[str]
    """ARN by which API Gateway invokes the alias."""


class HttpApiArgs(TypedDict):
    """Arguments of an HttpApi."""

    physical_name: str
    """Name of the API, at most 128 characters."""
    description: str
    """One sentence: what it is for."""
    log_group_name: str
    """Name of the log group of its access log."""
    log_retention_days: int
    """How long the access log is kept, in days."""
    log_protection: NotRequired[str]
    """Data protection policy of its log group as JSON text; without it nothing is masked there."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    routes: list[HttpRouteArgs]
    """Its routes."""
    targets: dict[str, HttpTargetArgs]
    """The functions behind it."""
    authorizers: NotRequired[dict[str, HttpAuthorizerArgs]]
    """Functions that decide for the routes that name them."""
    authorizer_cache_seconds: NotRequired[int]
    """How long a decision holds for one caller and route, in seconds, 0 to 3600; 300 if left out."""
    token_issuer: NotRequired[pulumi.Input[str]]
    """Issuer of the tokens that jwt routes accept: the URL whose keys sign them."""
    token_audiences: NotRequired[pulumi.Input[list[str]]]
    """Audiences (or client ids) that jwt routes accept."""
    allowed_origins: NotRequired[list[str]]
    """Web origins that may call it from a browser; without it there is no CORS at all."""
    throttle_rate_per_second: float
    """Requests a second, on average, beyond which callers get 429."""
    throttle_burst: int
    """Requests at once beyond which callers get 429."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Its alarms; the dimension ApiId is added here."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Route(PlainArguments):
    route: str = pydantic.Field(pattern=r"^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) /\S*$")
    suffix: str = pydantic.Field(pattern=r"^[a-z0-9-]+$")
    target: str
    authorizer: str = pydantic.Field(pattern="^(jwt|iam|lambda|none)$")
    authorizer_function: str | None = None


class _Target(PlainArguments):
    timeout_milliseconds: int = pydantic.Field(ge=50, le=30000)


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(min_length=1, max_length=128)
    log_retention_days: int = pydantic.Field(ge=1, le=3653)
    log_protection: str | None = pydantic.Field(default=None, max_length=30_720)
    routes: list[_Route] = pydantic.Field(min_length=1)
    targets: dict[str, _Target] = pydantic.Field(min_length=1)
    authorizers: dict[str, Any] = {}
    authorizer_cache_seconds: int = pydantic.Field(default=300, ge=0, le=3600)
    throttle_rate_per_second: float = pydantic.Field(gt=0)
    throttle_burst: int = pydantic.Field(ge=1)

    @pydantic.model_validator(mode="after")
    def _known_targets(self) -> "_Knobs":
        for route in self.routes:
            if route.target not in self.targets:
                raise ValueError(f"route '{route.route}' names the target '{route.target}'; there is {', '.join(self.targets)}")
            if route.authorizer == "lambda" and route.authorizer_function not in self.authorizers:
                raise ValueError(f"route '{route.route}' names the authorizer '{route.authorizer_function}', which is not in `authorizers`")
        return self


class HttpApi(pulumi.ComponentResource):
    """An API with tokens checked at its edge, a throttle, an access log in JSON, and functions behind it."""

    api_id: pulumi.Output[str]
    """Id of the API."""
    endpoint: pulumi.Output[str]
    """URL of the API on AWS."""
    stage_name: pulumi.Output[str]
    """Name of its stage."""

    def __init__(self, name: str, args: HttpApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("HttpApi", name, _Knobs, HttpApiArgs, args)
        if any(route.authorizer == "jwt" for route in knobs.routes) and not args.get("token_issuer"):
            raise ValueError(f"HttpApi '{name}': token_issuer: is required, because a route has the authorizer jwt")
        told = {"physicalName": knobs.physical_name, "routes": [route.model_dump() for route in knobs.routes]}
        super().__init__("serverless-platform:index:HttpApi", name, told, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_api()
        self._make_authorizer()
        self._make_function_authorizers()
        self._make_integrations()
        self._make_routes()
        self._make_stage()
        self._make_alarms()
        self.api_id, self.endpoint, self.stage_name = self._api.id, self._api.api_endpoint, self._stage.name
        self.register_outputs({"api_id": self.api_id, "endpoint": self.endpoint, "stage_name": self.stage_name})

    def _make_api(self) -> None:
        args, cors = self._args, None
        if args.get("allowed_origins"):
            cors = apigatewayv2.ApiCorsConfigurationArgs(
                allow_origins=args["allowed_origins"], allow_methods=["*"], max_age=300,
                allow_headers=["authorization", "content-type", "idempotency-key", "x-correlation-id"],
                expose_headers=["location", "retry-after", "x-correlation-id"],  # a page's script sees no others but a few harmless ones
            )  # fmt: skip
        self._api = apigatewayv2.Api(
            self._name, name=self._knobs.physical_name, description=args["description"], protocol_type="HTTP",
            cors_configuration=cors, tags=args["tags"], opts=self._child,
        )  # fmt: skip

    def _make_authorizer(self) -> None:
        self._authorizer: apigatewayv2.Authorizer | None = None
        if not any(route.authorizer == "jwt" for route in self._knobs.routes):
            return
        self._authorizer = apigatewayv2.Authorizer(
            f"{self._name}-jwt", api_id=self._api.id, name="jwt", authorizer_type="JWT",
            identity_sources=["$request.header.Authorization"], opts=self._child,
            jwt_configuration=apigatewayv2.AuthorizerJwtConfigurationArgs(
                issuer=self._args["token_issuer"], audiences=self._args.get("token_audiences") or []
            ),
        )  # fmt: skip

    def _make_function_authorizers(self) -> None:
        self._deciding = {}
        for key, target in self._args.get("authorizers", {}).items():
            authorizer = apigatewayv2.Authorizer(
                f"{self._name}-{key}", api_id=self._api.id, name=key, authorizer_type="REQUEST", authorizer_uri=target["invoke_arn"],
                authorizer_payload_format_version="2.0", enable_simple_responses=False,
                # With the route: a decision that is kept for a caller alone would hold for every route.
                identity_sources=["$request.header.Authorization", "$context.routeKey"],
                authorizer_result_ttl_in_seconds=self._knobs.authorizer_cache_seconds, opts=self._child,
            )  # fmt: skip
            permission = lambda_.Permission(
                f"{self._name}-{key}-decide", action="lambda:InvokeFunction", principal="apigateway.amazonaws.com",
                function=target["function_name"], qualifier=target["alias_name"],
                source_arn=pulumi.Output.concat(self._api.execution_arn, "/authorizers/", authorizer.id), opts=self._child,
            )  # fmt: skip
            self._deciding[key] = (authorizer, permission)

    def _make_integrations(self) -> None:
        self._integrations = {}
        for key, target in self._args["targets"].items():
            permission = lambda_.Permission(
                f"{self._name}-{key}-invoke", action="lambda:InvokeFunction", principal="apigateway.amazonaws.com",
                function=target["function_name"], qualifier=target["alias_name"],
                source_arn=pulumi.Output.concat(self._api.execution_arn, "/*/*"), opts=self._child,
            )  # fmt: skip
            self._integrations[key] = apigatewayv2.Integration(
                f"{self._name}-{key}", api_id=self._api.id, integration_type="AWS_PROXY", integration_method="POST",
                integration_uri=target["invoke_arn"], payload_format_version="2.0",
                timeout_milliseconds=self._knobs.targets[key].timeout_milliseconds,
                # Without the permission the first request would be answered with 500.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
            )  # fmt: skip

    def _make_routes(self) -> None:
        self._routes = []
        for route in self._knobs.routes:
            kind, authorizer, after = self._who_decides(route)
            self._routes.append(apigatewayv2.Route(
                f"{self._name}-{route.suffix}", api_id=self._api.id, route_key=route.route,
                target=pulumi.Output.concat("integrations/", self._integrations[route.target].id),
                authorization_type=kind, authorizer_id=authorizer.id if authorizer else None,
                opts=pulumi.ResourceOptions(parent=self, depends_on=after),
            ))  # fmt: skip

    def _who_decides(self, route: _Route) -> tuple[str, apigatewayv2.Authorizer | None, list[pulumi.Resource]]:
        """(authorization type, authorizer, what has to be there before the first request)."""
        if route.authorizer == "lambda":
            authorizer, permission = self._deciding[str(route.authorizer_function)]
            return "CUSTOM", authorizer, [permission]
        if route.authorizer == "jwt":
            return "JWT", self._authorizer, []
        return ("AWS_IAM" if route.authorizer == "iam" else "NONE"), None, []

    def _make_stage(self) -> None:
        args, knobs = self._args, self._knobs
        log_group = make_log_group(
            f"{self._name}-access", group_name=args["log_group_name"], retention_days=knobs.log_retention_days,
            key_arn=args["key_arn"], tags=args["tags"], opts=self._child,
            protection=knobs.log_protection,
        )  # fmt: skip
        self._stage = apigatewayv2.Stage(
            f"{self._name}-stage", api_id=self._api.id, name=STAGE, auto_deploy=True, tags=args["tags"],
            access_log_settings=apigatewayv2.StageAccessLogSettingsArgs(
                destination_arn=log_group.arn, format=json.dumps(ACCESS_LOG)
            ),
            default_route_settings=apigatewayv2.StageDefaultRouteSettingsArgs(
                throttling_rate_limit=knobs.throttle_rate_per_second, throttling_burst_limit=knobs.throttle_burst,
                detailed_metrics_enabled=False,  # per route and billed as custom metrics; the access log has them
            ),
            # Its first deployment is made with it: without the routes, that would be an API that answers 404.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._routes),
        )  # fmt: skip

    def _make_alarms(self) -> None:
        made = make_alarms(
            self._name, self._args["alarms"], topic_arn=self._args["alarm_topic_arn"], tags=self._args["tags"],
            assigned={"ApiId": self._api.id}, opts=self._child,
        )  # fmt: skip
        self.alarm_arns = arns_of(made, self._args["alarms"])
