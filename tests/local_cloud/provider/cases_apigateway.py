"""Cases of REST APIs: Amazon API Gateway, version 1."""

import json
from typing import Any

from . import wire
from .cases import ROLE, TRUST, Case, Inputs, Made, need_alias, need_function, need_pool, need_role

NEW, STAGE = "aws:apigateway/restApi:RestApi", "aws:apigateway/stage:Stage"
MODEL = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer", "minimum": 1}}}  # fmt: skip


def of_rest(made: Made, **inputs: Any) -> Inputs:
    return {"restApi": made["rest"]["id"], **inputs}


def of_method(made: Made, **inputs: Any) -> Inputs:
    return of_rest(made, resourceId=made["resource"]["id"], httpMethod=made["method"]["httpMethod"], **inputs)


def in_api(made: Made, state: dict[str, Any]) -> str:
    return f"{state['restApi']}/{state['id']}"


def of_stage(made: Made, **inputs: Any) -> Inputs:
    return of_rest(made, stageName=made["stage"]["stageName"], **inputs)


need_rest = ("rest", NEW, lambda made: {"name": "needed-rest"})
need_resource = (
    "resource",
    "aws:apigateway/resource:Resource",
    lambda made: of_rest(made, parentId=made["rest"]["rootResourceId"], pathPart="quotes"),
)
need_validator = (
    "validator",
    "aws:apigateway/requestValidator:RequestValidator",
    lambda made: of_rest(made, name="all", validateRequestBody=True),
)
need_method = (
    "method",
    "aws:apigateway/method:Method",
    lambda made: of_rest(made, resourceId=made["resource"]["id"], httpMethod="POST", authorization="NONE", apiKeyRequired=True),
)
need_integration = (
    "integration",
    "aws:apigateway/integration:Integration",
    lambda made: of_method(made, type="AWS_PROXY", integrationHttpMethod="POST", uri=made["alias"]["invokeArn"]),
)
need_deployment = ("deployment", "aws:apigateway/deployment:Deployment", lambda made: of_rest(made))
need_stage = ("stage", STAGE, lambda made: of_rest(made, stageName="v1", deployment=made["deployment"]["id"]))
need_plan = (
    "plan",
    "aws:apigateway/usagePlan:UsagePlan",
    lambda made: {"name": "needed-plan", "apiStages": [{"apiId": made["rest"]["id"], "stage": "v1"}]},
)
need_value = ("key", "aws:apigateway/apiKey:ApiKey", lambda made: {"name": "needed-key", "value": "k" * 32})
WITH_METHOD = (need_rest, need_resource, need_method)
WITH_STAGE = (need_role, need_function, need_alias, *WITH_METHOD, need_integration, need_deployment, need_stage)

