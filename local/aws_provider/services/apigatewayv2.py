"""Amazon API Gateway, version 2: HTTP APIs and WebSocket APIs."""

import hashlib
import re
from typing import Any

from platform_contract.platform import apigateway

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging
from .common import refused

ARN = "arn:{partition}:apigateway:{region}::/apis/{id}"
TAGS = Tagging("Tags", "tag_resource", "untag_resource", "get_tags", {"ResourceArn": "arn"})
CUSTOM_ID = "ms-custom-id"
"""The emulator takes an API's id from this tag. Its URLs work by host name only with eight hexadecimal digits."""


def _api_tags(work: Work) -> dict[str, str]:
    """The tags, and one for the emulator alone: an id from the API's name, so that URLs survive a new emulator."""
    for salt in range(10):
        seed = f"{work.cloud.account}/{work.cloud.region}/{work.state['name']}/{salt or ''}"
        id = hashlib.sha256(seed.encode()).hexdigest()[:8]
        if not work.call("get_api", ApiId=id, ignore=("NotFoundException",)).get("ApiId"):
            break
    return {**(work.state.get("tagsAll") or {}), CUSTOM_ID: id}


def _read_api(work: Work) -> State | None:
    found = _get_api(work)
    if found and found.get("protocolType") == "WEBSOCKET":
        found["apiEndpoint"] = re.sub(r"^http", "ws", found.get("apiEndpoint", ""))
    return found


def _read_stage(work: Work) -> State | None:
    """The stage; the scheme of its URL is that of its API, of which the stage itself knows nothing."""
    found = _get_stage(work)
    if found is None:
        return None
    api = work.call("get_api", ApiId=work.state["apiId"])
    name = "" if work.state["name"] == "$default" else work.state["name"]
    scheme = "wss" if api.get("ProtocolType") == "WEBSOCKET" else "https"
    return {**found, "invokeUrl": work.format(f"{scheme}://{{apiId}}.execute-api.{{region}}.amazonaws.com/{name}")}


def _read(operation: str, *, of_api: bool = True, key: str = "", path: str = "") -> Any:
    def read(work: Work) -> State | None:
        named = {"ApiId": work.state["apiId" if of_api else "id"], **({key: work.state["id"]} if key else {})}
        answer = work.call(operation, **named)
        answer.pop("Tags", None)  # the emulator shows those of the creation here; GetTags has those of today
        found = work.properties(Call(operation), answer)
        if found is not None and path:
            found["arn"] = work.format(path)
        return found

    return read


_get_api = _read("get_api", of_api=False, path=ARN)
_get_stage = _read("get_stage", key="StageName", path="arn:{partition}:apigateway:{region}::/apis/{apiId}/stages/{name}")


def _child(id: str) -> State:
    """`API/ID`, as the official provider imports it."""
    api, _, own = id.partition("/")
    return {"id": own, "apiId": api} if own else {"id": id}


def _stage(id: str) -> State:
    found = _child(id)
    return {**found, "name": found["id"]}


def _routes(work: Work) -> dict[str, Any] | None:
    """Settings of single routes: a list in Pulumi, a map by route key in the API."""
    settings = work.state.get("routeSettings")
    if not settings:
        return {} if work.old and work.old.get("routeSettings") else None
    members = {"dataTraceEnabled": "DataTraceEnabled", "detailedMetricsEnabled": "DetailedMetricsEnabled", "loggingLevel": "LoggingLevel",
               "throttlingBurstLimit": "ThrottlingBurstLimit", "throttlingRateLimit": "ThrottlingRateLimit"}  # fmt: skip
    made = {}
    for each in settings:
        made[each["routeKey"]] = {
            member: int(each[name]) if name == "throttlingBurstLimit" else each[name]
            for name, member in members.items()
            if name in each
        }
    return made


def _invoke_url(state: State) -> State:
    name = state.get("name")
    return {"path": "" if name == "$default" else name} if isinstance(name, str) else {}


def _issuer_is_whole(given: State) -> list[tuple[str, str]]:
    """Source: guide, "Control access to HTTP APIs with JWT authorizers"; quotas, "Audiences per authorizer"."""
    found, issuer, audiences = [], given.get("issuer"), given.get("audiences")
    if isinstance(issuer, str) and not re.fullmatch(r"https://[^\s?#@]+", issuer):
        found.append(("jwtConfiguration.issuer", f"jwtConfiguration.issuer='{issuer}': must be https://HOST/PATH, as `iss` of the tokens"))
    if isinstance(audiences, list) and len(audiences) > apigateway.MAXIMUM_AUDIENCES:
        found.append(("jwtConfiguration.audiences", f"jwtConfiguration.audiences: has {len(audiences)}, must have at most {apigateway.MAXIMUM_AUDIENCES}"))
    return found


