"""The baseline alarms of every workload, as data: which metric, compared with what, why.

Sources: AWS "Recommended alarms" for metrics, dimensions and data points to alarm; thresholds as given at each one.
An alarm counts only if it can fire, so every threshold lies strictly inside the range of its statistic, and every
dimension is one under which the service publishes the metric (a test holds both).

Left out on purpose: DynamoDB SystemErrors (published per table and operation, so an alarm per table never fires), DynamoDB
UserErrors (one number for account and region), S3 request metrics (billed, and off unless switched on), 4xx of an API
(callers' mistakes).
"""

from typing import Literal

from . import apigateway, environment
from .alarm_standard import AlarmStandard, Threshold, any_at_all, over_an_hour

Kind = Literal[
    "function", "queue_consumer", "asynchronous", "ordered_consumer", "queue", "dead_letter_queue", "failures", "topic", "bus", "rule",
    "schedule", "stream", "workflow", "rotation", "http_api", "rest_api", "websocket_api", "graphql_api", "table", "index",
]  # fmt: skip

_FUNCTION = {"FunctionName": "{function_name}"}
_QUEUE = {"QueueName": "{queue_name}"}
_TABLE = {"TableName": "{table_name}"}
_INDEX = {"TableName": "{table_name}", "GlobalSecondaryIndexName": "{index_name}"}
_MACHINE = {"StateMachineArn": "{state_machine_arn}"}
_RULE = {"EventBusName": "{bus_name}", "RuleName": "{rule_name}"}
_GROUP = {"ScheduleGroup": "{schedule_group}"}
_STREAM = {"StreamName": "{stream_name}"}
_TOPIC = {"TopicName": "{topic_name}"}
_CONSUMER = {"service": "{workload}", "function_name": "{function_name}"}
"""Of metrics from code that tell functions apart: as Powertools names them."""
_REST_STAGE = {"ApiName": "{api_name}", "Stage": apigateway.REST_STAGE}
_STAGE = {"Stage": apigateway.STAGE}
_SOCKET_STAGE = {"Stage": apigateway.SOCKET_STAGE}

_HALF = 0.5
"""Of the calls of five minutes: with few calls one failure is a high rate by itself, so what counts is that it comes again and again."""

_FUNCTION_ERRORS = AlarmStandard(
    "errors", "AWS/Lambda", "Errors", _FUNCTION, Threshold(0.05), "GreaterThanThreshold", (0, 1),
    # Average of Errors is errors / invocations: a rate from one metric, where a formula would bill two.
    "more than 5 % of invocations fail", "page", statistic="Average", datapoints_to_alarm=2,
)  # fmt: skip
# HTTP APIs: 5xx by ApiId; REST APIs: 5XXError by ApiName. The Average of either is a rate.
_HTTP_ERRORS = AlarmStandard(
    "server-errors", "AWS/ApiGateway", "5xx", _STAGE, Threshold(0.05), "GreaterThanThreshold", (0, 1),
    "more than 5 % of requests are answered with 5xx", "page", statistic="Average", assigned_dimensions=("ApiId",),
)  # fmt: skip
_REST_ERRORS = AlarmStandard(
    "server-errors", "AWS/ApiGateway", "5XXError", _REST_STAGE, Threshold(0.05), "GreaterThanThreshold", (0, 1),
    "more than 5 % of requests are answered with 5xx", "page", statistic="Average",
)  # fmt: skip
_SOCKET_INTEGRATION_ERRORS = AlarmStandard(
    "integration-errors", "AWS/ApiGateway", "IntegrationError", _SOCKET_STAGE, Threshold(0.05), "GreaterThanThreshold", (0, 1),
    "functions behind a WebSocket API answer more than 5 % of messages with errors", "page", statistic="Average", assigned_dimensions=("ApiId",),
)  # fmt: skip
_SOCKET_EXECUTION_ERRORS = AlarmStandard(
    "execution-errors", "AWS/ApiGateway", "ExecutionError", _SOCKET_STAGE, Threshold(0.05), "GreaterThanThreshold", (0, 1),
    "API Gateway itself fails to handle more than 5 % of connections and messages", "page", statistic="Average", assigned_dimensions=("ApiId",),
)  # fmt: skip
_GRAPHQL_ERRORS = AlarmStandard(
    # AppSync counts errors, and its guide names no statistic but the sum.
    "server-errors", "AWS/AppSync", "5XXError", {}, Threshold(5), "GreaterThanOrEqualToThreshold", (0, None),
    "AppSync keeps answering with errors of its own", "page", statistic="Sum", assigned_dimensions=("GraphQLAPIId",),
)  # fmt: skip


def _waiting(why: str) -> AlarmStandard:
    return AlarmStandard(
        "messages", "AWS/SQS", "ApproximateNumberOfMessagesVisible", _QUEUE, Threshold(0), "GreaterThanThreshold", (0, None), why, "page",
        statistic="Maximum", datapoints_to_alarm=1, evaluation_periods=1,
    )  # fmt: skip


