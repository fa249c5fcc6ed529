"""What the REST API component sends that AWS would notice and the emulator would not."""

import json

import pulumi
import pytest

from platform_contract.kinds.rest_api.plan import RestApiPlan
from serverless_platform.planned import Planned, Shared
from serverless_platform.resources.rest_api import RestApi
from tests.program.graph import Graph, run

TARGET = {"function_name": "f", "alias_name": "live", "invoke_arn": "arn:aws:apigateway:eu-west-1:lambda:path/x"}
METHOD = {"method": "POST", "path": "/quotes", "suffix": "post-quotes", "function": "api", "authorizer": "key", "body": "Quote", "query": (),
          "path_parameters": (), "cache_seconds": 0}  # fmt: skip
PLAN = {
    "physical_name": "dev-a-rest", "description": "An API.", "stage": "live", "log_group_name": "/aws/vendedlogs/apigateway/dev-a-rest",
    "log_retention_days": 14, "log_protection": None, "methods": (METHOD,), "models": ("Quote",), "integration_timeouts_ms": {"api": 11000}, "cache_gb": None,
    "tiers": {}, "clients": {}, "throttle_rate_per_second": 10, "throttle_burst": 20, "alarms": (),
}  # fmt: skip
GIVEN = {"models": {"Quote": '{"type": "object"}'}, "targets": {"api": TARGET}}
SHARED = Shared(workload="a", account_id="111111111111", region="eu-west-1", boundary_arn="b", tags={}, alarm_topic_arn="t", key_arn="k")


COGNITO = {**METHOD, "authorizer": "cognito"}
CACHED = {**METHOD, "method": "GET", "suffix": "get-quotes", "body": None, "cache_seconds": 60}


def graph_of(opts: pulumi.ResourceOptions | None = None, **changes) -> Graph:
    """changes: of the plan, and what no plan can hold."""
    plan = RestApiPlan(**{**PLAN, **{key: value for key, value in changes.items() if key in PLAN and key != "models"}})
    given = {**GIVEN, **{key: value for key, value in changes.items() if key not in PLAN or key == "models"}}
    return run(lambda: RestApi("a", Planned(plan, SHARED, given), opts) and None)


def trigger_of(opts: pulumi.ResourceOptions | None = None, **changes) -> str:
    return graph_of(opts, **changes).one("apigateway/deployment", "a").inputs["triggers"]["content"]


def test_whatever_a_deployment_holds_makes_a_new_one():
    """What is not in the trigger changes the API and never reaches callers."""
    first = trigger_of()
    assert trigger_of() == first
    others = [
        trigger_of(methods=({**METHOD, "authorizer": "iam"},)),
        trigger_of(methods=({**METHOD, "query": ("currency",)},)),
        trigger_of(methods=(METHOD, {**METHOD, "method": "PUT", "suffix": "put-quotes"},)),
        trigger_of(models={"Quote": '{"type": "object", "required": ["a"]}'}),
        trigger_of(integration_timeouts_ms={"api": 12000}),
        trigger_of(targets={"api": {**TARGET, "invoke_arn": "arn:aws:apigateway:eu-west-1:lambda:path/y"}}),
        trigger_of(methods=(CACHED,)),
        trigger_of(methods=(COGNITO,), user_pool_arn="arn:aws:cognito-idp:eu-west-1:111111111111:userpool/a"),
        trigger_of(methods=(COGNITO,), user_pool_arn="arn:aws:cognito-idp:eu-west-1:111111111111:userpool/b"),
    ]
    assert len({first, *others}) == len(others) + 1
    assert trigger_of(methods=(CACHED,), cache_gb="0.5") == trigger_of(methods=(CACHED,)), "the cluster is the stage's, not the deployment's"