def _authorizer_is_whole(inputs: State) -> list[tuple[str, str]]:
    """What CreateAuthorizer refuses (API reference, Authorizer). Sources of WebSocket APIs begin with route.request."""
    kind, version = inputs.get("authorizerType"), inputs.get("authorizerPayloadFormatVersion")
    if kind == "JWT":
        given = inputs.get("jwtConfiguration")
        if not given:
            return [("jwtConfiguration", "missing 'jwtConfiguration': a JWT authorizer needs issuer and audiences")]
        return _issuer_is_whole(given) if isinstance(given, dict) else []
    if kind != "REQUEST":
        return []
    found, sources = [], inputs.get("identitySources")
    if not inputs.get("authorizerUri"):
        found.append(("authorizerUri", "missing 'authorizerUri': a REQUEST authorizer is a function"))
    listed = [each for each in sources if isinstance(each, str)] if isinstance(sources, list) else []
    socket = any(each.startswith("route.request.") for each in listed)
    if socket and any(each.startswith("$") for each in listed):
        found.append(
            ("identitySources", "identitySources: route.request.* is for WebSocket APIs, $request.* for HTTP APIs; not both")
        )
    for name in ("authorizerPayloadFormatVersion", "enableSimpleResponses", "authorizerResultTtlInSeconds"):
        if socket and inputs.get(name):
            found.append(
                (name, f"{name}: HTTP APIs only; the function of a WebSocket API answers with a policy, which is not kept")
            )
    if not socket and listed and version is None:
        found.append(
            (
                "authorizerPayloadFormatVersion",
                "missing 'authorizerPayloadFormatVersion': a REQUEST authorizer of an HTTP API needs it",
            )
        )
    if inputs.get("enableSimpleResponses") is True and version == "1.0":
        found.append(("enableSimpleResponses", "enableSimpleResponses: only with authorizerPayloadFormatVersion=2.0"))
    if inputs.get("authorizerResultTtlInSeconds") and not sources:
        found.append(
            ("identitySources", "missing 'identitySources': what is kept for authorizerResultTtlInSeconds is found by them")
        )
    return found


def _selects_routes(inputs: State) -> list[tuple[str, str]]:
    """A WebSocket API finds a route by a member of the message; an HTTP API by method and path, and nothing else."""
    kind, expression = inputs.get("protocolType"), inputs.get("routeSelectionExpression")
    if kind == "WEBSOCKET":
        found = (
            []
            if expression
            else [
                (
                    "routeSelectionExpression",
                    "missing 'routeSelectionExpression': a WebSocket API needs one, as $request.body.action",
                )
            ]
        )
        if inputs.get("corsConfiguration"):
            found.append(("corsConfiguration", "corsConfiguration: HTTP APIs only; check the Origin header at $connect"))
        return found
    if kind == "HTTP" and isinstance(expression, str) and expression != BY_PATH:
        return [("routeSelectionExpression", f"routeSelectionExpression='{expression}': an HTTP API has '{BY_PATH}'")]
    return []


def _authorizer_given(inputs: State) -> list[tuple[str, str]]:
    kind = inputs.get("authorizationType")
    if kind in ("JWT", "CUSTOM") and inputs.get("authorizerId") is None:
        return [("authorizerId", f"missing 'authorizerId': authorizationType={kind} needs one")]
    return []


API, BY_PATH = "apigatewayv2/api of apiId", "$request.method $request.path"
WEBSOCKETS = "check the message in the handler"