def _latency(namespace: str, dimensions: dict[str, str], *assigned: str) -> AlarmStandard:
    return AlarmStandard(
        "latency", namespace, "Latency", dimensions, Threshold(1, "latency_ms_p99"), "GreaterThanThreshold", (0, None),
        "one in a hundred requests takes longer than the workload promises", "ticket", extended_statistic="p99",
        datapoints_to_alarm=5, evaluation_periods=5, assigned_dimensions=assigned,
    )  # fmt: skip


def _throttles(suffix: str, metric: str, dimensions: dict[str, str], what: str, namespace: str = "AWS/DynamoDB") -> AlarmStandard:
    return AlarmStandard(
        suffix, namespace, metric, dimensions, Threshold(10), "GreaterThanThreshold", (0, None),
        f"more than ten {what}, as a rule because of one hot key", "ticket", statistic="Sum", datapoints_to_alarm=5, evaluation_periods=5,
    )  # fmt: skip


ALARMS: dict[Kind, tuple[AlarmStandard, ...]] = {
    "function": (
        _FUNCTION_ERRORS,
        over_an_hour(_FUNCTION_ERRORS, _HALF, "half of the invocations or more fail, again and again within an hour, however few there are"),
        any_at_all("throttles", "AWS/Lambda", "Throttles", _FUNCTION,
                   "invocations are refused for want of concurrency, five minutes on end", "ticket", minutes=5),
        AlarmStandard(
            "duration", "AWS/Lambda", "Duration", _FUNCTION, Threshold(0.8, "timeout_ms"), "GreaterThanThreshold", (0, None),
            "one in a hundred runs takes more than 80 % of the timeout", "ticket", extended_statistic="p99",
        ),
        AlarmStandard(
            "concurrency", "AWS/Lambda", "ConcurrentExecutions", _FUNCTION, Threshold(0.8, "reserved_concurrency"),
            "GreaterThanThreshold", (0, None), "more than 80 % of the reserved concurrency is in use", "ticket",
            statistic="Maximum", datapoints_to_alarm=10, evaluation_periods=10, needs="reserved_concurrency",
        ),
    ),
    "queue_consumer": (
        # A partial batch failure leaves the metric Errors at 0, so the function's own alarm is silent.
        any_at_all("batch-item-failures", environment.METRICS_NAMESPACE_VALUE, "BatchItemFailures", _CONSUMER,
                   "single messages keep failing, though their batches succeed", "ticket", minutes=3),
    ),
    "asynchronous": (
        any_at_all("dropped", "AWS/Lambda", "AsyncEventsDropped", _FUNCTION,
                   "an event was given up: it was tried three times, or had waited for too long", "page"),
        # Without this one, an event that is given up and cannot be kept either is lost without a trace.
        any_at_all("undelivered", "AWS/Lambda", "DestinationDeliveryFailures", _FUNCTION,
                   "an event was given up and could not be put into the queue of failures either", "page"),
    ),
    "ordered_consumer": (
        AlarmStandard(
            "iterator-age", "AWS/Lambda", "IteratorAge", _FUNCTION, Threshold(0.5, "record_age_ms"), "GreaterThanThreshold", (0, None),
            "the oldest record has waited half as long as it may before it is given up", "page", statistic="Maximum",
            datapoints_to_alarm=5, evaluation_periods=5,
        ),
    ),
    "failures": (
        _waiting("something was given up and waits for somebody"),
    ),
    "topic": (
        any_at_all("undelivered", "AWS/SNS", "NumberOfNotificationsFailed", _TOPIC,
                   "a message could not be delivered to one of its receivers", "ticket"),
    ),
    "bus": (
        _waiting("a bus could not process an event because of its key, and the event waits for somebody"),
    ),
    "rule": (
        any_at_all("failed", "AWS/Events", "FailedInvocations", _RULE,
                   "an event could not be delivered for good, so it is in the queue of failures", "page"),
        any_at_all("lost", "AWS/Events", "InvocationsFailedToBeSentToDlq", _RULE,
                   "an event could be delivered neither to the function nor to the queue of failures: it is lost", "page"),
    ),
    "schedule": (
        any_at_all("dropped", "AWS/Scheduler", "InvocationDroppedCount", _GROUP, "a run could not be started and was given up", "page"),
        # One is enough: a nightly run is tried again with growing pauses, so two errors never lie in minutes that follow each other.
        any_at_all("target-errors", "AWS/Scheduler", "TargetErrorCount", _GROUP, "a function refused to be started by its schedule", "ticket"),
    ),
    "stream": (
        _throttles("write-throttles", "WriteProvisionedThroughputExceeded", _STREAM, "records a minute are refused", "AWS/Kinesis"),
        AlarmStandard(
            "iterator-age", "AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", _STREAM,
            Threshold(0.5, "retention_ms"), "GreaterThanThreshold", (0, None),
            "records wait half as long as they are kept: the next half loses them", "page", statistic="Maximum",
            datapoints_to_alarm=5, evaluation_periods=5,
        ),
    ),
    "queue": (
        AlarmStandard(
            "oldest-message", "AWS/SQS", "ApproximateAgeOfOldestMessage", _QUEUE, Threshold(0.5, "retention_seconds"),
            "GreaterThanThreshold", (0, None), "messages wait half as long as they are kept: the next half loses them", "page",
            statistic="Maximum", datapoints_to_alarm=15, evaluation_periods=15,
        ),
        AlarmStandard(
            "backlog", "AWS/SQS", "ApproximateAgeOfOldestMessage", _QUEUE, Threshold(10, "visibility_seconds"),
            "GreaterThanThreshold", (0, None), "the oldest message has waited ten times as long as a run may take", "ticket",
            statistic="Maximum", datapoints_to_alarm=15, evaluation_periods=15,
        ),
    ),
    "dead_letter_queue": (
        # Not NumberOfMessagesSent: it does not count what a redrive policy moves.
        _waiting("a message was given up and waits for somebody"),
    ),
    "workflow": (
        any_at_all("failed", "AWS/States", "ExecutionsFailed", _MACHINE,
                   "an execution has failed: what it had begun may be half done", "page"),
        any_at_all("timed-out", "AWS/States", "ExecutionsTimedOut", _MACHINE, "an execution took longer than it may and was ended", "page"),
        any_at_all("throttled", "AWS/States", "ExecutionThrottled", _MACHINE,
                   "steps wait because the account's rate of transitions is used up, five minutes on end", "ticket", minutes=5),
    ),
    "rotation": (
        # A rotation is a handful of invocations a month: a rate over three minutes would miss the one that counts.
        any_at_all("failed", "AWS/Lambda", "Errors", _FUNCTION,
                   "a step of a secret's rotation has failed; the value before it is still in force", "ticket"),
    ),
    "http_api": (
        _HTTP_ERRORS,
        over_an_hour(_HTTP_ERRORS, _HALF, "half of the requests or more are answered with 5xx, again and again within an hour, however few there are"),
        _latency("AWS/ApiGateway", _STAGE, "ApiId"),
    ),
    "rest_api": (
        _REST_ERRORS,
        over_an_hour(_REST_ERRORS, _HALF, "half of the requests or more are answered with 5xx, again and again within an hour, however few there are"),
        _latency("AWS/ApiGateway", _REST_STAGE),
    ),
    "websocket_api": (
        _SOCKET_INTEGRATION_ERRORS,
        over_an_hour(_SOCKET_INTEGRATION_ERRORS, _HALF, "half of the messages or more are answered with errors, again and again within an hour, however few there are"),
        _SOCKET_EXECUTION_ERRORS,
        over_an_hour(_SOCKET_EXECUTION_ERRORS, _HALF, "API Gateway itself fails to handle half of the messages or more, again and again within an hour, however few there are"),
    ),
    "graphql_api": (
        _GRAPHQL_ERRORS,
        over_an_hour(_GRAPHQL_ERRORS, 1, "AppSync answers with errors of its own again and again within an hour"),
        _latency("AWS/AppSync", {}, "GraphQLAPIId"),
    ),
    "table": (
        _throttles("read-throttles", "ReadThrottleEvents", _TABLE, "reads a minute are throttled"),
        _throttles("write-throttles", "WriteThrottleEvents", _TABLE, "writes a minute are throttled"),
    ),
    "index": (
        # By table alone neither counts what is throttled at an index; and a write that its index cannot take is refused for the table.
        _throttles("read-throttles", "ReadThrottleEvents", _INDEX, "reads of an index a minute are throttled"),
        _throttles("write-throttles", "WriteThrottleEvents", _INDEX, "writes to an index a minute are throttled, and those to its table with them"),
    ),
}  # fmt: skip
"""Kind of what is watched -> its alarms. The facts that thresholds refer to: FACTS."""

FACTS: dict[Kind, tuple[str, ...]] = {
    "function": ("timeout_ms", "reserved_concurrency"),
    "queue_consumer": (),
    "asynchronous": (),
    "ordered_consumer": ("record_age_ms",),
    "failures": (),
    "topic": (),
    "bus": (),
    "rule": (),
    "schedule": (),
    "stream": ("retention_ms",),
    "workflow": (),
    "rotation": (),
    "queue": ("retention_seconds", "visibility_seconds"),
    "dead_letter_queue": (),
    "http_api": ("latency_ms_p99",),
    "rest_api": ("latency_ms_p99",),
    "websocket_api": (),
    "graphql_api": ("latency_ms_p99",),
    "table": (),
    "index": (),
}
"""Kind -> facts that `Threshold.value` wants."""

DEFAULT_LATENCY_MS_P99 = 2500
"""For an API whose workload promises nothing, in milliseconds. Source: AWS recommended alarms."""
