"""Amazon API Gateway, version 1: REST APIs. Stages, plans and keys are in apigateway_stages.py."""

import hashlib
import json
from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging
from ..wire import has_unknown
from .common import fixed, range_of, refused
from .patches import patch

ARN = "arn:{partition}:apigateway:{region}::/restapis/{id}"
TAGS = Tagging(
    "tags", "tag_resource", "untag_resource", "get_tags", {"resourceArn": "arn"}, member="tags", keys="tagKeys", answer="tags"
)
CUSTOM_ID = "ms-custom-id"
"""The emulator takes an API's id from this tag. Its URLs work by host name only with eight hexadecimal digits."""
DRAFT = "http://json-schema.org/draft-04/schema"
NOT_IN_MODELS = frozenset({"discriminator", "readOnly", "exclusiveMinimum", "const", "contains", "propertyNames", "if", "then", "else", "examples", "$defs", "prefixItems", "unevaluatedProperties", "dependentRequired"})  # fmt: skip
"""Keywords that API Gateway lists as unsupported ("Amazon API Gateway important notes"), and those later than draft 4."""


def _api_tags(work: Work) -> dict[str, str]:
    """The tags, and one for the emulator alone: an id from the API's name, so that URLs survive a new emulator."""
    for salt in range(10):
        seed = f"rest/{work.cloud.account}/{work.cloud.region}/{work.state['name']}/{salt or ''}"
        id = hashlib.sha256(seed.encode()).hexdigest()[:8]
        if not work.call("get_rest_api", restApiId=id, ignore=("NotFoundException",)).get("id"):
            break
    return {**(work.state.get("tagsAll") or {}), CUSTOM_ID: id}


def _read_api(work: Work) -> State | None:
    answer = work.call("get_rest_api", restApiId=work.state["id"])
    answer.pop("tags", None)  # those of the creation; GetTags has those of today
    found = work.properties(Call("get_rest_api"), answer) or {}
    kinds = found.get("endpointConfiguration", {}).get("types")
    if isinstance(kinds, list):  # a list of one in the API, its only element in Pulumi
        found["endpointConfiguration"]["types"] = kinds[0] if kinds else None
    if policy := found.get("policy"):
        found["policy"] = json.loads(f'"{policy}"')  # API Gateway answers it escaped, without the quotes
    return {**found, "arn": work.format(ARN)}


def child(key: str, *more: str) -> Any:
    """Imports of the form `API/ID`: the id goes into `key`, further parts into `more`."""

    def identify(id: str) -> State:
        api, *rest = id.split("/", len(more) + 1)
        return {"restApi": api, **dict(zip((key, *more), rest, strict=False))}

    return identify


def _put_method_again(work: Work) -> None:
    """PutMethod drops the method's integration, which belongs to another resource: it is put back."""
    ids = {"restApiId": work.state["restApi"], "resourceId": work.state["resourceId"], "httpMethod": work.state["httpMethod"]}
    before = work.call("get_method", **ids).get("methodIntegration")
    work.call("put_method", **work.params(Call("put_method")))
    if before:
        kept = {
            key: value for key, value in before.items() if value is not None and key not in ("httpMethod", "integrationResponses")
        }
        work.call("put_integration", **ids, integrationHttpMethod=before.get("httpMethod", "POST"), **kept)


def _read_integration(work: Work) -> State | None:
    answer = work.call(
        "get_integration",
        restApiId=work.state["restApi"],
        resourceId=work.state["resourceId"],
        httpMethod=work.state["httpMethod"],
    )
    answer["integrationHttpMethod"] = answer.pop("httpMethod", None)  # Pulumi's httpMethod is that of the method
    return work.properties(Call("get_integration"), answer)


def _read_response(work: Work) -> State | None:
    answer = work.call("get_gateway_response", restApiId=work.state["restApiId"], responseType=work.state["responseType"])
    return None if answer.get("defaultResponse") else work.properties(Call("get_gateway_response"), answer)


def _read_authorizer(work: Work) -> State | None:
    found = work.do(Call("get_authorizer"))
    return found and {**found, "arn": work.format("arn:{partition}:apigateway:{region}::/restapis/{restApi}/authorizers/{id}")}


