"""A REST API in front of functions: bodies and parameters checked at its edge, clients with keys and quotas, answers cached."""

import json
from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import apigateway, lambda_

from ..arguments import PlainArguments, checked
from ..monitoring.alarms import AlarmArgs, arns_of, make_alarms
from ..monitoring.logs import make_log_group
from .rest_edge import ACCESS_LOG, REFUSALS
from .rest_snapshot import digest_of
from .rest_usage import RestClientArgs, RestTierArgs, make_usage


class RestMethodArgs(TypedDict):
    """One route of a RestApi."""

    method: str
    """GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS."""
    path: str
    """Path with {parameters}, such as /quotes/{quote_id}."""
    suffix: str
    """End of its logical name: letters, digits and dashes, unique in the API."""
    function: str
    """Key of the function in `targets`."""
    authorizer: str
    """key, cognito, iam, or none: then everybody may call it."""
    body: NotRequired[str]
    """Name of the model in `models` that the body has to fit."""
    query: list[str]
    """Query parameters that have to be there."""
    path_parameters: list[str]
    """Names of the path's {parameters}."""
    cache_seconds: int
    """How long an answer is given again, in seconds, 0 to 3600."""


class RestTargetArgs(TypedDict):
    """A function behind a RestApi."""

    function_name: pulumi.Input[str]
    """Name of the function in AWS."""
    alias_name: pulumi.Input[str]
    """Name of its alias: the output of a Function."""
    invoke_arn: pulumi.Input[str]
    """ARN by which API Gateway invokes the alias."""
    timeout_milliseconds: int
    """How long API Gateway waits, in milliseconds, 50 to 29000: at least the function's own timeout."""


class RestApiArgs(TypedDict):
    """Arguments of a RestApi."""

    physical_name: str
    """Name of the API, at most 128 characters; its metrics carry it, so it is unique in account and region."""
    description: str
    """One sentence: what it is for."""
    stage: str
    """Name of its stage."""
    log_group_name: str
    """Name of the log group of its access log."""
    log_retention_days: int
    """How long the access log is kept, in days."""
    log_protection: NotRequired[str]
    """Data protection policy of its log group as JSON text; without it nothing is masked there."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    methods: list[RestMethodArgs]
    """Its routes."""
    models: dict[str, str]
    """Name -> JSON schema, draft 4, as text."""
    targets: dict[str, RestTargetArgs]
    """The functions behind it."""
    tiers: dict[str, RestTierArgs]
    """Usage tiers."""
    clients: dict[str, RestClientArgs]
    """Clients with a key."""
    user_pool_arn: NotRequired[pulumi.Input[str]]
    """ARN of the user pool whose ID tokens cognito routes accept."""
    cache_gb: NotRequired[str]
    """Size of the cache of answers in GB; without it nothing is cached."""
    throttle_rate_per_second: float
    """Requests a second, on average, beyond which all callers together get 429."""
    throttle_burst: int
    """Requests at once beyond which all callers together get 429."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Its alarms."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Method(PlainArguments):
    method: str = pydantic.Field(pattern="^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$")
    path: str = pydantic.Field(pattern=r"^/\S*$")
    suffix: str = pydantic.Field(pattern=r"^[a-z0-9-]+$")
    function: str
    authorizer: str = pydantic.Field(pattern="^(key|cognito|iam|none)$")
    body: str | None = None
    query: list[str]
    path_parameters: list[str]
    cache_seconds: int = pydantic.Field(ge=0, le=3600)