CASES = [
    Case(NEW, lambda made: {"name": "partners", "description": "one", "endpointConfiguration": {"types": "REGIONAL"}, "minimumCompressionSize": "1024", "disableExecuteApiEndpoint": True, "tags": {"a": "1"}},
         changed={"description": "two", "name": "partners-2", "disableExecuteApiEndpoint": False, "tags": {"b": "2"}, "policy": json.dumps({"Version": "2012-10-17", "Statement": []})},
         outputs=("arn", "executionArn", "rootResourceId", "createdDate", "id")),
    Case("aws:apigateway/resource:Resource", lambda made: of_rest(made, parentId=made["rest"]["rootResourceId"], pathPart="{quote_id}"), needs=(need_rest,), changed={"pathPart": "{id}"},
         replaced={"restApi": "00000000"}, outputs=("path",), import_id=in_api, deletes_first=False),
    Case("aws:apigateway/method:Method", lambda made: of_rest(made, resourceId=made["resource"]["id"], httpMethod="POST", authorization="NONE", apiKeyRequired=True, requestModels={"application/json": "QuoteRequest"},
                                                              requestValidatorId=made["validator"]["id"], requestParameters={"method.request.querystring.currency": True}),
         needs=(need_rest, need_resource, need_validator), changed={"apiKeyRequired": False, "requestModels": None, "requestParameters": {"method.request.querystring.currency": False}, "authorization": "AWS_IAM"},
         replaced={"httpMethod": "PUT"}, import_id=lambda made, state: f"{state['restApi']}/{state['resourceId']}/{state['httpMethod']}", deletes_first=False),
    Case("aws:apigateway/integration:Integration", lambda made: of_method(made, type="AWS_PROXY", integrationHttpMethod="POST", uri=made["function"]["invokeArn"], timeoutMilliseconds=10_000),
         needs=(need_role, need_function, need_alias, *WITH_METHOD), changed=lambda made: {"uri": made["alias"]["invokeArn"], "timeoutMilliseconds": 20_000}, replaced={"type": "HTTP_PROXY", "uri": "https://example.com"},
         import_id=lambda made, state: f"{state['restApi']}/{state['resourceId']}/{state['httpMethod']}", deletes_first=False),
    Case("aws:apigateway/requestValidator:RequestValidator", lambda made: of_rest(made, name="all", validateRequestBody=True), needs=(need_rest,),
         changed={"validateRequestBody": False, "validateRequestParameters": True}, replaced={"restApi": "00000000"}, import_id=in_api),
    Case("aws:apigateway/model:Model", lambda made: of_rest(made, name="QuoteRequest", contentType="application/json", schema=json.dumps(MODEL)), needs=(need_rest,),
         changed={"schema": json.dumps({**MODEL, "additionalProperties": False}), "description": "a quote"}, replaced={"name": "Other"}, outputs=("id",), import_id=lambda made, state: f"{state['restApi']}/QuoteRequest", deletes_first=False),
    Case("aws:apigateway/authorizer:Authorizer", lambda made: of_rest(made, name="people", type="COGNITO_USER_POOLS", providerArns=[made["pool"]["arn"]]), needs=(need_rest, need_pool),
         changed={"name": "staff", "authorizerResultTtlInSeconds": 60}, replaced={"restApi": "00000000"}, outputs=("arn", "id"), import_id=in_api, deletes_first=False),
    Case("aws:apigateway/deployment:Deployment", lambda made: of_rest(made, triggers={"api": "one"}, description="one"), needs=(need_role, need_function, need_alias, *WITH_METHOD, need_integration), changed={"description": "two"},
         replaced={"triggers": {"api": "two"}}, outputs=("createdDate",), import_id=in_api, not_imported=frozenset({"triggers"}), deletes_first=False),
    Case(STAGE, lambda made: of_rest(made, stageName="v2", deployment=made["deployment"]["id"], xrayTracingEnabled=True, variables={"a": "1"}, tags={"a": "1"}, cacheClusterEnabled=True, cacheClusterSize="0.5",
                                     accessLogSettings={"destinationArn": f"arn:aws:logs:{wire.REGION}:{wire.ACCOUNT}:log-group:api", "format": "$context.requestId"}),
         needs=WITH_STAGE, changed={"description": "the second", "xrayTracingEnabled": False, "variables": {"b": "2"}, "cacheClusterEnabled": False, "cacheClusterSize": None, "accessLogSettings": None, "tags": {"a": "2"}},
         replaced={"stageName": "v3"}, outputs=("arn", "executionArn", "invokeUrl"), import_id=lambda made, state: f"{state['restApi']}/v2", deletes_first=False),
    Case("aws:apigateway/methodSettings:MethodSettings", lambda made: of_stage(made, methodPath="~1quotes~1{quote_id}/GET", settings={"throttlingRateLimit": 5, "throttlingBurstLimit": 10, "metricsEnabled": True, "cachingEnabled": True, "cacheTtlInSeconds": 60}),
         needs=WITH_STAGE, changed={"settings": {"throttlingRateLimit": 2.5, "throttlingBurstLimit": 10, "metricsEnabled": False}}, replaced={"methodPath": "*/*"},
         import_id=lambda made, state: f"{state['restApi']}/v1/~1quotes~1{{quote_id}}/GET", not_imported=frozenset({"settings"}), deletes_first=False),
    Case("aws:apigateway/usagePlan:UsagePlan", lambda made: {"name": "partners", "apiStages": [{"apiId": made["rest"]["id"], "stage": "v1", "throttles": [{"path": "/quotes/POST", "rateLimit": 1, "burstLimit": 2}]}],
                                                             "quotaSettings": {"limit": 100, "period": "DAY"}, "throttleSettings": {"rateLimit": 10, "burstLimit": 20}, "tags": {"a": "1"}},
         needs=WITH_STAGE, changed={"quotaSettings": {"limit": 50, "period": "WEEK", "offset": 1}, "throttleSettings": None, "description": "for partners", "tags": {"a": "2"}}, outputs=("arn", "id")),
    Case("aws:apigateway/usagePlanKey:UsagePlanKey", lambda made: {"usagePlanId": made["plan"]["id"], "keyId": made["key"]["id"], "keyType": "API_KEY"}, needs=(*WITH_STAGE, need_plan, need_value),
         replaced={"keyId": "00000000"}, outputs=("name", "value"), import_id=lambda made, state: f"{state['usagePlanId']}/{state['keyId']}", deletes_first=False),
    Case("aws:apigateway/apiKey:ApiKey", lambda made: {"name": "partner-one", "value": "v" * 20, "tags": {"a": "1"}}, changed={"enabled": False, "description": "the first partner", "tags": {"b": "2"}}, replaced={"value": "w" * 20},
         outputs=("arn", "createdDate", "lastUpdatedDate")),
    Case("aws:apigateway/response:Response", lambda made: {"restApiId": made["rest"]["id"], "responseType": "BAD_REQUEST_BODY", "statusCode": "422", "responseTemplates": {"application/json": '{"title":$context.error.messageString}'}},
         needs=(need_rest,), changed={"statusCode": "400", "responseParameters": {"gatewayresponse.header.x-reason": "'body'"}}, replaced={"responseType": "THROTTLED"},
         import_id=lambda made, state: f"{made['rest']['id']}/BAD_REQUEST_BODY", deletes_first=False),
    Case("aws:apigateway/account:Account", lambda made: {"cloudwatchRoleArn": made["role"]["arn"]}, needs=(need_role, ("other", ROLE, lambda made: {"name": "other-role", "assumeRolePolicy": TRUST})),
         changed=lambda made: {"cloudwatchRoleArn": made["other"]["arn"]}, outputs=("apiKeyVersion", "throttleSettings")),
]  # fmt: skip
