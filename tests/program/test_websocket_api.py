"""WebSocket APIs: who may connect, who may send to connections, what comes after what. The emulator would not notice most of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from platform_contract.platform import apigateway
from tests.program.graph import Graph, Node
from tests.program.stacks import graph_of

CONNECT = "$connect"


def sockets(graph: Graph) -> list[Node]:
    return [node for node in graph.all("apigatewayv2/api") if node.inputs["protocolType"] == "WEBSOCKET"]


def of(graph: Graph, kind: str, api: Node) -> list[Node]:
    return [node for node in graph.all(kind) if node.inputs.get("apiId") == identity(api)]


def identity(node: Node) -> str:
    return f"{node.name}-id"


def invoked(uri: str) -> str:
    """The function behind an invoke ARN, with its alias."""
    return uri.split(":function:")[1].removesuffix("/invocations")


def permitted(graph: Graph, uri: str, source: str) -> list[Node]:
    """Permissions by which API Gateway, from this source alone, may invoke what the URI names."""
    function, alias = invoked(uri).split(":")
    wanted = {"function": function, "qualifier": alias, "principal": "apigateway.amazonaws.com", "action": "lambda:InvokeFunction", "sourceArn": source}
    return [each for each in graph.all("lambda/permission") if wanted.items() <= each.inputs.items()]


def admission(graph: Graph) -> Iterator[str]:
    """Connections are decided on by the authorizer, which may be invoked, and by nothing later."""
    for api in sockets(graph):
        authorizers = {identity(each): each for each in of(graph, "apigatewayv2/authorizer", api)}
        for route in of(graph, "apigatewayv2/route", api):
            key, kind = route.inputs["routeKey"], route.inputs["authorizationType"]
            if key != CONNECT:
                if kind != "NONE" or route.inputs.get("authorizerId"):
                    yield f"{key}: AWS refuses an authorizer on any route but {CONNECT}"
                continue
            decides = authorizers.get(route.inputs.get("authorizerId", ""))
            if kind != "CUSTOM" or decides is None:
                yield f"{key}: anybody may connect"
                continue
            if decides.inputs["authorizerType"] != "REQUEST" or decides.inputs.get("enableSimpleResponses"):
                yield f"{decides.name}: a socket's authorizer is asked by REQUEST, and answers with a policy"
            if decides.inputs.get("identitySources"):
                yield f"{decides.name}: who sends its token otherwise is refused without being asked"
            allowed = permitted(graph, decides.inputs["authorizerUri"], f"{api.outputs['executionArn']}/authorizers/{identity(decides)}")
            if not allowed:
                yield f"{decides.name}: API Gateway may not invoke it as this authorizer"
            if any(not graph.comes_after(route, each) for each in allowed):
                yield f"{key}: the first to connect may come before the authorizer can be invoked"


def sending(graph: Graph) -> Iterator[str]:
    """Who may send to connections may do that, on the one stage of its own API; and only who is told where."""
    for policy in graph.all("iam/rolePolicy"):
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            if not any(action.startswith(("execute-api:", "*")) for action in statement["Action"]):
                continue
            (function,) = (each for each in graph.all("lambda/function") if each.parent == policy.parent)
            mine = [api for api in sockets(graph) if api.inputs["tags"]["workload"] == function.inputs["tags"]["workload"]]
            wanted = [f"{api.outputs['executionArn']}/{apigateway.SOCKET_STAGE}/POST/@connections/*" for api in mine]
            if statement["Action"] == ["execute-api:Invoke"]:
                continue  # of the probe, which calls routes: test_probe.py
            if (statement["Action"], statement["Resource"]) != (["execute-api:ManageConnections"], wanted):
                yield f"{function.name}: may {statement['Action']} on {statement['Resource']}, not just send on {wanted}"
    for function in graph.all("lambda/function"):
        granted = any("execute-api:ManageConnections" in policy.inputs["policy"]
                      for policy in graph.all("iam/rolePolicy") if policy.parent == function.parent)  # fmt: skip
        if granted != ("SOCKET_ENDPOINT" in function.inputs["environment"]["variables"]):
            yield f"{function.name}: is told where to send and may not, or the other way round"


def endpoints(graph: Graph) -> Iterator[str]:
    """Messages are sent to https://, on AWS: boto3 has no use for wss://."""
    for function in graph.all("lambda/function"):
        told = function.inputs["environment"]["variables"].get("SOCKET_ENDPOINT")
        if told is None:
            continue
        hosts = [urlsplit(api.outputs["apiEndpoint"]).netloc for api in sockets(graph) if identity(api) in told]
        if told not in [f"https://{host}/{apigateway.SOCKET_STAGE}" for host in hosts]:
            yield f"{function.name}: sends to {told}"


