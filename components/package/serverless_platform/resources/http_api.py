"""An HTTP API in front of functions."""

import json
from typing import Any

import pulumi
from pulumi_aws import apigatewayv2

from platform_contract.kinds.http_api.by_itself import HttpApiSpecByItself, plan_by_itself
from platform_contract.kinds.http_api.plan import RoutePlan
from platform_contract.platform.documents import API_GATEWAY

from ..args.http_api import HttpApiArgs
from ..monitoring.alarms import arns_of, make_alarms
from ..monitoring.logs import make_log_group
from ..planned import planned
from .permission import permit

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


class HttpApi(pulumi.ComponentResource):
    """An API with tokens checked at its edge, a throttle, an access log in JSON, and functions behind it."""

    api_id: pulumi.Output[str]
    """Id of the API."""
    endpoint: pulumi.Output[str]
    """URL of the API on AWS."""
    stage_name: pulumi.Output[str]
    """Name of its stage."""

    def __init__(self, name: str, args: HttpApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("HttpApi", name, args, HttpApiArgs, HttpApiSpecByItself, lambda scope, spec: plan_by_itself(scope, name, spec), apigatewayv2.Api)
        plan, given = made.plan, made.given
        if any(route.authorizer == "jwt" for route in plan.routes) and not given.get("token_issuer"):
            raise ValueError(f"HttpApi '{name}': token_issuer: is required, because a route has the authorizer jwt")
        deciding = {route.authorizer_function for route in plan.routes if route.authorizer_function}
        if missing := sorted({*plan.integration_timeouts_ms, *deciding} - set(given["targets"])):
            raise ValueError(f"HttpApi '{name}': targets: lacks the function '{missing[0]}', which a route names")
        shown = {"physicalName": plan.physical_name, "routes": [_shown(route) for route in plan.routes]}
        super().__init__("serverless-platform:index:HttpApi", name, shown, opts)
        self._name, self._planned, self._plan, self._shared, self._given = name, made, plan, made.shared, given
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
        cors = None
        if self._plan.allowed_origins:
            cors = apigatewayv2.ApiCorsConfigurationArgs(
                allow_origins=list(self._plan.allowed_origins), allow_methods=["*"], max_age=300,
                allow_headers=["authorization", "content-type", "idempotency-key", "x-correlation-id"],
                expose_headers=["location", "retry-after", "x-correlation-id"],  # a page's script sees no others but a few harmless ones
            )  # fmt: skip
        self._api = apigatewayv2.Api(self._name, **self._planned.inputs(
            name=self._plan.physical_name, description=self._plan.description, protocol_type="HTTP", cors_configuration=cors, tags=self._shared.tags,
        ), opts=self._child)  # fmt: skip

    def _make_authorizer(self) -> None:
        self._authorizer: apigatewayv2.Authorizer | None = None
        if not any(route.authorizer == "jwt" for route in self._plan.routes):
            return
        self._authorizer = apigatewayv2.Authorizer(
            f"{self._name}-jwt", api_id=self._api.id, name="jwt", authorizer_type="JWT",
            identity_sources=["$request.header.Authorization"], opts=self._child,
            jwt_configuration=apigatewayv2.AuthorizerJwtConfigurationArgs(
                issuer=self._given["token_issuer"], audiences=self._given.get("token_audiences") or []
            ),
        )  # fmt: skip

    def _make_function_authorizers(self) -> None:
        self._deciding = {}
        for key in dict.fromkeys(route.authorizer_function for route in self._plan.routes if route.authorizer_function):
            target = self._given["targets"][key]
            authorizer = apigatewayv2.Authorizer(
                f"{self._name}-{key}", api_id=self._api.id, name=key, authorizer_type="REQUEST", authorizer_uri=target["invoke_arn"],
                authorizer_payload_format_version="2.0", enable_simple_responses=False,
                # With the route: a decision that is kept for a caller alone would hold for every route.
                identity_sources=["$request.header.Authorization", "$context.routeKey"],
                authorizer_result_ttl_in_seconds=self._plan.authorizer_cache_seconds, opts=self._child,
            )  # fmt: skip
            permission = permit(
                f"{self._name}-{key}-decide", API_GATEWAY, target, pulumi.Output.concat(self._api.execution_arn, "/authorizers/", authorizer.id), self._child
            )
            self._deciding[key] = (authorizer, permission)

    def _make_integrations(self) -> None:
        self._integrations = {}
        for key, timeout_ms in self._plan.integration_timeouts_ms.items():
            target = self._given["targets"][key]
            permission = permit(f"{self._name}-{key}-invoke", API_GATEWAY, target, pulumi.Output.concat(self._api.execution_arn, "/*/*"), self._child)
            self._integrations[key] = apigatewayv2.Integration(
                f"{self._name}-{key}", api_id=self._api.id, integration_type="AWS_PROXY", integration_method="POST",
                integration_uri=target["invoke_arn"], payload_format_version="2.0",
                timeout_milliseconds=timeout_ms,
                # Without the permission the first request would be answered with 500.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
            )  # fmt: skip

    def _make_routes(self) -> None:
        self._routes = []
        for route in self._plan.routes:
            kind, authorizer, after = self._who_decides(route)
            self._routes.append(apigatewayv2.Route(
                f"{self._name}-{route.suffix}", api_id=self._api.id, route_key=route.route,
                target=pulumi.Output.concat("integrations/", self._integrations[route.function].id),
                authorization_type=kind, authorizer_id=authorizer.id if authorizer else None,
                opts=pulumi.ResourceOptions(parent=self, depends_on=after),
            ))  # fmt: skip

    def _who_decides(self, route: RoutePlan) -> tuple[str, apigatewayv2.Authorizer | None, list[pulumi.Resource]]:
        """(authorization type, authorizer, what has to be there before the first request)."""
        if route.authorizer == "lambda":
            authorizer, permission = self._deciding[str(route.authorizer_function)]
            return "CUSTOM", authorizer, [permission]
        if route.authorizer == "jwt":
            return "JWT", self._authorizer, []
        return ("AWS_IAM" if route.authorizer == "iam" else "NONE"), None, []

    def _make_stage(self) -> None:
        log_group = make_log_group(
            f"{self._name}-access", group_name=self._plan.log_group_name, retention_days=self._plan.log_retention_days,
            key_arn=self._shared.key_arn, tags=self._shared.tags, opts=self._child,
            protection=self._plan.log_protection,
        )  # fmt: skip
        self._stage = apigatewayv2.Stage(
            f"{self._name}-stage", api_id=self._api.id, name=STAGE, auto_deploy=True, tags=self._shared.tags,
            access_log_settings=apigatewayv2.StageAccessLogSettingsArgs(
                destination_arn=log_group.arn, format=json.dumps(ACCESS_LOG)
            ),
            default_route_settings=apigatewayv2.StageDefaultRouteSettingsArgs(
                throttling_rate_limit=self._plan.throttle_rate_per_second, throttling_burst_limit=self._plan.throttle_burst,
                detailed_metrics_enabled=False,  # per route and billed as custom metrics; the access log has them
            ),
            # Its first deployment is made with it: without the routes, that would be an API that answers 404.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._routes),
        )  # fmt: skip

    def _make_alarms(self) -> None:
        made = make_alarms(
            self._name, self._plan.alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags,
            assigned={"ApiId": self._api.id}, opts=self._child,
        )  # fmt: skip
        self.alarm_arns = arns_of(made, self._plan.alarms)


def _shown(route: RoutePlan) -> dict[str, Any]:
    """What the engine, and so the rules, see of a route."""
    return {"route": route.route, "suffix": route.suffix, "target": route.function, "authorizer": route.authorizer, "authorizer_function": route.authorizer_function}