RESOURCES = [
    Resource(
        "aws:apigatewayv2/api:Api", "apigatewayv2", named="name", name_limit=128, tags=TAGS, api={"ApiId": "id", "ImportInfo": "", "Body": ""},
        known={"arn": ARN, "executionArn": "arn:{partition}:execute-api:{region}:{account}:{id}"},
        fakes={"id": "hex:10", "apiEndpoint": "https://{id}.execute-api.{region}.amazonaws.com"},
        create=Call("create_api", {"Tags": _api_tags}), update=(Call("update_api"),),
        read=_read_api, delete=(Call("delete_api"),),
        checks=(_selects_routes, refused({"body": "write routes and integrations as resources (the emulator lacks ReimportApi)"}),),
        assigned=frozenset({"ipAddressType"}),
        aws_refuses=(
            Refusal("apigatewayv2-socket-connection-ends", "AWS closes a WebSocket after 10 minutes without a frame and after 2 hours, and takes frames of 32 KB and messages of 128 KB; the emulator knows no such limits."),
            Refusal("apigatewayv2-throttles", "AWS throttles by the stage's settings and writes access logs; the emulator does neither."),
        ),
    ),
    Resource(
        "aws:apigatewayv2/stage:Stage", "apigatewayv2", id="{name}", named="name", name_limit=128, tags=TAGS, identify=_stage,
        api={"StageName": "name", "ApiId": "apiId"}, words=_invoke_url,
        known={"arn": "arn:{partition}:apigateway:{region}::/apis/{apiId}/stages/{name}",
               "executionArn": "arn:{partition}:execute-api:{region}:{account}:{apiId}/{name}"},
        fakes={"invokeUrl": "https://{apiId}.execute-api.{region}.amazonaws.com/{path}"},
        create=Call("create_stage", {"RouteSettings": _routes}), update=(Call("update_stage", {"RouteSettings": _routes}),),
        read=_read_stage,
        delete=(Call("delete_stage"),), unread=frozenset({"routeSettings"}), assigned=frozenset({"deploymentId", "defaultRouteSettings"}),
        aws_refuses=(
            Refusal("apigatewayv2-stage-after-routes", "The first automatic deployment is made with the stage: without routes it answers 404 until the next one.", needs="apigatewayv2/route"),
            Refusal("apigatewayv2-access-log-resource-policy", "API Gateway writes access logs only if CloudWatch Logs admits it; the log group has to exist.", needs="cloudwatch/logGroup of accessLogSettings"),
            Refusal("apigatewayv2-socket-logs-need-the-accounts-role", "Logs of a WebSocket API's stage, unlike those of an HTTP API, need the CloudWatch role of the account (apigateway/account)."),
            Refusal("apigatewayv2-stage-after-its-api", "The API has to exist.", needs=API),
        ),
    ),
    Resource(
        "aws:apigatewayv2/route:Route", "apigatewayv2", identify=_child, api={"ApiId": "apiId", "RouteId": "id"}, fakes={"id": "hex:7"},
        create=Call("create_route"), update=(Call("update_route"),), read=_read("get_route", key="RouteId"), delete=(Call("delete_route"),),
        checks=(_authorizer_given, refused(dict.fromkeys(("requestParameters", "requestModels", "modelSelectionExpression"), WEBSOCKETS))),
        limits={"routeKey": {"pattern": r"\$\w+|(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) /\S*|[\w.-]+"}},
        aws_refuses=(
            Refusal("apigatewayv2-route-after-integration", "The target, integrations/ID, has to exist.", needs="apigatewayv2/integration of target"),
            Refusal("apigatewayv2-route-after-authorizer", "The authorizer has to exist, and cannot be deleted before the route.", needs="apigatewayv2/authorizer of authorizerId"),
            Refusal("apigatewayv2-socket-authorizes-at-connect", "'Currently, authorization is restricted to the $connect route only': a WebSocket's later messages are those of who connected."),
            Refusal("apigatewayv2-socket-answers-need-a-route-response", "What the handler of a WebSocket route returns reaches the client only with a route response; the emulator always sends it."),
            Refusal("apigatewayv2-route-after-its-api", "The API has to exist.", needs=API),
        ),
    ),
    Resource(
        "aws:apigatewayv2/integration:Integration", "apigatewayv2", identify=_child, fakes={"id": "hex:7"},
        api={"ApiId": "apiId", "IntegrationId": "id", "TimeoutInMillis": "timeoutMilliseconds"},
        create=Call("create_integration"), update=(Call("update_integration"),), read=_read("get_integration", key="IntegrationId"),
        delete=(Call("delete_integration"),), checks=(refused({"responseParameters": "the handler sets headers and status"}),),
        assigned=frozenset({"timeoutMilliseconds", "connectionType", "integrationMethod"}),
        limits={"timeoutMilliseconds": {"min": 50, "max": 30_000}},
        aws_refuses=(
            Refusal("apigatewayv2-integration-may-invoke", "Without a lambda/permission for this API the integration answers 500.", needs="lambda/permission"),
            Refusal("apigatewayv2-integration-after-its-api", "The API has to exist.", needs=API),
        ),
    ),
    Resource(
        "aws:apigatewayv2/authorizer:Authorizer", "apigatewayv2", named="name", name_limit=128, identify=_child, fakes={"id": "hex:6"},
        api={"ApiId": "apiId", "AuthorizerId": "id", "IdentitySource": "identitySources", "Audience": "audiences"},
        # The API wants the list even if it is empty: a WebSocket's authorizer may look for its token itself.
        create=Call("create_authorizer", {"IdentitySource": lambda work: work.state.get("identitySources") or []}),
        update=(Call("update_authorizer"),), read=_read("get_authorizer", key="AuthorizerId"),
        delete=(Call("delete_authorizer"),), checks=(_authorizer_is_whole,),
        assigned=frozenset({"authorizerResultTtlInSeconds", "authorizerPayloadFormatVersion"}),
        limits={"authorizerResultTtlInSeconds": {"min": 0, "max": 3_600}, "authorizerPayloadFormatVersion": {"enum": ["1.0", "2.0"]}},
        aws_refuses=(
            Refusal("apigatewayv2-issuer-answers", "CreateAuthorizer reads the issuer's /.well-known/openid-configuration: the user pool has to exist.", needs="cognito/userPool of jwtConfiguration"),
            Refusal("apigatewayv2-authorizer-may-invoke", "A REQUEST authorizer needs a lambda/permission for this API's authorizers, or a role in authorizerCredentialsArn; without it every call is 500."),
            Refusal("apigatewayv2-authorizer-after-its-api", "The API has to exist.", needs=API),
        ),
    ),
]  # fmt: skip