def routing(graph: Graph) -> Iterator[str]:
    """Every route has an integration that API Gateway may invoke, and is there before the stage deploys it."""
    for api in sockets(graph):
        if api.inputs.get("routeSelectionExpression") != "$request.body.action":
            yield f"{api.name}: routes by {api.inputs.get('routeSelectionExpression')}"
        integrations = {identity(each): each for each in of(graph, "apigatewayv2/integration", api)}
        for each in integrations.values():
            uri = each.inputs["integrationUri"]
            allowed = permitted(graph, uri, f"{api.outputs['executionArn']}/*/*")
            if not allowed or any(not graph.comes_after(each, permission) for permission in allowed):
                yield f"{each.name}: is there before API Gateway may invoke it"
            if (each.inputs["integrationType"], each.inputs["integrationMethod"]) != ("AWS_PROXY", "POST"):
                yield f"{each.name}: Lambda is invoked by POST, and told everything"
            name = invoked(uri).split(":")[0]
            (function,) = (each for each in graph.all("lambda/function") if each.inputs["name"] == name)
            if not function.inputs["timeout"] * 1000 <= each.inputs["timeoutMilliseconds"] <= 29_000:
                yield f"{each.name}: waits {each.inputs['timeoutMilliseconds']} ms for {function.inputs['timeout']} s of work"
        routes, stages = of(graph, "apigatewayv2/route", api), of(graph, "apigatewayv2/stage", api)
        if not {CONNECT, "$disconnect", "$default"} <= {route.inputs["routeKey"] for route in routes}:
            yield f"{api.name}: lacks a route"
        if [stage.inputs["name"] for stage in stages] != [apigateway.SOCKET_STAGE]:
            yield f"{api.name}: has other stages than {apigateway.SOCKET_STAGE}"
        for route in routes:
            if route.inputs["target"].removeprefix("integrations/") not in integrations:
                yield f"{route.name}: leads to {route.inputs['target']}, nothing of this API"
            for stage in stages:
                if not graph.comes_after(stage, route):
                    yield f"{stage.name}: may be deployed without {route.inputs['routeKey']}"


def watching(graph: Graph) -> Iterator[str]:
    """What the stage writes down, under whose key, and how much it lets through."""
    for api in sockets(graph):
        for stage in of(graph, "apigatewayv2/stage", api):
            settings = stage.inputs.get("accessLogSettings") or {}
            group = next((each for each in graph.all("cloudwatch/logGroup") if each.outputs["arn"] == settings.get("destinationArn")), None)
            if group is None:
                yield f"{stage.name}: nobody knows who connected"
            else:
                keys = [key for key in graph.all("kms/key") if key.outputs["arn"] == group.inputs.get("kmsKeyId")]
                if [key.name for key in keys] != [f"{api.inputs['tags']['workload']}-key"]:
                    yield f"{group.name}: is not under the workload's key"
                if not group.inputs.get("retentionInDays"):
                    yield f"{group.name}: is kept for ever"
                if not graph.comes_after(stage, group):
                    yield f"{stage.name}: API Gateway refuses a log group that is not there"
            if any(secret in settings.get("format", "") for secret in ("queryString", "header", "$context.authorizer.token", "body")):
                yield f"{stage.name}: what may hold a token or a message is in the log"
            limits = stage.inputs.get("defaultRouteSettings") or {}
            if not (limits.get("throttlingRateLimit", 0) > 0 and limits.get("throttlingBurstLimit", 0) > 0):
                yield f"{stage.name}: one client may use up what the account has"
            if limits.get("dataTraceEnabled") or limits.get("loggingLevel") != "OFF":
                yield f"{stage.name}: messages are in a log of API Gateway"


