"""Which metrics AWS publishes under which dimensions, from the services' own lists."""

METRICS: dict[str, dict[tuple[str, ...], dict[str, bool]]] = {
    "AWS/Lambda": {("FunctionName",): {
        "Errors": True, "Throttles": False, "Duration": False, "ConcurrentExecutions": False, "AsyncEventsDropped": False,
        "DestinationDeliveryFailures": False, "IteratorAge": False,
    },
        ("FunctionName", "Resource"): {"Errors": True, "Duration": False},
        ("ExecutedVersion", "FunctionName", "Resource"): {"Errors": True, "Duration": False},
    },
    "AWS/SQS": {("QueueName",): {"ApproximateNumberOfMessagesVisible": False, "ApproximateAgeOfOldestMessage": False}},
    "AWS/SNS": {("TopicName",): {"NumberOfNotificationsFailed": False}},
    "AWS/Events": {("EventBusName", "RuleName"): {"FailedInvocations": False, "InvocationsFailedToBeSentToDlq": False}},
    "AWS/States": {("StateMachineArn",): {"ExecutionsFailed": False, "ExecutionsTimedOut": False, "ExecutionThrottled": False}},
    "AWS/Scheduler": {("ScheduleGroup",): {"InvocationDroppedCount": False, "TargetErrorCount": False}},
    "AWS/Kinesis": {("StreamName",): {"WriteProvisionedThroughputExceeded": False, "GetRecords.IteratorAgeMilliseconds": False}},
    "AWS/ApiGateway": {
        ("ApiId", "Stage"): {"5xx": True, "4xx": True, "Latency": False, "IntegrationLatency": False,
                              "IntegrationError": True, "ExecutionError": True},
        ("ApiName", "Stage"): {"5XXError": True, "4XXError": True, "Latency": False, "IntegrationLatency": False},
    },
    "AWS/AppSync": {("GraphQLAPIId",): {"5XXError": False, "Latency": False}},
    "AWS/DynamoDB": {
        ("TableName",): {"ReadThrottleEvents": False, "WriteThrottleEvents": False},
        ("GlobalSecondaryIndexName", "TableName"): {"ReadThrottleEvents": False, "WriteThrottleEvents": False},
    },
}  # fmt: skip
"""Namespace -> dimensions -> metrics that AWS publishes with exactly these, and whether a rate (0 to 1) is their Average.
AWS/DynamoDB SystemErrors is not here: it is published by Operation."""

OWNERS = {
    "FunctionName": ("lambda/function", "name"), "function_name": ("lambda/function", "name"), "QueueName": ("sqs/queue", "name"), "TableName": ("dynamodb/table", "name"),
    "TopicName": ("sns/topic", "name"), "EventBusName": ("cloudwatch/eventBus", "name"), "RuleName": ("cloudwatch/eventRule", "name"),
    "ScheduleGroup": ("scheduler/scheduleGroup", "name"), "StreamName": ("kinesis/stream", "name"), "ApiName": ("apigateway/restApi", "name"),
    "StateMachineArn": ("sfn/stateMachine", "arn"),
}  # fmt: skip
"""Dimension -> the type and the input that its value names."""
