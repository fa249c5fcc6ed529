"""GraphQL APIs as a whole: a query through resolvers that the provider made, and what is refused before it is made."""

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from . import wire
from .cases import Made, need_role
from .cases_appsync import API, CODE, FUNCTION, GET, KEY, PUT, RESOLVER, RUNTIME, SOURCE, need_api, need_table, of_api

pytestmark = pytest.mark.emulator
POOL = {"userPoolId": "eu-west-1_a", "defaultAction": "ALLOW"}
PARTS = (
    need_api, need_role, need_table, ("key", KEY, of_api),
    ("source", SOURCE, lambda made: of_api(made, name="boards", type="AMAZON_DYNAMODB", serviceRoleArn=made["role"]["arn"], dynamodbConfig={"tableName": made["table"]["name"]})),
    ("get", RESOLVER, lambda made: of_api(made, type="Query", field="board", dataSource=made["source"]["name"], code=GET, runtime=RUNTIME)),
    ("put", RESOLVER, lambda made: of_api(made, type="Mutation", field="put", dataSource=made["source"]["name"], code=PUT, runtime=RUNTIME)),
)  # fmt: skip


@pytest.fixture(scope="module")
def boards(provider: wire.Provider) -> Iterator[Made]:
    made: Made = {}
    for name, token, inputs in PARTS:
        id, state, given = provider.make(token, inputs(made), name)
        made[name] = {**state, "id": id, "__inputs": given}
    yield made
    for name, token, _ in reversed(PARTS):
        provider.delete(token, made[name]["id"], made[name], name)


def asked(url: str, boards: Made, query: str, key: str) -> tuple[int, Any]:
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(f"{url}/v1/apis/{boards['api']['id']}/graphql", body, {"x-api-key": key})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.skipif(shutil.which("node") is None, reason="the emulator runs resolvers with Node.js, which is not on PATH")
def test_what_a_mutation_puts_a_query_gets(emulator: str, boards: Made) -> None:
    key = boards["key"]["key"]
    assert asked(emulator, boards, 'mutation { put(board_id: "b", title: "Plans") { title } }', key) == (200, {"data": {"put": {"title": "Plans"}}})  # fmt: skip
    assert asked(emulator, boards, '{ board(board_id: "b") { title } }', key) == (200, {"data": {"board": {"title": "Plans"}}})


def test_only_the_key_opens(emulator: str, boards: Made) -> None:
    assert asked(emulator, boards, "{ __typename }", "da2-other")[0] == 401
    assert asked(emulator, boards, "{ __typename }", boards["key"]["key"])[0] == 200


def test_a_changed_schema_reaches_callers(provider: wire.Provider, emulator: str, client: Any, boards: Made) -> None:
    api = boards["api"]
    new = {**api["__inputs"], "schema": api["__inputs"]["schema"] + "type Added { a: Int }\n"}
    updated = provider.update(API, api["id"], api, api["__inputs"], provider.checked(API, new, olds=api["__inputs"]))
    assert "type Added" in client("appsync").get_introspection_schema(apiId=api["id"], format="SDL")["schema"].read().decode()
    boards["api"] |= {**updated, "__inputs": new}


@pytest.mark.parametrize(("changes", "told"), [({"queryDepthLimit": 5}, "cannot change queryDepthLimit"), ({"userPoolConfig": None}, "cannot take userPoolConfig away")])  # fmt: skip
def test_a_change_that_the_emulator_drops_is_told(provider: wire.Provider, changes: dict, told: str) -> None:
    inputs = {"name": "one", "authenticationType": "API_KEY", "userPoolConfig": POOL}
    id, state, old = provider.make(API, inputs)
    try:
        with pytest.raises(grpc.RpcError) as raised:
            new = {key: value for key, value in {**inputs, **changes}.items() if value is not None}
            provider.update(API, id, state, old, provider.checked(API, new, olds=old))
        assert told in raised.value.details()
    finally:
        provider.delete(API, id, state)


def test_a_key_ends_within_a_year(provider: wire.Provider) -> None:
    def told(days: int) -> list[str]:
        end = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        return [reason for _, reason in provider.check(KEY, {"apiId": "a", "expires": end})[1]]

    assert told(364) == [] and "1 to 365 days ahead" in told(367)[0]
    assert "must be a time" in provider.check(KEY, {"apiId": "a", "expires": "soon"})[1][0][1]


UNIT = {"apiId": "a", "type": "Query", "field": "board", "dataSource": "s"}


@pytest.mark.parametrize(("token", "inputs", "reason"), [
    (API, {"name": "a", "authenticationType": "AMAZON_COGNITO_USER_POOLS"}, "missing 'userPoolConfig'"),
    (API, {"name": "a", "authenticationType": "API_KEY", "additionalAuthenticationProviders": [{"authenticationType": "API_KEY"}]}, "API_KEY is given twice"),
    (API, {"name": "a", "authenticationType": "API_KEY", "queryDepthLimit": 76}, "must be 0 to 75"),
    (API, {"name": "a", "authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": {**POOL, "defaultAction": "DENY"},
           "additionalAuthenticationProviders": [{"authenticationType": "AWS_IAM"}]}, "defaultAction=DENY: must be ALLOW"),
    (RESOLVER, {**UNIT, "field": "my-field"}, "must match [_A-Za-z]"),
    (SOURCE, {"apiId": "a", "name": "my-source", "type": "NONE"}, "must match [_A-Za-z]"),
    (SOURCE, {"apiId": "a", "name": "one", "type": "AMAZON_DYNAMODB", "serviceRoleArn": "arn"}, "missing 'dynamodbConfig'"),
    (SOURCE, {"apiId": "a", "name": "one", "type": "AWS_LAMBDA", "lambdaConfig": {"functionArn": "arn"}}, "missing 'serviceRoleArn'"),
    (RESOLVER, {"apiId": "a", "type": "Query", "field": "board"}, "missing 'dataSource'"),
    (RESOLVER, {**UNIT, "kind": "PIPELINE"}, "missing 'pipelineConfig'"),
    (RESOLVER, {**UNIT, "kind": "PIPELINE", "pipelineConfig": {"functions": ["f"] * 11}}, "must have at most 10"),
    (RESOLVER, {**UNIT, "kind": "PIPELINE", "pipelineConfig": {"functions": ["f"]}}, "a PIPELINE resolver has none"),
    (RESOLVER, {**UNIT, "code": CODE}, "missing 'runtime'"),
    (RESOLVER, {**UNIT, "code": CODE + "let i = 0; i++;", "runtime": RUNTIME}, "APPSYNC_JS has no ++"),
    (RESOLVER, {**UNIT, "code": CODE + " " * 32_768, "runtime": RUNTIME}, "must have 1 to 32768"),
    (FUNCTION, {"apiId": "a", "name": "one", "dataSource": "s", "code": "const a = 1;\n" + CODE.replace("response", "reply"), "runtime": RUNTIME}, "exports no response"),
])  # fmt: skip
def test_what_aws_refuses_is_refused_before(provider: wire.Provider, token: str, inputs: dict, reason: str) -> None:
    (told,) = [told for _, told in provider.check(token, inputs)[1]]
    assert reason in told