def _draft_4(inputs: State) -> list[tuple[str, str]]:
    """A model is JSON schema of draft 4."""
    text = inputs.get("schema")
    if not isinstance(text, str):
        return []
    try:
        schema = json.loads(text)
    except ValueError as error:
        return [("schema", f"schema: must be JSON: {error}")]
    if not isinstance(schema, dict):
        return [("schema", "schema: must be a JSON object")]
    said = str(schema.get("$schema", DRAFT)).rstrip("#").replace("https:", "http:")
    found = [] if said == DRAFT else [("schema", f"schema: $schema='{schema['$schema']}': API Gateway takes draft 4, {DRAFT}#")]
    names = sorted(_keywords(schema) & NOT_IN_MODELS)
    if names:
        found.append(("schema", f"schema: API Gateway's models have no {', '.join(names)} (JSON schema draft 4)"))
    return found


def _keywords(schema: Any) -> set[str]:
    """Keywords in use; the names of properties are none."""
    if isinstance(schema, list):
        return set().union(*map(_keywords, schema))
    if not isinstance(schema, dict):
        return set()
    named = {"properties", "patternProperties", "definitions"}
    inner = [
        list(value.values()) if key in named and isinstance(value, dict) else value
        for key, value in schema.items()
        if key not in ("enum", "default")
    ]
    return set(schema).union(*map(_keywords, inner))


def _authorizer_kind(inputs: State) -> list[tuple[str, str]]:
    kind, wanted = inputs.get("type", "TOKEN"), "providerArns" if inputs.get("type") == "COGNITO_USER_POOLS" else "authorizerUri"
    if isinstance(kind, str) and inputs.get(wanted) in (None, []):
        return [(wanted, f"missing '{wanted}': an authorizer of type {kind} needs it")]
    return []


def _method_authorizer(inputs: State) -> list[tuple[str, str]]:
    kind = inputs.get("authorization")
    if kind in ("CUSTOM", "COGNITO_USER_POOLS") and inputs.get("authorizerId") is None:
        return [("authorizerId", f"missing 'authorizerId': authorization={kind} needs one")]
    if kind != "COGNITO_USER_POOLS" and isinstance(kind, str) and inputs.get("authorizationScopes"):
        return [("authorizationScopes", f"authorizationScopes: only with authorization=COGNITO_USER_POOLS, not {kind}")]
    return []


def _posted(inputs: State) -> list[tuple[str, str]]:
    """A function is invoked with POST, whatever the method is."""
    uri, kind, method = inputs.get("uri"), inputs.get("type"), inputs.get("integrationHttpMethod")
    if kind in ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY") and uri is None:
        return [("uri", f"missing 'uri': an integration of type {kind} needs one")]
    if kind == "AWS_PROXY" and not has_unknown(method) and method != "POST":
        return [("integrationHttpMethod", f"integrationHttpMethod={method}: a function is invoked with POST")]
    return []


API = "apigateway/restApi of restApi"
METHOD_ID = "{restApi}-{resourceId}-{httpMethod}"
ELSEWHERE = "write resources, methods and integrations as resources (the emulator lacks PutRestApi)"
LATER = "the emulator does not have it"
OF_API = {"restApiId": "restApi"}

