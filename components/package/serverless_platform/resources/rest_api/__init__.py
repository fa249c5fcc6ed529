"""A REST API in front of functions: bodies and parameters checked at its edge, clients with keys and quotas, answers cached."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_aws import apigateway

from platform_contract.kinds.rest_api.plan import MethodPlan, RestApiPlan
from platform_contract.platform.documents import API_GATEWAY

from ...monitoring.alarms import arns_of, make_alarms
from ...monitoring.logs import make_log_group
from ...planned import Planned
from ..permission import permit
from .edge import ACCESS_LOG, REFUSALS
from .snapshot import digest_of
from .usage import make_usage


class RestApi(pulumi.ComponentResource):
    """A REST API that refuses what does not fit before it invokes anything, counts who calls, traces and logs in JSON."""

    api_id: pulumi.Output[str]
    """Id of the API."""
    endpoint: pulumi.Output[str]
    """URL of its stage on AWS."""
    stage_name: pulumi.Output[str]
    """Name of its stage."""
    stage_arn: pulumi.Output[str]
    """ARN of its stage."""
    key_ids: dict[str, pulumi.Output[str]]
    """Client -> id of its API key; the value is read with it, by who may."""

    def __init__(self, name: str, made: Planned[RestApiPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        if any(method.authorizer == "cognito" for method in plan.methods) and not made.given.get("user_pool_arn"):
            raise ValueError(f"RestApi '{name}': user_pool_arn: is required, because a route has the authorizer cognito")
        shown = {"physicalName": plan.physical_name, "methods": [method.model_dump(mode="json", exclude={"example"}) for method in plan.methods]}
        super().__init__("serverless-platform:index:RestApi", name, shown, opts)
        self._name, self._plan, self._shared, self._given = name, plan, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._frozen: list[pulumi.CustomResource] = []
        """What a deployment holds a copy of, besides the API itself: changes of it reach callers with the next one."""
        self._make_api()
        self._make_edge()
        self._make_paths()
        self._make_methods()
        self._make_stage()
        self.key_ids = make_usage(name, self._plan.tiers, self._plan.clients, api_id=self._api.id, stage=self._stage.stage_name, tags=self._shared.tags, opts=self._child)
        self.alarm_arns = arns_of(make_alarms(name, self._plan.alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, opts=self._child), self._plan.alarms)
        self.api_id, self.endpoint, self.stage_name, self.stage_arn = self._api.id, self._stage.invoke_url, self._stage.stage_name, self._stage.arn
        self.register_outputs({"api_id": self.api_id, "endpoint": self.endpoint, "stage_name": self.stage_name, "stage_arn": self.stage_arn, "key_ids": self.key_ids})

    def _make_api(self) -> None:
        self._api = apigateway.RestApi(
            self._name, name=self._plan.physical_name, description=self._plan.description, api_key_source="HEADER",
            endpoint_configuration=apigateway.RestApiEndpointConfigurationArgs(types="REGIONAL"), tags=self._shared.tags,
            opts=self._child,
        )  # fmt: skip

    def _make_edge(self) -> None:
        """What is decided without invoking anything: models, the validator, the tokens' authorizer, and how refusals read."""
        api = self._api.id
        self._models = {
            model: apigateway.Model(f"{self._name}-{model}", rest_api=api, name=model, content_type="application/json", schema=schema, opts=self._child)
            for model, schema in self._given["models"].items()
        }
        self._validator = apigateway.RequestValidator(
            self._name, rest_api=api, name="all", validate_request_body=True, validate_request_parameters=True, opts=self._child
        )
        self._authorizer = None
        if any(method.authorizer == "cognito" for method in self._plan.methods):
            self._authorizer = apigateway.Authorizer(
                f"{self._name}-cognito", rest_api=api, name="cognito", type="COGNITO_USER_POOLS",
                provider_arns=[self._given["user_pool_arn"]], opts=self._child,
            )  # fmt: skip
        refusals = [
            apigateway.Response(
                f"{self._name}-{kind.lower().replace('_', '-')}", rest_api_id=api, response_type=kind, status_code=status,
                response_templates={"application/json": template}, opts=self._child,
            )
            for kind, (status, template) in REFUSALS.items()
        ]  # fmt: skip
        self._frozen += [*self._models.values(), self._validator, *([self._authorizer] if self._authorizer else []), *refusals]

    def _make_paths(self) -> None:
        """The tree of paths: one resource for each segment."""
        self._paths: dict[str, pulumi.Output[str]] = {"": self._api.root_resource_id}
        for method in self._plan.methods:
            so_far = ""
            for segment in filter(None, method.path.split("/")):
                parent, so_far = so_far, f"{so_far}/{segment}"
                if so_far not in self._paths:
                    name = so_far.strip("/").replace("/", "-").replace("{", "").replace("}", "").replace("_", "-").lower()
                    resource = apigateway.Resource(
                        f"{self._name}-{name}", rest_api=self._api.id, parent_id=self._paths[parent], path_part=segment, opts=self._child
                    )
                    self._paths[so_far] = resource.id
                    self._frozen.append(resource)

    def _make_methods(self) -> None:
        self._permissions = {
            key: permit(f"{self._name}-{key}-invoke", API_GATEWAY, target, pulumi.Output.concat(self._api.execution_arn, "/*/*"), self._child)
            for key, target in self._given["targets"].items()
        }  # fmt: skip
        for method in self._plan.methods:
            self._make_method(method)

    def _make_method(self, method: MethodPlan) -> None:
        resource = self._paths["" if method.path == "/" else method.path]
        kind = {"key": "NONE", "none": "NONE", "iam": "AWS_IAM", "cognito": "COGNITO_USER_POOLS"}[method.authorizer]
        parameters = {f"method.request.path.{name}": True for name in method.path_parameters}
        parameters |= {f"method.request.querystring.{name}": True for name in method.query}
        # Who asks is part of the key, or one client would be told another's answer.
        cache_keys = [*parameters, *(["method.request.header.x-api-key"] if method.authorizer == "key" else [])]
        cached = method.cache_seconds > 0  # with or without a cluster: what a method asks for is the same in every environment
        made = apigateway.Method(
            f"{self._name}-{method.suffix}", rest_api=self._api.id, resource_id=resource, http_method=method.method,
            authorization=kind, authorizer_id=self._authorizer.id if kind == "COGNITO_USER_POOLS" and self._authorizer else None,
            api_key_required=method.authorizer == "key", request_validator_id=self._validator.id,
            request_models={"application/json": self._models[method.body].name} if method.body else None,
            request_parameters={**parameters, **({"method.request.header.x-api-key": False} if cached else {})} or None, opts=self._child,
        )  # fmt: skip
        target = self._given["targets"][method.function]
        integration = apigateway.Integration(
            f"{self._name}-{method.suffix}", rest_api=self._api.id, resource_id=resource, http_method=made.http_method,
            type="AWS_PROXY", integration_http_method="POST", uri=target["invoke_arn"],
            timeout_milliseconds=self._plan.integration_timeouts_ms[method.function],
            cache_key_parameters=cache_keys if cached else None,
            # Without the permission the first request would be answered with 500.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._permissions[method.function]]),
        )  # fmt: skip
        self._frozen += [made, integration]

    def _make_stage(self) -> None:
        log_group = make_log_group(
            f"{self._name}-access", group_name=self._plan.log_group_name, retention_days=self._plan.log_retention_days,
            key_arn=self._shared.key_arn, tags=self._shared.tags, opts=self._child, protection=self._plan.log_protection,
        )  # fmt: skip
        deployment = apigateway.Deployment(
            self._name, rest_api=self._api.id, description=f"Of {self._plan.physical_name}.",
            triggers={"content": digest_of([self._api, *self._frozen])}, opts=self._child,
        )  # fmt: skip
        caching: dict[str, Any] = {"cache_cluster_enabled": True, "cache_cluster_size": self._plan.cache_gb} if self._plan.cache_gb else {}
        self._stage = apigateway.Stage(
            self._name, rest_api=self._api.id, deployment=deployment.id, stage_name=self._plan.stage, xray_tracing_enabled=True,
            access_log_settings=apigateway.StageAccessLogSettingsArgs(destination_arn=log_group.arn, format=json.dumps(ACCESS_LOG)),
            tags=self._shared.tags, opts=self._child, **caching,
        )  # fmt: skip
        everywhere = self._settings("all", "*/*", 0)
        for method in self._plan.methods:
            if method.cache_seconds:
                # As API Gateway keys a method: the path's slashes are ~1, the first one too (API reference, UpdateStage). After the settings of
                # all methods, which would overwrite it.
                path = f"{method.path.replace('/', '~1')}/{method.method}"
                self._settings(method.suffix, path, method.cache_seconds, depends_on=[everywhere])

    def _settings(
        self, name: str, method_path: str, cache_seconds: int, depends_on: Sequence[pulumi.Resource] = ()
    ) -> apigateway.MethodSettings:
        """Throttle of a method, and its cache: encrypted, and emptied by none but who may."""
        caching: dict[str, Any] = {}
        if cache_seconds:
            caching = {"caching_enabled": self._plan.cache_gb is not None, "cache_ttl_in_seconds": cache_seconds, "cache_data_encrypted": True,
                       "require_authorization_for_cache_control": True,
                       "unauthorized_cache_control_header_strategy": "SUCCEED_WITHOUT_RESPONSE_HEADER"}  # fmt: skip
        return apigateway.MethodSettings(
            f"{self._name}-{name}", rest_api=self._api.id, stage_name=self._stage.stage_name, method_path=method_path,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(depends_on)),
            settings=apigateway.MethodSettingsSettingsArgs(
                # Execution logs would hold bodies and tokens; the access log and the functions' own logs do without.
                metrics_enabled=False, logging_level="OFF", data_trace_enabled=False,
                throttling_rate_limit=self._plan.throttle_rate_per_second, throttling_burst_limit=self._plan.throttle_burst, **caching,
            ),
        )  # fmt: skip