CHECKS = (admission, sending, routing, watching)


def changed(graph: Graph, kind: str, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Graph:
    """The graph with other inputs of one resource."""
    node = graph.one(kind, name)
    other = replace(node, properties={**node.inputs, **change(node.inputs)})
    return Graph([other if each is node else each for each in graph.nodes], graph.exports, graph.log)


def unordered(graph: Graph, kind: str, name: str, before: str) -> Graph:
    """The graph without edges from one resource to those whose kind begins with `before`."""
    node = graph.one(kind, name)
    other = replace(node, dependencies=[urn for urn in node.dependencies if not graph.by_urn[urn].kind.startswith(before)])
    assert len(other.dependencies) < len(node.dependencies)
    return Graph([other if each is node else each for each in graph.nodes], graph.exports, graph.log)


@pytest.mark.parametrize("check", CHECKS)
def test_sockets_are_complete(graph: Graph, check: Callable[[Graph], Iterator[str]]):
    assert [api.name for api in sockets(graph)] == ["chat-socket"]
    assert list(check(graph)) == []


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_on_aws_messages_are_sent_by_https(stack: str):
    graph = graph_of(stack)
    assert list(endpoints(graph)) == []
    assert told(graph) == "https://chat-socket-id.execute-api.eu-west-1.amazonaws.com/live"


def test_locally_messages_are_sent_to_the_embedded_cloud():
    """Its own host names of APIs do not resolve."""
    graph = graph_of("local")
    (provider,) = graph.all("aws")
    (cloud,) = {endpoint["apigatewayv2"] for endpoint in json.loads(provider.inputs["endpoints"]) if "apigatewayv2" in endpoint}
    assert told(graph) == f"{cloud}/_aws/execute-api/chat-socket-id/live"
    assert list(endpoints(graph)) == [f"chat-socket: sends to {told(graph)}"]


def told(graph: Graph) -> str:
    return graph.one("lambda/function", "chat-socket").inputs["environment"]["variables"]["SOCKET_ENDPOINT"]


def resource(arn: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    statement = {"Effect": "Allow", "Action": ["execute-api:ManageConnections"], "Resource": [arn]}
    return lambda _: {"policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


def inside(name: str, **values: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda sent: {name: {**sent[name], **values}}


API = "arn:aws:execute-api:eu-west-1:111111111111:chat-socket-id"
ROUTE, STAGE, INTEGRATION = "apigatewayv2/route", "apigatewayv2/stage", "apigatewayv2/integration"
PERMISSION, POLICY, AUTHORIZER = "lambda/permission", "iam/rolePolicy", "apigatewayv2/authorizer"
BREAKAGES: list[tuple[str, str, Callable[[dict[str, Any]], dict[str, Any]], Callable[[Graph], Iterator[str]], str]] = [
    (ROUTE, "connect", lambda _: {"authorizationType": "NONE", "authorizerId": ""}, admission, "anybody may connect"),
    (ROUTE, "connect", lambda _: {"authorizerId": "another"}, admission, "anybody may connect"),
    (ROUTE, "send", lambda _: {"authorizationType": "CUSTOM"}, admission, "on any route but $connect"),
    (AUTHORIZER, "decide", lambda _: {"enableSimpleResponses": True}, admission, "answers with a policy"),
    (AUTHORIZER, "decide", lambda _: {"identitySources": ["route.request.header.Authorization"]}, admission, "without being asked"),
    (PERMISSION, "decide", lambda _: {"sourceArn": f"{API}/*/*"}, admission, "may not invoke it as this authorizer"),
    (PERMISSION, "decide", lambda _: {"qualifier": None}, admission, "may not invoke it as this authorizer"),
    (POLICY, "assigned", resource(f"{API}/live/*/@connections/*"), sending, "not just send"),
    (POLICY, "assigned", resource(f"{API}/*/POST/@connections/*"), sending, "not just send"),
    (POLICY, "assigned", resource("arn:aws:execute-api:eu-west-1:111111111111:*/live/POST/@connections/*"), sending, "not just send"),
    (POLICY, "assigned", lambda _: {"policy": '{"Statement": []}'}, sending, "is told where to send and may not"),
    ("lambda/function", "", inside("environment", variables={}), sending, "is told where to send and may not"),
    ("lambda/function", "", inside("environment", variables={"SOCKET_ENDPOINT": "wss://chat-socket-id.execute-api.eu-west-1.amazonaws.com/live"}),
     endpoints, "sends to wss://"),
    ("apigatewayv2/api", "", lambda _: {"routeSelectionExpression": "$request.body.type"}, routing, "routes by $request.body.type"),
    (PERMISSION, "socket-invoke", lambda _: {"sourceArn": "arn:aws:execute-api:eu-west-1:111111111111:*"}, routing, "before API Gateway may invoke it"),
    (INTEGRATION, "socket", lambda _: {"timeoutMilliseconds": 5000}, routing, "waits 5000 ms"),
    (INTEGRATION, "socket", lambda _: {"integrationMethod": "GET"}, routing, "invoked by POST"),
    (ROUTE, "default", lambda _: {"routeKey": "other"}, routing, "lacks a route"),
    (ROUTE, "send", lambda _: {"target": "integrations/another"}, routing, "nothing of this API"),
    (STAGE, "stage", lambda _: {"name": "other"}, routing, "has other stages"),
    (STAGE, "stage", lambda _: {"accessLogSettings": None}, watching, "nobody knows who connected"),
    (STAGE, "stage", inside("accessLogSettings", format="$context.requestOverride.querystring.token $input.body"), watching, "is in the log"),
    (STAGE, "stage", inside("defaultRouteSettings", throttlingRateLimit=0), watching, "may use up"),
    (STAGE, "stage", inside("defaultRouteSettings", dataTraceEnabled=True), watching, "log of API Gateway"),
    ("cloudwatch/logGroup", "access-logs", lambda _: {"kmsKeyId": None}, watching, "not under the workload's key"),
    ("cloudwatch/logGroup", "access-logs", lambda _: {"retentionInDays": None}, watching, "kept for ever"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "suffix", "change", "check", "says"), BREAKAGES, ids=[f"{kind}-{says}-{number}" for number, (kind, *_, says) in enumerate(BREAKAGES)]
)
def test_what_is_broken_is_noticed(dev: Graph, kind: str, suffix: str, change: Any, check: Any, says: str):
    name = {"": "chat-socket", "assigned": "chat-socket-assigned"}.get(suffix, f"chat-socket-functions-{suffix}")
    found = list(check(changed(dev, kind, name, change)))
    assert any(says in problem for problem in found), found


@pytest.mark.parametrize(("kind", "suffix", "before", "check", "says"), [
    (ROUTE, "connect", PERMISSION, admission, "before the authorizer can be invoked"),
    (INTEGRATION, "socket", PERMISSION, routing, "before API Gateway may invoke it"),
    (STAGE, "stage", ROUTE, routing, "may be deployed without send"),
    (STAGE, "stage", "cloudwatch/log", watching, "a log group that is not there"),
])  # fmt: skip
def test_a_lost_order_is_noticed(dev: Graph, kind: str, suffix: str, before: str, check: Any, says: str):
    found = list(check(unordered(dev, kind, f"chat-socket-functions-{suffix}", before)))
    assert any(says in problem for problem in found), found