class _Target(PlainArguments):
    timeout_milliseconds: int = pydantic.Field(ge=50, le=29000)


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(min_length=1, max_length=128)
    stage: str = pydantic.Field(pattern=r"^[A-Za-z0-9_]{1,128}$")
    log_retention_days: int = pydantic.Field(ge=1, le=3653)
    log_protection: str | None = pydantic.Field(default=None, max_length=30_720)
    methods: list[_Method] = pydantic.Field(min_length=1)
    models: dict[str, str]
    targets: dict[str, _Target] = pydantic.Field(min_length=1)
    cache_gb: str | None = None
    throttle_rate_per_second: float = pydantic.Field(gt=0)
    throttle_burst: int = pydantic.Field(ge=1)

    @pydantic.model_validator(mode="after")
    def _known(self) -> "_Knobs":
        for method in self.methods:
            if method.function not in self.targets:
                raise ValueError(f"'{method.method} {method.path}' names the target '{method.function}'; there is {', '.join(self.targets)}")
            if method.cache_seconds and method.authorizer in ("cognito", "iam"):
                raise ValueError(f"'{method.method} {method.path}' is cached, and the cache cannot tell callers apart with `{method.authorizer}`")
            if method.body and method.body not in self.models:
                raise ValueError(f"'{method.method} {method.path}' names the model '{method.body}'; there is {', '.join(self.models)}")
        return self


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

    def __init__(self, name: str, args: RestApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("RestApi", name, _Knobs, RestApiArgs, args)
        if any(method.authorizer == "cognito" for method in knobs.methods) and not args.get("user_pool_arn"):
            raise ValueError(f"RestApi '{name}': user_pool_arn: is required, because a route has the authorizer cognito")
        told = {"physicalName": knobs.physical_name, "methods": [method.model_dump() for method in knobs.methods]}
        super().__init__("serverless-platform:index:RestApi", name, told, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._frozen: list[pulumi.CustomResource] = []
        """What a deployment holds a copy of, besides the API itself: changes of it reach callers with the next one."""
        self._make_api()
        self._make_edge()
        self._make_paths()
        self._make_methods()
        self._make_stage()
        self.key_ids = make_usage(name, args["tiers"], args["clients"], api_id=self._api.id, stage=self._stage.stage_name, tags=args["tags"], opts=self._child)
        self.alarm_arns = arns_of(make_alarms(name, args["alarms"], topic_arn=args["alarm_topic_arn"], tags=args["tags"], opts=self._child), args["alarms"])
        self.api_id, self.endpoint, self.stage_name, self.stage_arn = self._api.id, self._stage.invoke_url, self._stage.stage_name, self._stage.arn
        self.register_outputs({"api_id": self.api_id, "endpoint": self.endpoint, "stage_name": self.stage_name, "stage_arn": self.stage_arn, "key_ids": self.key_ids})

    def _make_api(self) -> None:
        self._api = apigateway.RestApi(
            self._name, name=self._knobs.physical_name, description=self._args["description"], api_key_source="HEADER",
            endpoint_configuration=apigateway.RestApiEndpointConfigurationArgs(types="REGIONAL"), tags=self._args["tags"],
            opts=self._child,
        )  # fmt: skip

    def _make_edge(self) -> None:
        """What is decided without invoking anything: models, the validator, the tokens' authorizer, and how refusals read."""
        api = self._api.id
        self._models = {
            model: apigateway.Model(f"{self._name}-{model}", rest_api=api, name=model, content_type="application/json", schema=schema, opts=self._child)
            for model, schema in self._knobs.models.items()
        }
        self._validator = apigateway.RequestValidator(
            self._name, rest_api=api, name="all", validate_request_body=True, validate_request_parameters=True, opts=self._child
        )
        self._authorizer = None
        if any(method.authorizer == "cognito" for method in self._knobs.methods):
            self._authorizer = apigateway.Authorizer(
                f"{self._name}-cognito", rest_api=api, name="cognito", type="COGNITO_USER_POOLS",
                provider_arns=[self._args["user_pool_arn"]], opts=self._child,
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
        for method in self._knobs.methods:
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
            key: lambda_.Permission(
                f"{self._name}-{key}-invoke", action="lambda:InvokeFunction", principal="apigateway.amazonaws.com",
                function=target["function_name"], qualifier=target["alias_name"],
                source_arn=pulumi.Output.concat(self._api.execution_arn, "/*/*"), opts=self._child,
            )
            for key, target in self._args["targets"].items()
        }  # fmt: skip
        for method in self._knobs.methods:
            self._make_method(method)

    def _make_method(self, method: _Method) -> None:
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
        target = self._args["targets"][method.function]
        integration = apigateway.Integration(
            f"{self._name}-{method.suffix}", rest_api=self._api.id, resource_id=resource, http_method=made.http_method,
            type="AWS_PROXY", integration_http_method="POST", uri=target["invoke_arn"],
            timeout_milliseconds=self._knobs.targets[method.function].timeout_milliseconds,
            cache_key_parameters=cache_keys if cached else None,
            # Without the permission the first request would be answered with 500.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._permissions[method.function]]),
        )  # fmt: skip
        self._frozen += [made, integration]

    def _make_stage(self) -> None:
        args, knobs = self._args, self._knobs
        log_group = make_log_group(
            f"{self._name}-access", group_name=args["log_group_name"], retention_days=knobs.log_retention_days,
            key_arn=args["key_arn"], tags=args["tags"], opts=self._child, protection=knobs.log_protection,
        )  # fmt: skip
        deployment = apigateway.Deployment(
            self._name, rest_api=self._api.id, description=f"Of {knobs.physical_name}.",
            triggers={"content": digest_of([self._api, *self._frozen])}, opts=self._child,
        )  # fmt: skip
        caching: dict[str, Any] = {"cache_cluster_enabled": True, "cache_cluster_size": knobs.cache_gb} if knobs.cache_gb else {}
        self._stage = apigateway.Stage(
            self._name, rest_api=self._api.id, deployment=deployment.id, stage_name=knobs.stage, xray_tracing_enabled=True,
            access_log_settings=apigateway.StageAccessLogSettingsArgs(destination_arn=log_group.arn, format=json.dumps(ACCESS_LOG)),
            tags=args["tags"], opts=self._child, **caching,
        )  # fmt: skip
        everywhere = self._settings("all", "*/*", 0)
        for method in knobs.methods:
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
            caching = {"caching_enabled": self._knobs.cache_gb is not None, "cache_ttl_in_seconds": cache_seconds, "cache_data_encrypted": True,
                       "require_authorization_for_cache_control": True,
                       "unauthorized_cache_control_header_strategy": "SUCCEED_WITHOUT_RESPONSE_HEADER"}  # fmt: skip
        return apigateway.MethodSettings(
            f"{self._name}-{name}", rest_api=self._api.id, stage_name=self._stage.stage_name, method_path=method_path,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(depends_on)),
            settings=apigateway.MethodSettingsSettingsArgs(
                # Execution logs would hold bodies and tokens; the access log and the functions' own logs do without.
                metrics_enabled=False, logging_level="OFF", data_trace_enabled=False,
                throttling_rate_limit=self._knobs.throttle_rate_per_second, throttling_burst_limit=self._knobs.throttle_burst, **caching,
            ),
        )  # fmt: skip
