"""Which metrics AWS publishes under which dimensions, from the services' own lists; what dimensions name; and the alarms of one metric."""

from typing import Any

from tests.program.graph import Graph, Node

METRICS: dict[str, dict[tuple[str, ...], dict[str, bool]]] = {
    "AWS/Lambda": {("FunctionName",): {
        "Errors": True, "Throttles": False, "Duration": False, "ConcurrentExecutions": False, "AsyncEventsDropped": False,
        "DestinationDeliveryFailures": False, "IteratorAge": False, "Invocations": False,
    },
        ("FunctionName", "Resource"): {"Errors": True, "Duration": False, "Invocations": False, "ProvisionedConcurrencySpilloverInvocations": False,
                                      "ProvisionedConcurrencyUtilization": True},
        ("ExecutedVersion", "FunctionName", "Resource"): {"Errors": True, "Duration": False, "Invocations": False},
    },
    "AWS/SQS": {("QueueName",): {"ApproximateNumberOfMessagesVisible": False, "ApproximateAgeOfOldestMessage": False, "NumberOfMessagesSent": False}},
    "AWS/SNS": {("TopicName",): {"NumberOfNotificationsFailed": False, "NumberOfMessagesPublished": False}},
    "AWS/Events": {("EventBusName", "RuleName"): {"FailedInvocations": False, "Invocations": False, "InvocationsFailedToBeSentToDlq": False}},
    "AWS/States": {("StateMachineArn",): {"ExecutionsFailed": False, "ExecutionsTimedOut": False, "ExecutionThrottled": False, "ExecutionsStarted": False,
                                        "ExecutionsSucceeded": False}},
    "AWS/Scheduler": {("ScheduleGroup",): {"InvocationDroppedCount": False, "TargetErrorCount": False, "InvocationAttemptCount": False}},
    "AWS/Kinesis": {("StreamName",): {"WriteProvisionedThroughputExceeded": False, "GetRecords.IteratorAgeMilliseconds": False,
                                       "IncomingRecords": False}},
    "AWS/ApiGateway": {
        ("ApiId", "Stage"): {"5xx": True, "4xx": True, "Latency": False, "IntegrationLatency": False,
                              "IntegrationError": True, "ExecutionError": True, "Count": False, "ConnectCount": False, "MessageCount": False},
        ("ApiName", "Stage"): {"Count": False, "5XXError": True, "4XXError": True, "Latency": False, "IntegrationLatency": False},
    },
    "AWS/AppSync": {("GraphQLAPIId",): {"5XXError": False, "4XXError": False, "Latency": False}},
    "AWS/WAFV2": {
        ("Region", "Rule", "WebACL"): {"BlockedRequests": False, "AllowedRequests": False, "CountedRequests": False},
        ("Rule", "WebACL"): {"BlockedRequests": False, "AllowedRequests": False, "CountedRequests": False},  # of a distribution, in us-east-1
    },
    "AWS/CloudFront": {("DistributionId", "Region"): {"5xxErrorRate": False, "4xxErrorRate": False, "Requests": False}},  # rates of 0 to 100
    "AWS/Backup": {("BackupVaultName",): {"NumberOfBackupJobsFailed": False, "NumberOfBackupJobsCompleted": False}},
    "serverless-platform": {
        ("service", "table"): {"RestoreCheckSucceeded": False, "RestoreCheckSeconds": False},  # tests/package/test_restore_check.py
        ("api", "route", "service"): {"ProbeSucceeded": False, "ProbeMilliseconds": False},  # tests/package/test_probe.py
    },
    "AWS/DynamoDB": {
        ("TableName",): {"ReadThrottleEvents": False, "WriteThrottleEvents": False,
                        "ConsumedReadCapacityUnits": False, "ConsumedWriteCapacityUnits": False,
                        "ConditionalCheckFailedRequests": False},
        ("GlobalSecondaryIndexName", "TableName"): {"ReadThrottleEvents": False, "WriteThrottleEvents": False,
                        "ConsumedReadCapacityUnits": False, "ConsumedWriteCapacityUnits": False},
    },
}  # fmt: skip
"""Namespace -> dimensions -> metrics that AWS publishes with exactly these, and whether a rate (0 to 1) is their Average.
AWS/DynamoDB SystemErrors is not here: it is published by Operation."""

