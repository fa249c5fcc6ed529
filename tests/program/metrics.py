"""Which metrics AWS publishes under which dimensions, from the services' own lists; and the alarms of one metric."""

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
    "serverless-platform": {("service", "table"): {"RestoreCheckSucceeded": False, "RestoreCheckSeconds": False}},  # tests/package/test_restore_check.py
    "AWS/DynamoDB": {
        ("TableName",): {"ReadThrottleEvents": False, "WriteThrottleEvents": False,
                        "ConsumedReadCapacityUnits": False, "ConsumedWriteCapacityUnits": False},
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
