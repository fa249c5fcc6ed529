"""One case per resource type: how it is made, what changes in place, what replaces. The conformance test goes through all."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import wire

Inputs = dict[str, Any]
Made = dict[str, dict[str, Any]]
"""Name of something that the case needs -> its properties."""


@dataclass(frozen=True)
class Case:
    """token: the type. needs: what has to be there: name -> (type, inputs). inputs: how it is made, from what is there.

    changed: what the update changes. replaced: what makes a replacement, and None where nothing does.
    import_id: how an import names it; by its id, as a rule. not_imported: inputs that an import cannot find out.
    stays: its deletion leaves it there, until what it belongs to goes.
    """

    token: str
    inputs: Callable[[Made], Inputs]
    changed: Inputs | Callable[[Made], Inputs] = field(default_factory=dict)
    replaced: Inputs | None = None
    needs: tuple[tuple[str, str, Callable[[Made], Inputs]], ...] = ()
    outputs: tuple[str, ...] = ()
    import_id: Callable[[Made, dict[str, Any]], str] | None = None
    not_imported: frozenset[str] = frozenset()
    deletes_first: bool = True
    stays: bool = False


def document(*actions: str, resource: str = "*", principal: Any = None) -> str:
    statement = {"Sid": "One", "Effect": "Allow", "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **({"Principal": principal} if principal else {})}]})


TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})  # fmt: skip
ROOT_KEY = document("kms:*", principal={"AWS": f"arn:aws:iam::{wire.ACCOUNT}:root"})
CODE = wire.assets(**{"app.py": "def handler(event, context):\n    return 1\n"})
NEW_CODE = wire.assets(**{"app.py": "def handler(event, context):\n    return 2\n"})

QUEUE, TOPIC, KEY, ROLE = "aws:sqs/queue:Queue", "aws:sns/topic:Topic", "aws:kms/key:Key", "aws:iam/role:Role"
FUNCTION, ALIAS, BUCKET, API = (
    "aws:lambda/function:Function",
    "aws:lambda/alias:Alias",
    "aws:s3/bucket:Bucket",
    "aws:apigatewayv2/api:Api",
)
POOL = "aws:cognito/userPool:UserPool"

need_role = ("role", ROLE, lambda made: {"name": "needed-role", "assumeRolePolicy": TRUST})
need_key = ("key", KEY, lambda made: {"policy": ROOT_KEY, "deletionWindowInDays": 7})
need_queue = ("queue", QUEUE, lambda made: {"name": "needed-queue", "visibilityTimeoutSeconds": 60})
need_topic = ("topic", TOPIC, lambda made: {"name": "needed-topic"})
need_bucket = ("bucket", BUCKET, lambda made: {"bucket": "needed-bucket", "forceDestroy": True})
need_api = ("api", API, lambda made: {"name": "needed-api", "protocolType": "HTTP"})
need_pool = ("pool", POOL, lambda made: {"name": "needed-pool"})


def function_inputs(made: Made, name: str = "needed-function") -> Inputs:
    return {
        "name": name,
        "role": made["role"]["arn"],
        "runtime": "python3.13",
        "handler": "app.handler",
        "code": CODE,
        "publish": True,
    }


need_function = ("function", FUNCTION, function_inputs)
need_alias = ("alias", ALIAS, lambda made: {"name": "live", "functionName": made["function"]["name"], "functionVersion": "1"})
need_integration = ("integration", "aws:apigatewayv2/integration:Integration", lambda made: {
    "apiId": made["api"]["id"], "integrationType": "AWS_PROXY", "integrationUri": made["function"]["invokeArn"],
    "payloadFormatVersion": "2.0"})  # fmt: skip


def of_bucket(made: Made, **inputs: Any) -> Inputs:
    return {"bucket": made["bucket"]["bucket"], **inputs}


def of_api(made: Made, **inputs: Any) -> Inputs:
    return {"apiId": made["api"]["id"], **inputs}


def child_of_api(made: Made, state: dict[str, Any]) -> str:
    return f"{state['apiId']}/{state['id']}"


CASES = [
    Case(KEY, lambda made: {"description": "one", "policy": ROOT_KEY, "enableKeyRotation": True, "deletionWindowInDays": 7, "tags": {"a": "1"}},
         changed={"description": "two", "enableKeyRotation": False, "tags": {"b": "2"}}, replaced={"keyUsage": "SIGN_VERIFY", "customerMasterKeySpec": "RSA_2048"},
         outputs=("arn", "keyId"), not_imported=frozenset({"deletionWindowInDays"}), deletes_first=False),
    Case("aws:kms/alias:Alias", lambda made: {"name": "alias/one", "targetKeyId": made["key"]["keyId"]}, needs=(need_key, ("other", KEY, lambda made: {"policy": ROOT_KEY})),
         changed=lambda made: {"targetKeyId": made["other"]["keyId"]}, replaced={"name": "alias/two"}, outputs=("arn", "targetKeyArn"), deletes_first=False),
    Case(TOPIC, lambda made: {"name": "alarms", "kmsMasterKeyId": made["key"]["arn"], "tags": {"a": "1"}}, needs=(need_key,),
         changed={"displayName": "Alarms", "tags": {"a": "2"}}, replaced={"name": "alarms-2"}, outputs=("arn", "owner"), deletes_first=False),
    Case("aws:sns/topicPolicy:TopicPolicy", lambda made: {"arn": made["topic"]["arn"], "policy": document("sns:Publish", resource=made["topic"]["arn"], principal={"Service": "cloudwatch.amazonaws.com"})},
         needs=(need_topic,), changed=lambda made: {"policy": document("sns:Publish", resource=made["topic"]["arn"], principal={"Service": "events.amazonaws.com"})},
         replaced={"arn": f"arn:aws:sns:{wire.REGION}:{wire.ACCOUNT}:other"}, outputs=("owner",), deletes_first=False),
    Case("aws:sns/topicSubscription:TopicSubscription", lambda made: {"topic": made["topic"]["arn"], "protocol": "sqs", "endpoint": made["queue"]["arn"], "rawMessageDelivery": True},
         needs=(need_topic, need_queue), changed={"filterPolicy": json.dumps({"kind": ["order"]}), "rawMessageDelivery": False},
         replaced={"endpoint": f"arn:aws:sqs:{wire.REGION}:{wire.ACCOUNT}:another"}, outputs=("arn",),
         not_imported=frozenset({"confirmationTimeoutInMinutes"}), deletes_first=False),
    Case(POOL, lambda made: {"name": "people", "autoVerifiedAttributes": ["email"], "usernameAttributes": ["email"], "tags": {"a": "1"},
                             "passwordPolicy": {"minimumLength": 14, "requireLowercase": True, "requireNumbers": True, "requireSymbols": False, "requireUppercase": True}},
         changed={"mfaConfiguration": "OPTIONAL", "softwareTokenMfaConfiguration": {"enabled": True}, "tags": {"a": "2"}},
         replaced={"usernameAttributes": ["phone_number"]}, outputs=("arn", "endpoint", "id"), not_imported=frozenset({"passwordPolicy"})),
    Case("aws:cognito/userPoolClient:UserPoolClient", lambda made: {"name": "cli", "userPoolId": made["pool"]["id"], "explicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]},
         needs=(need_pool,), changed={"accessTokenValidity": 5, "tokenValidityUnits": {"accessToken": "minutes"}}, replaced={"generateSecret": True},
         outputs=("id",), import_id=lambda made, state: f"{made['pool']['id']}/{state['id']}", not_imported=frozenset({"explicitAuthFlows"})),
    Case(ROLE, lambda made: {"name": "worker", "assumeRolePolicy": TRUST, "description": "one", "permissionsBoundary": made["boundary"]["arn"], "tags": {"a": "1"}},
         needs=(("boundary", "aws:iam/policy:Policy", lambda made: {"name": "boundary", "policy": document("s3:*")}),),
         changed={"description": "two", "tags": {}, "maxSessionDuration": 7200}, replaced={"path": "/team/"}, outputs=("arn", "uniqueId", "name")),
    Case("aws:iam/rolePolicy:RolePolicy", lambda made: {"name": "access", "role": made["role"]["name"], "policy": document("sqs:SendMessage")}, needs=(need_role,),
         changed={"policy": document("sqs:SendMessage", "sqs:ReceiveMessage")}, replaced={"name": "other"}, deletes_first=False),
    Case("aws:iam/policy:Policy", lambda made: {"name": "edge", "policy": document("s3:*"), "tags": {"a": "1"}}, changed={"policy": document("s3:GetObject"), "tags": {"a": "2"}},
         replaced={"description": "new"}, outputs=("arn", "policyId")),
    Case("aws:cloudwatch/logGroup:LogGroup", lambda made: {"name": "/aws/lambda/one", "retentionInDays": 7, "kmsKeyId": made["key"]["arn"], "tags": {"a": "1"}}, needs=(need_key,),
         changed={"retentionInDays": 14, "tags": {"a": "2"}}, replaced={"name": "/aws/lambda/two"}, outputs=("arn",), deletes_first=False),
    Case("aws:cloudwatch/metricAlarm:MetricAlarm", lambda made: {
            "name": "errors", "namespace": "AWS/Lambda", "metricName": "Errors", "dimensions": {"FunctionName": "one"}, "statistic": "Sum", "period": 60,
            "evaluationPeriods": 5, "datapointsToAlarm": 3, "threshold": 1, "comparisonOperator": "GreaterThanOrEqualToThreshold", "treatMissingData": "notBreaching",
            "alarmActions": [made["topic"]["arn"]], "actionsEnabled": True, "tags": {"a": "1"}}, needs=(need_topic,),
         changed={"threshold": 5, "alarmDescription": "too many", "tags": {"a": "2"}}, replaced={"name": "errors-2"}, outputs=("arn",), deletes_first=False,
         not_imported=frozenset({"period", "dimensions", "alarmActions", "datapointsToAlarm", "treatMissingData"})),
    Case(FUNCTION, lambda made: {**function_inputs(made, "one"), "memorySize": 256, "timeout": 10, "environment": {"variables": {"A": "1"}}, "architectures": ["arm64"],
                                 "tracingConfig": {"mode": "Active"}, "loggingConfig": {"logFormat": "JSON", "applicationLogLevel": "INFO", "systemLogLevel": "WARN", "logGroup": "/aws/lambda/one"},
                                 "layers": [made["layer"]["arn"]], "reservedConcurrentExecutions": 5, "tags": {"a": "1"}},
         needs=(need_role, ("layer", "aws:lambda/layerVersion:LayerVersion", lambda made: {"layerName": "needed-layer", "code": CODE})),
         changed={"code": NEW_CODE, "timeout": 20, "environment": {"variables": {"B": "2"}}, "reservedConcurrentExecutions": 2, "tags": {"b": "2"}},
         replaced={"packageType": "Image", "code": None, "imageUri": "000000000000.dkr.ecr.eu-west-1.amazonaws.com/one:1", "handler": None, "runtime": None},
         outputs=("arn", "invokeArn", "qualifiedArn", "version", "codeSha256", "lastModified"), not_imported=frozenset({"code", "publish"})),
    Case("aws:lambda/layerVersion:LayerVersion", lambda made: {"layerName": "packages", "code": CODE, "compatibleRuntimes": ["python3.13"], "compatibleArchitectures": ["arm64"]},
         replaced={"code": NEW_CODE}, outputs=("arn", "layerArn", "version"), not_imported=frozenset({"code"}), deletes_first=False),
    Case(ALIAS, lambda made: {"name": "live", "functionName": made["function"]["name"], "functionVersion": "1"}, needs=(need_role, need_function),
         changed={"description": "what everyone invokes"}, replaced={"name": "other"}, outputs=("arn", "invokeArn"), deletes_first=False),
    Case("aws:lambda/permission:Permission", lambda made: {"statementId": "api", "action": "lambda:InvokeFunction", "function": made["function"]["name"], "qualifier": made["alias"]["name"],
                                                           "principal": "apigateway.amazonaws.com", "sourceArn": f"arn:aws:execute-api:{wire.REGION}:{wire.ACCOUNT}:abc/*/*"},
         needs=(need_role, need_function, need_alias), replaced={"principal": "events.amazonaws.com"},
         import_id=lambda made, state: f"{made['function']['name']}:live/api"),
    Case("aws:lambda/eventSourceMapping:EventSourceMapping", lambda made: {"eventSourceArn": made["queue"]["arn"], "functionName": made["alias"]["arn"], "batchSize": 10,
                                                                           "functionResponseTypes": ["ReportBatchItemFailures"], "tags": {"a": "1"}},
         needs=(need_role, need_function, need_alias, need_queue), changed={"batchSize": 5, "scalingConfig": {"maximumConcurrency": 4}},
         replaced={"eventSourceArn": f"arn:aws:sqs:{wire.REGION}:{wire.ACCOUNT}:another"}, outputs=("arn", "uuid"), deletes_first=False),
    Case("aws:dynamodb/table:Table", lambda made: {
            "name": "orders", "billingMode": "PAY_PER_REQUEST", "hashKey": "order_id", "attributes": [{"name": "order_id", "type": "S"}, {"name": "day", "type": "S"}],
            "globalSecondaryIndexes": [{"name": "by-day", "hashKey": "day", "projectionType": "ALL"}], "pointInTimeRecovery": {"enabled": True}, "onDemandThroughput": {"maxReadRequestUnits": 100, "maxWriteRequestUnits": 50},
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": made["key"]["arn"]}, "ttl": {"attributeName": "expires_at", "enabled": True},
            "streamEnabled": True, "streamViewType": "NEW_IMAGE", "tags": {"a": "1"}}, needs=(need_key,),
         changed={"globalSecondaryIndexes": None, "attributes": [{"name": "order_id", "type": "S"}], "deletionProtectionEnabled": False, "onDemandThroughput": {"maxReadRequestUnits": 40000, "maxWriteRequestUnits": 60},
                  "ttl": {"attributeName": "expires_at", "enabled": False}, "tags": {"a": "2"}},
         replaced={"hashKey": "id", "attributes": [{"name": "id", "type": "S"}], "globalSecondaryIndexes": None}, outputs=("arn", "streamArn"),
         not_imported=frozenset({"ttl"})),
    Case(QUEUE, lambda made: {"name": "work", "visibilityTimeoutSeconds": 60, "kmsMasterKeyId": made["key"]["arn"], "tags": {"a": "1"},
                              "redrivePolicy": json.dumps({"deadLetterTargetArn": made["queue"]["arn"], "maxReceiveCount": 5})}, needs=(need_key, need_queue),
         changed={"visibilityTimeoutSeconds": 90, "redrivePolicy": None, "tags": {"b": "2"}}, replaced={"name": "work-2"}, outputs=("arn", "url"), deletes_first=False),
    Case("aws:sqs/queuePolicy:QueuePolicy", lambda made: {"queueUrl": made["queue"]["url"], "policy": document("sqs:SendMessage", resource=made["queue"]["arn"], principal="*")},
         needs=(need_queue,), changed=lambda made: {"policy": document("sqs:ReceiveMessage", resource=made["queue"]["arn"], principal="*")}, replaced={"queueUrl": "http://127.0.0.1/000000000000/other"}, deletes_first=False),
    Case("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", lambda made: {"queueUrl": made["queue"]["url"], "redriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"})},
         needs=(need_queue,), changed={"redriveAllowPolicy": json.dumps({"redrivePermission": "allowAll"})}, replaced={"queueUrl": "http://127.0.0.1/000000000000/other"}, deletes_first=False),
    Case(BUCKET, lambda made: {"bucket": "receipts-1", "forceDestroy": True, "tags": {"a": "1"}}, changed={"tags": {"b": "2"}}, replaced={"bucket": "receipts-2"},
         outputs=("arn", "bucketRegionalDomainName"), not_imported=frozenset({"forceDestroy"}), deletes_first=False),
    Case("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", lambda made: of_bucket(made, blockPublicAcls=True, blockPublicPolicy=True, ignorePublicAcls=True, restrictPublicBuckets=True),
         needs=(need_bucket,), changed={"ignorePublicAcls": False}, replaced={"bucket": "other-bucket"}, deletes_first=False),
    Case("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
         lambda made: of_bucket(made, rules=[{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": made["key"]["arn"]}, "bucketKeyEnabled": True}]),
         needs=(need_bucket, need_key), changed=lambda made: {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": made["key"]["arn"]}, "bucketKeyEnabled": False}]}, replaced={"bucket": "other-bucket"}, deletes_first=False),
    Case("aws:s3/bucketVersioning:BucketVersioning", lambda made: of_bucket(made, versioningConfiguration={"status": "Suspended"}), needs=(need_bucket,),
         changed={"versioningConfiguration": {"status": "Enabled"}}, replaced={"bucket": "other-bucket"}, deletes_first=False),
    Case("aws:s3/bucketOwnershipControls:BucketOwnershipControls", lambda made: of_bucket(made, rule={"objectOwnership": "BucketOwnerEnforced"}), needs=(need_bucket,),
         changed={"rule": {"objectOwnership": "BucketOwnerPreferred"}}, replaced={"bucket": "other-bucket"}, deletes_first=False),
    Case("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", lambda made: of_bucket(made, rules=[
            {"id": "old", "status": "Enabled", "filter": {"prefix": ""}, "noncurrentVersionExpiration": {"noncurrentDays": 7}, "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}]),
         needs=(need_bucket,), changed={"rules": [{"id": "expire", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": 30}}]}, replaced={"bucket": "other-bucket"}, deletes_first=False),
    Case("aws:s3/bucketPolicy:BucketPolicy", lambda made: of_bucket(made, policy=document("s3:GetObject", resource="arn:aws:s3:::needed-bucket/*", principal={"AWS": wire.ACCOUNT})), needs=(need_bucket,),
         changed=lambda made: {"policy": document("s3:PutObject", resource="arn:aws:s3:::needed-bucket/*", principal={"AWS": wire.ACCOUNT})}, replaced={"bucket": "other-bucket"}, deletes_first=False),
    Case(API, lambda made: {"name": "orders", "protocolType": "HTTP", "description": "one", "corsConfiguration": {"allowOrigins": ["https://a.example"], "allowMethods": ["*"], "maxAge": 300}, "tags": {"a": "1"}},
         changed={"description": "two", "tags": {"a": "2"}}, replaced={"protocolType": "WEBSOCKET", "routeSelectionExpression": "$request.body.action", "corsConfiguration": None}, outputs=("arn", "apiEndpoint", "executionArn", "id")),
    Case("aws:apigatewayv2/stage:Stage", lambda made: of_api(made, name="$default", autoDeploy=True, defaultRouteSettings={"throttlingRateLimit": 10, "throttlingBurstLimit": 20}, tags={"a": "1"},
                                                             accessLogSettings={"destinationArn": f"arn:aws:logs:{wire.REGION}:{wire.ACCOUNT}:log-group:api", "format": "$context.requestId"}),
         needs=(need_api,), changed={"defaultRouteSettings": {"throttlingRateLimit": 20, "throttlingBurstLimit": 20}, "tags": {"a": "2"}}, replaced={"name": "v1"},
         outputs=("arn", "invokeUrl", "executionArn"), import_id=child_of_api, deletes_first=False),
    Case("aws:apigatewayv2/route:Route", lambda made: of_api(made, routeKey="POST /orders", target=f"integrations/{made['integration']['id']}"), needs=(need_role, need_function, need_api, need_integration),
         changed={"routeKey": "PUT /orders"}, replaced={"apiId": "00000000"}, outputs=("id",), import_id=child_of_api, deletes_first=False),
    Case("aws:apigatewayv2/integration:Integration", lambda made: of_api(made, integrationType="AWS_PROXY", integrationMethod="POST", integrationUri=made["function"]["invokeArn"], payloadFormatVersion="2.0", timeoutMilliseconds=10000),
         needs=(need_role, need_function, need_api), changed={"timeoutMilliseconds": 20000}, replaced={"integrationType": "HTTP_PROXY"}, outputs=("id",), import_id=child_of_api, deletes_first=False),
    Case("aws:apigatewayv2/authorizer:Authorizer", lambda made: of_api(made, name="jwt", authorizerType="JWT", identitySources=["$request.header.Authorization"],
                                                                       jwtConfiguration={"issuer": f"https://{made['pool']['endpoint']}", "audiences": ["one"]}),
         needs=(need_api, need_pool), changed=lambda made: {"jwtConfiguration": {"issuer": f"https://{made['pool']['endpoint']}", "audiences": ["one", "two"]}},
         replaced={"apiId": "00000000"}, outputs=("id",), import_id=child_of_api),
    Case("aws:budgets/budget:Budget", lambda made: {"name": "orders", "budgetType": "COST", "timeUnit": "MONTHLY", "limitAmount": "50", "limitUnit": "USD", "costFilters": [{"name": "TagKeyValue", "values": ["user:workload$orders"]}],
                                                    "notifications": [{"comparisonOperator": "GREATER_THAN", "threshold": 80, "thresholdType": "PERCENTAGE", "notificationType": "ACTUAL", "subscriberEmailAddresses": ["a@example.com"]}], "tags": {"a": "1"}},
         changed={"limitAmount": "75", "notifications": [{"comparisonOperator": "GREATER_THAN", "threshold": 100, "thresholdType": "PERCENTAGE", "notificationType": "FORECASTED", "subscriberEmailAddresses": ["b@example.com"]}]},
         replaced={"name": "orders-2"}, outputs=("arn",), deletes_first=False, not_imported=frozenset({"notifications"})),
]  # fmt: skip