RESOURCES = [
    Resource(
        "aws:apigateway/restApi:RestApi", "apigateway", named="name", name_limit=128, tags=TAGS, api={"restApiId": "id", "parameters": "", "body": "", "mode": "", "failOnWarnings": ""},
        known={"arn": ARN, "executionArn": "arn:{partition}:execute-api:{region}:{account}:{id}"},
        fakes={"id": "hex:10", "rootResourceId": "hex:10", "createdDate": "2026-01-01T00:00:00Z"}, json=frozenset({"policy"}),
        create=Call("create_rest_api", {"tags": _api_tags}), read=_read_api, delete=(Call("delete_rest_api"),),
        update=(
            fixed(_read_api, "binaryMediaTypes", "endpointConfiguration"),
            patch("update_rest_api", {"name": "/name", "description": "/description", "policy": "/policy", "apiKeySource": "/apiKeySource",
                                      "minimumCompressionSize": "/minimumCompressionSize", "disableExecuteApiEndpoint": "/disableExecuteApiEndpoint"}, restApiId="id"),
        ),
        checks=(refused(dict.fromkeys(("body", "parameters", "failOnWarnings", "putRestApiMode"), ELSEWHERE) | dict.fromkeys(("securityPolicy", "endpointAccessMode"), LATER)),),
        assigned=frozenset({"apiKeySource", "endpointConfiguration", "minimumCompressionSize"}),
        limits={"endpointConfiguration.types": {"enum": ["EDGE", "PRIVATE", "REGIONAL"]}, "endpointConfiguration.ipAddressType": {"enum": ["dualstack", "ipv4"]}},
        aws_refuses=(
            Refusal("apigateway-deletes-one-api-in-30-seconds", "DeleteRestApi is admitted once in 30 seconds for an account."),
            Refusal("apigateway-policy-needs-a-deployment", "A change of the API's policy, methods, models or responses reaches callers with the next deployment; in the emulator at once."),
        ),
    ),
    Resource(
        "aws:apigateway/resource:Resource", "apigateway", identify=child("id"), fakes={"id": "hex:6"}, api={**OF_API, "resourceId": "id"},
        create=Call("create_resource"), read=Call("get_resource"), delete=(Call("delete_resource"),),
        update=(patch("update_resource", {"pathPart": "/pathPart", "parentId": "/parentId"}, restApiId="restApi", resourceId="id"),),
        recomputed={"path": ("pathPart", "parentId")},
        limits={"pathPart": {"pattern": r"[A-Za-z0-9._:,$-]+|\{[A-Za-z0-9._$-]+\+?\}"}},  # developer guide, "Amazon API Gateway important notes"
        aws_refuses=(
            Refusal("apigateway-resource-after-its-parent", "The API and the parent resource have to exist.", needs=API),
            Refusal("apigateway-one-path-parameter-per-place", "Two path parameters of different names under one parent are refused: /quotes/{id} and /quotes/{quote_id}."),
        ),
    ),
    Resource(
        "aws:apigateway/method:Method", "apigateway", id=f"agm-{METHOD_ID}", identify=child("resourceId", "httpMethod"), api={**OF_API, "authorizationType": "authorization"},
        create=Call("put_method"), update=(_put_method_again,), read=Call("get_method"), delete=(Call("delete_method"),), checks=(_method_authorizer,),
        limits={"httpMethod": {"enum": ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]}, "authorization": {"enum": ["AWS_IAM", "COGNITO_USER_POOLS", "CUSTOM", "NONE"]}},
        aws_refuses=(
            Refusal("apigateway-method-after-its-resource", "The resource has to exist.", needs="apigateway/resource of resourceId"),
            Refusal("apigateway-method-after-its-authorizer", "The authorizer has to exist, and cannot be deleted before the method.", needs="apigateway/authorizer of authorizerId"),
            Refusal("apigateway-method-after-its-validator", "The validator has to exist: 'Invalid Request Validator identifier specified'.", needs="apigateway/requestValidator of requestValidatorId"),
            Refusal("apigateway-method-after-its-models", "Every model in requestModels has to exist, and cannot be deleted while a method names it.", needs="apigateway/model of requestModels"),
            Refusal("apigateway-cognito-wants-id-tokens", "Without authorizationScopes a COGNITO_USER_POOLS authorizer takes ID tokens, with them access tokens; the emulator takes both."),
        ),
    ),
    Resource(
        "aws:apigateway/integration:Integration", "apigateway", id=f"agi-{METHOD_ID}", identify=child("resourceId", "httpMethod"), api={**OF_API, "timeoutInMillis": "timeoutMilliseconds"},
        create=Call("put_integration"), update=(Call("put_integration"),), read=_read_integration, delete=(Call("delete_integration"),), checks=(_posted, refused(dict.fromkeys(("responseTransferMode", "integrationTarget", "tlsConfig", "connectionId"), LATER))),
        assigned=frozenset({"cacheNamespace", "passthroughBehavior", "connectionType"}),
        limits={"timeoutMilliseconds": range_of(50, 29_000)},  # quota "Maximum integration timeout", without an increase
        aws_refuses=(
            Refusal("apigateway-integration-after-its-method", "The method has to exist.", needs="apigateway/method of httpMethod"),
            Refusal("apigateway-integration-may-invoke", "Without a lambda/permission for this API the integration answers 500.", needs="lambda/permission"),
        ),
    ),
    Resource(
        "aws:apigateway/requestValidator:RequestValidator", "apigateway", named="name", name_limit=128, identify=child("id"), fakes={"id": "hex:6"}, api={**OF_API, "requestValidatorId": "id"},
        create=Call("create_request_validator"), read=Call("get_request_validator"), delete=(Call("delete_request_validator"),),
        update=(patch("update_request_validator", {"name": "/name", "validateRequestBody": "/validateRequestBody", "validateRequestParameters": "/validateRequestParameters"}, restApiId="restApi", requestValidatorId="id"),),
        aws_refuses=(Refusal("apigateway-validator-after-its-api", "The API has to exist.", needs=API),),
    ),
    Resource(
        "aws:apigateway/model:Model", "apigateway", named="name", name_limit=128, identify=child("name"), fakes={"id": "hex:6"}, api={**OF_API, "modelName": "name"}, json=frozenset({"schema"}),
        create=Call("create_model"), read=Call("get_model"), delete=(Call("delete_model"),), checks=(_draft_4,),
        update=(patch("update_model", {"description": "/description", "schema": "/schema"}, restApiId="restApi", modelName="name"),),
        limits={"name": {"pattern": r"[A-Za-z0-9]+"}, "schema": {"maxLength": 409_600}},  # quota: a model has 400 KB; names are alphanumeric
        aws_refuses=(
            Refusal("apigateway-model-after-its-api", "The API has to exist.", needs=API),
            Refusal("apigateway-model-is-draft-4", "A model is JSON schema draft 4 without discriminator, readOnly and exclusiveMinimum; minItems and maxItems are not applied to requests, the emulator applies them."),
        ),
    ),
    Resource(
        "aws:apigateway/authorizer:Authorizer", "apigateway", named="name", name_limit=128, identify=child("id"), fakes={"id": "hex:6"}, api={**OF_API, "authorizerId": "id", "providerARNs": "providerArns"},
        known={"arn": "arn:{partition}:apigateway:{region}::/restapis/{restApi}/authorizers/{id}"}, create=Call("create_authorizer"), read=_read_authorizer, delete=(Call("delete_authorizer"),),
        update=(
            fixed(_read_authorizer, "providerArns"),
            patch("update_authorizer", {name: f"/{name}" for name in ("name", "type", "authorizerUri", "authorizerCredentials", "identitySource", "identityValidationExpression", "authorizerResultTtlInSeconds")}, restApiId="restApi", authorizerId="id"),
        ),
        checks=(_authorizer_kind,), limits={"authorizerResultTtlInSeconds": range_of(0, 3_600)},
        aws_refuses=(
            Refusal("apigateway-authorizer-after-its-api", "The API has to exist.", needs=API),
            Refusal("apigateway-authorizer-after-its-pool", "The user pool has to exist.", needs="cognito/userPool of providerArns"),
            Refusal("apigateway-authorizer-may-invoke", "A Lambda authorizer needs a permission of the function, or a role in authorizerCredentials."),
        ),
    ),
    Resource(
        "aws:apigateway/deployment:Deployment", "apigateway", identify=child("id"), fakes={"id": "hex:6", "createdDate": "2026-01-01T00:00:00Z"}, api={**OF_API, "deploymentId": "id"},
        create=Call("create_deployment"), read=Call("get_deployment"), delete=(Call("delete_deployment"),), unread=frozenset({"triggers", "variables"}),
        update=(patch("update_deployment", {"description": "/description"}, restApiId="restApi", deploymentId="id"),),
        aws_refuses=(
            Refusal("apigateway-deployment-after-integrations", "'The REST API doesn't contain any methods', 'No integration defined for method': every method and its integration come first.", needs="apigateway/integration"),
            Refusal("apigateway-deployment-is-a-snapshot", "A deployment is a snapshot: what is not in its triggers is not deployed. The emulator answers with the API as it is now (gateway responses excepted)."),
            Refusal("apigateway-deployment-outlives-its-stage", "A deployment that a stage points to cannot be deleted: the new one is made first."),
        ),
    ),
    Resource(
        "aws:apigateway/response:Response", "apigateway", id="aggr-{restApiId}-{responseType}", identify=lambda id: dict(zip(("restApiId", "responseType"), id.split("/", 1), strict=False)),
        create=Call("put_gateway_response"), update=(Call("put_gateway_response"),), read=_read_response, delete=(Call("delete_gateway_response"),),
        limits={"statusCode": {"pattern": r"[1-5]\d\d"}}, assigned=frozenset({"responseTemplates", "statusCode"}),
        aws_refuses=(
            Refusal("apigateway-response-after-its-api", "The API has to exist.", needs="apigateway/restApi of restApiId"),
            Refusal("apigateway-validation-text", "$context.error.validationErrorString is filled in by AWS; the emulator leaves it as it is written."),
        ),
    ),
]  # fmt: skip