OWNERS = {
    "FunctionName": ("lambda/function", "name"), "function_name": ("lambda/function", "name"), "QueueName": ("sqs/queue", "name"), "TableName": ("dynamodb/table", "name"),
    "TopicName": ("sns/topic", "name"), "EventBusName": ("cloudwatch/eventBus", "name"), "RuleName": ("cloudwatch/eventRule", "name"),
    "ScheduleGroup": ("scheduler/scheduleGroup", "name"), "StreamName": ("kinesis/stream", "name"), "ApiName": ("apigateway/restApi", "name"),
    "StateMachineArn": ("sfn/stateMachine", "arn"), "BackupVaultName": ("backup/vault", "name"), "table": ("dynamodb/table", "name"),
}  # fmt: skip
"""Dimension -> the type and the input that its value names."""


def alarms_of_one_metric(graph: Graph) -> list[Node]:
    """Those that compute have no metric of their own: test_slo.py and test_anomalies.py read them."""
    return [node for node in graph.all("cloudwatch/metricAlarm") if "metricQueries" not in node.inputs]


def dimension_exists(graph: Graph, name: str, value: Any) -> bool:
    if name == "service":
        return value in {each.inputs["environment"]["variables"]["WORKLOAD"] for each in graph.all("lambda/function")}
    if name == "api":
        return value in {each.inputs["name"] for kind in ("apigatewayv2/api", "apigateway/restApi") for each in graph.all(kind)}
    if name == "route":
        paths = {f"{each.name}-id": each for each in graph.all("apigateway/resource")}
        return value in {each.inputs["routeKey"] for each in graph.all("apigatewayv2/route")} | {_rest_route(each, paths) for each in graph.all("apigateway/method")}
    if name == "Resource":
        return value in {f"{alias.inputs['functionName']}:{alias.inputs['name']}" for alias in graph.all("lambda/alias")}
    if name == "ExecutedVersion":
        return value in {function.outputs["version"] for function in graph.all("lambda/function")}
    if name == "GlobalSecondaryIndexName":
        return value in {index["name"] for table in graph.all("dynamodb/table") for index in table.inputs.get("globalSecondaryIndexes", [])}
    if name == "ApiId":
        return value in {f"{api.name}-id" for api in graph.all("apigatewayv2/api")}
    if name == "GraphQLAPIId":
        return value in {f"{api.name}-id" for api in graph.all("appsync/graphQLApi")}
    if name == "DistributionId":
        return value in {f"{distribution.name}-id" for distribution in graph.all("cloudfront/distribution")}
    if name == "Region":
        return value in ("Global", "eu-west-1")  # of metrics of CloudFront and of WAF
    if name in ("WebACL", "Rule"):
        seen = [each["visibilityConfig"]["metricName"] for acl in graph.all("wafv2/webAcl") for each in (acl.inputs, *acl.inputs["rules"])]
        return value in (*seen, "ALL")
    if name == "Stage":
        stages = [*graph.all("apigatewayv2/stage"), *graph.all("apigateway/stage")]
        return value in {stage.inputs.get("name", stage.inputs.get("stageName")) for stage in stages}
    kind, field = OWNERS[name]
    return value in {node.inputs.get(field) or node.outputs.get(field) for node in graph.all(kind)}


def _rest_route(method: Node, paths: dict[str, Node]) -> str:
    """Method and path of a method of a REST API, from the tree of its resources."""
    segments, at = [], paths.get(method.inputs["resourceId"])
    while at is not None:
        segments.append(at.inputs["pathPart"])
        at = paths.get(at.inputs["parentId"])
    return f"{method.inputs['httpMethod']} /{'/'.join(reversed(segments))}"
