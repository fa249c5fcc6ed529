"""REST APIs as a whole: what callers get through a stage that the provider made, and what is refused before it is made."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from . import wire
from .cases_apigateway import MODEL, NEW, WITH_STAGE, need_plan, need_rest, need_value

pytestmark = pytest.mark.emulator
METHOD, MODEL_TYPE, KEY = "aws:apigateway/method:Method", "aws:apigateway/model:Model", "aws:apigateway/apiKey:ApiKey"
PLAN_KEY = ("plan_key", "aws:apigateway/usagePlanKey:UsagePlanKey", lambda made: {"usagePlanId": made["plan"]["id"], "keyId": made["key"]["id"], "keyType": "API_KEY"})  # fmt: skip


@pytest.fixture(scope="module")
def quotes(provider: wire.Provider) -> Iterator[dict[str, dict[str, Any]]]:
    """A REST API with POST /quotes behind an API key, in stage v1; its resources by name, with their type and inputs."""
    made: dict[str, dict[str, Any]] = {}
    for name, token, inputs in (*WITH_STAGE, need_plan, need_value, PLAN_KEY):
        id, state, given = provider.make(token, inputs(made), name)
        made[name] = {**state, "id": id, "__token": token, "__inputs": given}
    yield made
    for name, each in reversed(made.items()):
        provider.delete(each["__token"], each["id"], each, name)


def changed(provider: wire.Provider, of: dict[str, Any], **changes: Any) -> None:
    """Updates a resource of the fixture in place, and remembers its new properties."""
    token, old = of["__token"], of["__inputs"]
    new = provider.checked(token, {key: value for key, value in {**old, **changes}.items() if not key.startswith("__")}, olds=old)
    of |= provider.update(token, of["id"], of, old, new)
    of["__inputs"] = new


def status(url: str, rest: dict[str, Any], key: str = "", body: str = "{}") -> int:
    request = urllib.request.Request(f"{url}/_aws/execute-api/{rest['id']}/v1/quotes", data=body.encode(), method="POST")
    request.add_header("content-type", "application/json")
    if key:
        request.add_header("x-api-key", key)
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_key_opens_its_plan_until_it_is_disabled(provider: wire.Provider, emulator: str, quotes: dict) -> None:
    rest, key = quotes["rest"], quotes["key"]
    assert status(emulator, rest) == status(emulator, rest, "x" * 32) == 403
    assert status(emulator, rest, key["value"]) not in (403, 429)
    changed(provider, key, enabled=False)
    assert status(emulator, rest, key["value"]) == 403
    changed(provider, key, enabled=True)
    assert status(emulator, rest, key["value"]) != 403


def test_a_changed_method_keeps_its_integration(provider: wire.Provider, emulator: str, client: Any, quotes: dict) -> None:
    method = quotes["method"]
    ids = {"restApiId": quotes["rest"]["id"], "resourceId": quotes["resource"]["id"], "httpMethod": "POST"}
    before = client("apigateway").get_integration(**ids)
    changed(provider, method, apiKeyRequired=False)
    assert status(emulator, quotes["rest"]) not in (403, 500)
    after = client("apigateway").get_integration(**ids)
    assert {**before, "ResponseMetadata": 0} == {**after, "ResponseMetadata": 0}
    changed(provider, method, apiKeyRequired=True)


def test_a_quota_is_429_and_can_be_raised(provider: wire.Provider, emulator: str, quotes: dict) -> None:
    value = quotes["key"]["value"]
    changed(provider, quotes["plan"], quotaSettings={"limit": 1, "period": "DAY"})
    assert [status(emulator, quotes["rest"], value) == 429 for _ in range(2)] == [False, True]
    changed(provider, quotes["plan"], quotaSettings={"limit": 100, "period": "DAY"})
    assert status(emulator, quotes["rest"], value) != 429


def test_a_change_that_the_emulator_garbles_is_told(provider: wire.Provider, quotes: dict) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        changed(provider, quotes["plan"], apiStages=[{"apiId": quotes["rest"]["id"], "stage": "v9"}])
    assert "cannot change apiStages" in raised.value.details() and "make down" in raised.value.details()


def test_the_id_of_an_api_is_the_same_in_every_emulator(provider: wire.Provider) -> None:
    name, token, inputs = need_rest
    ids = []
    for _ in range(2):
        id, state, _ = provider.make(token, {**inputs({}), "name": "always-the-same"}, name)
        provider.delete(token, id, state, name)
        ids.append(id)
    assert ids[0] == ids[1] and len(ids[0]) == 8 and int(ids[0], 16) >= 0


def problems(provider: wire.Provider, token: str, **inputs: Any) -> list[str]:
    return [
        reason for _, reason in provider.check(token, {"restApi": "a", **inputs} if token != KEY and token != NEW else inputs)[1]
    ]


@pytest.mark.parametrize(("schema", "reason"), [
    ({**MODEL, "$schema": "https://json-schema.org/draft/2020-12/schema"}, "draft 4"),
    ({"type": "object", "properties": {"amount": {"type": "number", "exclusiveMinimum": 0}}}, "exclusiveMinimum"),
    ({"oneOf": [{"type": "object", "discriminator": {"propertyName": "kind"}}]}, "discriminator"),
    ([], "must be a JSON object"),
])  # fmt: skip
def test_a_model_is_draft_4(provider: wire.Provider, schema: Any, reason: str) -> None:
    (told,) = problems(provider, MODEL_TYPE, name="One", contentType="application/json", schema=json.dumps(schema))
    assert reason in told


def test_a_property_may_be_called_like_a_keyword(provider: wire.Provider) -> None:
    schema = json.dumps({"type": "object", "properties": {"const": {"type": "string", "enum": ["if", {"then": 1}]}}})
    assert problems(provider, MODEL_TYPE, name="One", contentType="application/json", schema=schema) == []


@pytest.mark.parametrize(("token", "inputs", "reason"), [
    (KEY, {"name": "short", "value": "a" * 19}, "has 19 characters, must have 20 to 128"),
    (MODEL_TYPE, {"name": "with-hyphen", "contentType": "application/json"}, "must match [A-Za-z0-9]+"),
    (METHOD, {"resourceId": "r", "httpMethod": "GET", "authorization": "COGNITO_USER_POOLS"}, "missing 'authorizerId'"),
    (METHOD, {"resourceId": "r", "httpMethod": "GET", "authorization": "NONE", "authorizationScopes": ["a"]}, "only with authorization=COGNITO_USER_POOLS"),
    ("aws:apigateway/integration:Integration", {"resourceId": "r", "httpMethod": "GET", "type": "AWS_PROXY", "uri": "arn", "integrationHttpMethod": "GET"}, "a function is invoked with POST"),
    ("aws:apigateway/integration:Integration", {"resourceId": "r", "httpMethod": "GET", "type": "MOCK", "timeoutMilliseconds": 30_000}, "must be 50 to 29000"),
    ("aws:apigateway/authorizer:Authorizer", {"name": "a", "type": "COGNITO_USER_POOLS"}, "missing 'providerArns'"),
    ("aws:apigateway/authorizer:Authorizer", {"name": "a", "type": "TOKEN"}, "missing 'authorizerUri'"),
    ("aws:apigateway/stage:Stage", {"stageName": "v 1", "deployment": "d"}, "must match"),
    ("aws:apigateway/methodSettings:MethodSettings", {"stageName": "v1", "methodPath": "/quotes/GET", "settings": {}}, "must match"),
    ("aws:apigateway/methodSettings:MethodSettings", {"stageName": "v1", "methodPath": "quotes/{quote_id}/GET", "settings": {}}, "must match"),
    (NEW, {"name": "a", "body": "{}"}, "the embedded cloud's provider does not send it"),
])  # fmt: skip
def test_what_aws_refuses_is_refused_before(provider: wire.Provider, token: str, inputs: dict, reason: str) -> None:
    (told,) = problems(provider, token, **inputs)
    assert reason in told


@pytest.mark.parametrize(("period", "offset", "days"), [("DAY", 1, 0), ("WEEK", 7, 6), ("MONTH", 28, 27)])
def test_the_offset_of_a_quota_lies_in_its_period(provider: wire.Provider, period: str, offset: int, days: int) -> None:
    token = "aws:apigateway/usagePlan:UsagePlan"
    quota = {"limit": 10, "period": period, "offset": offset}
    assert f"must be 0 to {days} with period {period}" in provider.check(token, {"name": "a", "quotaSettings": quota})[1][0][1]
    assert provider.check(token, {"name": "a", "quotaSettings": {**quota, "offset": days}})[1] == []
