"""WebSocket APIs and authorizers by function: what a client gets, over APIs that the provider made."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from . import wire
from .cases import FUNCTION, ROLE, TRUST, Inputs, Made, need_api

pytestmark = pytest.mark.emulator
API, ROUTE, STAGE = "aws:apigatewayv2/api:Api", "aws:apigatewayv2/route:Route", "aws:apigatewayv2/stage:Stage"
INTEGRATION, AUTHORIZER = "aws:apigatewayv2/integration:Integration", "aws:apigatewayv2/authorizer:Authorizer"

SOCKET_CODE = """
import os, json, boto3
def handler(event, context):
    about = event["requestContext"]
    if about["routeKey"] == "send":
        url = f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{about['apiId']}/{about['stage']}"
        told = {"text": json.loads(event["body"])["text"], "who": about["authorizer"]["who"]}
        client = boto3.client("apigatewaymanagementapi", endpoint_url=url)
        client.post_to_connection(ConnectionId=about["connectionId"], Data=json.dumps(told).encode())
    return {"statusCode": 200, **({"body": "no such action"} if about["routeKey"] == "$default" else {})}
"""
GATE_CODE = """
def handler(event, context):
    given = (event.get("queryStringParameters") or {}).get("token") or event["headers"].get("authorization")
    if event.get("version") == "2.0":
        return {"isAuthorized": given == "good", "context": {"who": "ada"}}
    statement = {"Effect": "Allow" if given == "good" else "Deny", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": "ada", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, "context": {"who": "ada"}}
"""
ECHO_CODE = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event["requestContext"]["authorizer"])}
"""


def functions(prefix: str, **codes: str) -> list[tuple[str, str, Any]]:
    """A role, and functions by name with its code in them."""

    def inputs(name: str, code: str) -> Any:
        made = {"name": f"{prefix}-{name}", "runtime": "python3.13", "handler": "app.handler", "code": wire.assets(**{"app.py": code}), "publish": True}  # fmt: skip
        return lambda others: {**made, "role": others["role"]["arn"]}

    role = ("role", ROLE, lambda made: {"name": f"{prefix}-role", "assumeRolePolicy": TRUST})
    return [role, *((name, FUNCTION, inputs(name, code)) for name, code in codes.items())]


def proxy(made: Made, function: str, **inputs: Any) -> Inputs:
    return {"apiId": made["api"]["id"], "integrationType": "AWS_PROXY", "integrationUri": made[function]["invokeArn"], **inputs}


def route(key: str, **inputs: Any) -> tuple[str, str, Any]:
    return key, ROUTE, lambda made: {
        "apiId": made["api"]["id"], "routeKey": key, "target": f"integrations/{made['integration']['id']}",
        **({"authorizerId": made["gate"]["id"]} if inputs.get("authorizationType") == "CUSTOM" else {}), **inputs}  # fmt: skip


def gate(**inputs: Any) -> tuple[str, str, Any]:
    return "gate", AUTHORIZER, lambda made: {
        "apiId": made["api"]["id"], "name": "gate", "authorizerType": "REQUEST", "authorizerUri": made["gatekeeper"]["invokeArn"], **inputs}  # fmt: skip


SOCKET = (
    *functions("chat", socket=SOCKET_CODE, gatekeeper=GATE_CODE),
    ("api", API, lambda made: {"name": "chat", "protocolType": "WEBSOCKET", "routeSelectionExpression": "$request.body.action"}),
    ("integration", INTEGRATION, lambda made: proxy(made, "socket")), gate(identitySources=["route.request.querystring.token"]),
    route("$connect", authorizationType="CUSTOM"), route("$disconnect"), route("$default"), route("send"),
    ("stage", STAGE, lambda made: {"apiId": made["api"]["id"], "name": "live", "autoDeploy": True, "defaultRouteSettings": {"throttlingRateLimit": 10, "throttlingBurstLimit": 20}}),
)  # fmt: skip
HTTP = (
    *functions("guarded", echo=ECHO_CODE, gatekeeper=GATE_CODE), need_api,
    ("integration", INTEGRATION, lambda made: proxy(made, "echo", payloadFormatVersion="2.0")),
    gate(identitySources=["$request.header.Authorization"], authorizerPayloadFormatVersion="2.0", enableSimpleResponses=True, authorizerResultTtlInSeconds=0),
    route("GET /me", authorizationType="CUSTOM"), ("stage", STAGE, lambda made: {"apiId": made["api"]["id"], "name": "$default", "autoDeploy": True}),
)  # fmt: skip


def built(provider: wire.Provider, parts: tuple) -> Iterator[Made]:
    """Makes all parts, and checks of each that a refresh sees what was made."""
    made: Made = {}
    for name, token, inputs in parts:
        id, state, given = provider.make(token, inputs(made), name)
        assert provider.read(token, id, state, given, name) == (id, state, given)
        made[name] = {**state, "id": id}
    yield made
    for name, token, _ in reversed(parts):
        provider.delete(token, made[name]["id"], made[name], name)


@pytest.fixture(scope="module")
def chat(provider: wire.Provider) -> Iterator[Made]:
    yield from built(provider, SOCKET)


@pytest.fixture(scope="module")
def guarded(provider: wire.Provider) -> Iterator[Made]:
    yield from built(provider, HTTP)


def opened(emulator: str, made: Made, query: str = "token=good") -> ClientConnection:
    return connect(f"{emulator.replace('http', 'ws')}/_aws/execute-api/{made['api']['id']}/live?{query}", open_timeout=20)


def test_a_message_comes_back_to_who_was_admitted(emulator: str, chat: Made) -> None:
    with opened(emulator, chat) as socket:
        socket.send(json.dumps({"action": "send", "text": "hello"}))
        assert json.loads(socket.recv(timeout=20)) == {"text": "hello", "who": "ada"}
        socket.send("not JSON")
        assert socket.recv(timeout=20) == "no such action"


@pytest.mark.parametrize(("query", "status"), [("", 401), ("token=bad", 403)])
def test_the_authorizer_refuses_the_handshake(emulator: str, chat: Made, query: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as raised:
        opened(emulator, chat, query)
    assert raised.value.response.status_code == status


def test_urls_of_a_socket_are_those_of_sockets(chat: Made, guarded: Made) -> None:
    assert chat["api"]["apiEndpoint"].startswith("ws://")
    assert chat["stage"]["invokeUrl"] == f"wss://{chat['api']['id']}.execute-api.{wire.REGION}.amazonaws.com/live"
    assert guarded["stage"]["invokeUrl"] == f"https://{guarded['api']['id']}.execute-api.{wire.REGION}.amazonaws.com/"


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("bad", 403), ("good", 200)])
def test_a_function_guards_an_http_route(emulator: str, guarded: Made, token: str | None, status: int) -> None:
    url = f"{emulator}/_aws/execute-api/{guarded['api']['id']}/$default/me"
    request = urllib.request.Request(url, headers={"authorization": token} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            assert (reply.status, json.load(reply)["lambda"]) == (status, {"who": "ada"})
    except urllib.error.HTTPError as error:
        assert error.code == status


def test_only_the_handshake_is_authorized(provider: wire.Provider, chat: Made) -> None:
    """AWS and the emulator refuse it alike: an authorizer on any other route."""
    import grpc

    _, token, inputs = route("other", authorizationType="CUSTOM")
    with pytest.raises(grpc.RpcError, match="authorization is restricted to the \\$connect route only"):
        provider.make(token, inputs(chat))


HEADER, QUERY = "$request.header.Authorization", "route.request.querystring.token"


@pytest.mark.parametrize(("token", "inputs", "reason"), [
    (API, {"protocolType": "WEBSOCKET"}, "missing 'routeSelectionExpression'"),
    (API, {"protocolType": "WEBSOCKET", "routeSelectionExpression": "$request.body.action", "corsConfiguration": {"maxAge": 1}}, "HTTP APIs only"),
    (API, {"protocolType": "HTTP", "routeSelectionExpression": "$request.body.action"}, "an HTTP API has"),
    (AUTHORIZER, {"identitySources": [HEADER], "authorizerPayloadFormatVersion": "2.0"}, "missing 'authorizerUri'"),
    (AUTHORIZER, {"authorizerUri": "arn", "identitySources": [HEADER]}, "missing 'authorizerPayloadFormatVersion'"),
    (AUTHORIZER, {"authorizerUri": "arn", "identitySources": [HEADER, QUERY], "authorizerPayloadFormatVersion": None}, "not both"),
    (AUTHORIZER, {"authorizerUri": "arn", "identitySources": [QUERY], "enableSimpleResponses": True}, "HTTP APIs only"),
    (AUTHORIZER, {"authorizerUri": "arn", "identitySources": [HEADER], "authorizerPayloadFormatVersion": "1.0", "enableSimpleResponses": True}, "only with authorizerPayloadFormatVersion=2.0"),
    (AUTHORIZER, {"authorizerUri": "arn", "authorizerPayloadFormatVersion": "2.0", "authorizerResultTtlInSeconds": 60}, "missing 'identitySources'"),
    (AUTHORIZER, {"authorizerUri": "arn", "identitySources": [HEADER], "authorizerPayloadFormatVersion": "2.0", "authorizerResultTtlInSeconds": 3601}, "must be 0 to 3600"),
    (AUTHORIZER, {"authorizerType": "JWT", "identitySources": [HEADER]}, "missing 'jwtConfiguration'"),
    (AUTHORIZER, {"authorizerType": "JWT", "identitySources": [HEADER], "jwtConfiguration": {"issuer": "http://a.example", "audiences": ["one"]}}, "must be https://HOST/PATH"),
    (AUTHORIZER, {"authorizerType": "JWT", "identitySources": [HEADER], "jwtConfiguration": {"issuer": "https://a.example/?b", "audiences": ["one"]}}, "must be https://HOST/PATH"),
    (AUTHORIZER, {"authorizerType": "JWT", "identitySources": [HEADER], "jwtConfiguration": {"issuer": "https://a.example/", "audiences": ["one"] * 51}}, "has 51, must have at most 50"),
])  # fmt: skip
def test_what_aws_refuses_is_refused_before(provider: wire.Provider, token: str, inputs: dict, reason: str) -> None:
    common = {"name": "one"} if token == API else {"name": "one", "apiId": "a", "authorizerType": "REQUEST"}
    (told,) = [told for _, told in provider.check(token, {**common, **inputs})[1]]
    assert reason in told