@pytest.mark.parametrize(("kind", "change"), [
    ("restApi", {"minimumCompressionSize": "1024"}), ("resource", {"pathPart": "offers"}), ("method", {"operationName": "quote"}),
    ("integration", {"passthroughBehavior": "NEVER"}), ("model", {"description": "a quote"}), ("requestValidator", {"validateRequestBody": False}),
    ("authorizer", {"identitySource": "method.request.header.x-token"}), ("response", {"statusCode": "400"}),
])  # fmt: skip
def test_what_somebody_else_changes_is_deployed(kind: str, change: dict):
    """An override or a transformation of the project that uses the component: no list of ours knows of it."""

    def transformed(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        hit = args.type_.startswith(f"aws:apigateway/{kind}:")
        return pulumi.ResourceTransformationResult({**args.props, **(change if hit else {})}, args.opts)

    def trigger(*transformations) -> str:
        return trigger_of(pulumi.ResourceOptions(transformations=list(transformations)), methods=(COGNITO,), user_pool_arn="p")

    assert trigger(transformed) != trigger()


def test_settings_of_one_method_come_after_those_of_all(dev: Graph):
    everywhere = dev.one("apigateway/methodSettings", "partners-rest-all")
    others = [each for each in dev.all("apigateway/methodSettings") if each is not everywhere]
    assert everywhere.inputs["methodPath"] == "*/*"
    assert others and all(dev.comes_after(each, everywhere) for each in others)


@pytest.mark.parametrize(("path", "key"), [("/", "~1/GET"), ("/quotes", "~1quotes/GET"), ("/quotes/{quote_id}", "~1quotes~1{quote_id}/GET")])
def test_settings_are_keyed_as_api_gateway_does(path: str, key: str):
    """GetStage answers with this key, and UpdateStage refuses a path with slashes in clear: "Invalid method setting path"."""
    graph = graph_of(methods=({**CACHED, "path": path},), cache_gb="0.5")
    assert graph.one("apigateway/methodSettings", "a-get-quotes").inputs["methodPath"] == key


def test_every_client_has_one_key_in_one_plan(dev: Graph):
    plans = {plan.name: plan for plan in dev.all("apigateway/usagePlan")}
    assert [stage["stage"] for plan in plans.values() for stage in plan.inputs["apiStages"]] == ["live"] * len(plans)
    keys = [link.inputs["keyId"] for link in dev.all("apigateway/usagePlanKey")]
    assert sorted(keys) == sorted(f"{key.name}-id" for key in dev.all("apigateway/apiKey"))
    assert len(keys) == len(set(keys)) > 0
    for plan in plans.values():
        assert plan.inputs["quotaSettings"]["period"] == "MONTH" and plan.inputs["throttleSettings"]["rateLimit"] > 0


def test_bodies_and_parameters_are_checked_at_the_edge(dev: Graph):
    (validator,) = dev.all("apigateway/requestValidator")
    assert (validator.inputs["validateRequestBody"], validator.inputs["validateRequestParameters"]) == (True, True)
    post, get = dev.one("apigateway/method", "partners-rest-post-quotes"), dev.one("apigateway/method", "partners-rest-get-quotes-quote-id")
    assert post.inputs["requestModels"] == {"application/json": "QuoteRequest"}
    assert get.inputs["requestParameters"]["method.request.querystring.currency"] is True
    assert [method.inputs["requestValidatorId"] for method in (post, get)] == ["partners-rest-id"] * 2
    assert [method.inputs["apiKeyRequired"] for method in (post, get)] == [True, True]
    (model,) = dev.all("apigateway/model")
    assert json.loads(model.inputs["schema"])["$schema"].endswith("draft-04/schema#")


def test_a_cache_that_dev_does_without_is_off_there_and_nothing_else_differs(dev: Graph, prod: Graph):
    (there,), (here,) = prod.all("apigateway/stage"), dev.all("apigateway/stage")
    assert (there.inputs["cacheClusterEnabled"], "cacheClusterEnabled" in here.inputs) == (True, False)
    name = "partners-rest-get-quotes-quote-id"
    on, off = (graph.one("apigateway/methodSettings", name).inputs["settings"] for graph in (prod, dev))
    assert {key: (on[key], off[key]) for key in on if on[key] != off[key] and "throttling" not in key} == {"cachingEnabled": (True, False)}


def test_what_is_cached_is_encrypted_and_kept_apart_by_client(prod: Graph):
    (stage,) = prod.all("apigateway/stage")
    assert (stage.inputs["cacheClusterEnabled"], stage.inputs["xrayTracingEnabled"]) == (True, True)
    settings = prod.one("apigateway/methodSettings", "partners-rest-get-quotes-quote-id").inputs
    assert settings["methodPath"] == "~1quotes~1{quote_id}/GET"
    assert {name: settings["settings"][name] for name in ("cachingEnabled", "cacheDataEncrypted", "requireAuthorizationForCacheControl")} == {
        "cachingEnabled": True, "cacheDataEncrypted": True, "requireAuthorizationForCacheControl": True,
    }  # fmt: skip
    integration = prod.one("apigateway/integration", "partners-rest-get-quotes-quote-id").inputs
    assert "method.request.header.x-api-key" in integration["cacheKeyParameters"], "or one client is told another's answer"
    assert "method.request.header.x-api-key" in prod.one("apigateway/method", "partners-rest-get-quotes-quote-id").inputs["requestParameters"]


def test_requests_and_answers_are_in_no_log_of_api_gateway(dev: Graph):
    for settings in dev.all("apigateway/methodSettings"):
        assert (settings.inputs["settings"]["loggingLevel"], settings.inputs["settings"]["dataTraceEnabled"]) == ("OFF", False)
