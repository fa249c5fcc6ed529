"""The baseline alarms of every workload, as data: which metric, compared with what, why.

Sources: AWS "Recommended alarms" for metrics, dimensions and data points to alarm; thresholds as given at each one.
An alarm counts only if it can fire, so every threshold lies strictly inside the range of its statistic, and every
dimension is one under which the service publishes the metric (a test holds both).

Left out on purpose: DynamoDB SystemErrors (published per table and operation, so an alarm per table never fires), DynamoDB
UserErrors (one number for account and region), S3 request metrics (billed, and off unless switched on), 4xx of an API
(callers' mistakes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from . import apigateway, environment

Kind = Literal[
    "function", "queue_consumer", "asynchronous", "ordered_consumer", "queue", "dead_letter_queue", "failures", "topic", "rule",
    "schedule", "stream", "workflow", "rotation", "http_api", "rest_api", "websocket_api", "graphql_api", "table",
]  # fmt: skip


@dataclass(frozen=True)
class Threshold:
    """A number, or a share of a fact about what is watched (`of`, in the metric's unit)."""

    number: float = 0
    of: str = ""

    def value(self, facts: Mapping[str, float]) -> float:
        """The threshold in the metric's unit. Raises KeyError if the fact is not among `facts`."""
        return self.number * facts[self.of] if self.of else self.number

    def __str__(self) -> str:
        return f"{self.number:g} x {self.of}" if self.of else f"{self.number:g}"


@dataclass(frozen=True)
class AlarmStandard:
    """One alarm. Rates are 0 to 1; `{...}` in a dimension is filled by whoever knows the resource."""

    suffix: str
    """Ends its logical and its physical name."""
    namespace: str
    metric_name: str
    dimensions: Mapping[str, str]
    """Dimension -> value: a constant, or {function_name}, {queue_name}, {table_name}, {workload}."""
    threshold: Threshold
    comparison: Literal["GreaterThanThreshold", "GreaterThanOrEqualToThreshold"]
    range: tuple[float, float | None]
    """Least and greatest value of the statistic; None: no greatest."""
    why: str
    """Ends the sentence "fires when ..."."""
    severity: Literal["page", "ticket"]
    statistic: str | None = None
    extended_statistic: str | None = None
    assigned_dimensions: tuple[str, ...] = ()
    """Dimensions whose values AWS assigns at creation."""
    period_seconds: int = 60
    datapoints_to_alarm: int = 3
    evaluation_periods: int = 3
    treat_missing_data: Literal["notBreaching", "breaching"] = "notBreaching"
    """No data means no calls for every metric here: then nothing is wrong."""
    needs: str = ""
    """Fact without which the alarm is not made, such as a reserved concurrency."""

    def threshold_in_range(self, facts: Mapping[str, float]) -> bool:
        """Whether some value of the statistic is beyond the threshold."""
        value, (least, greatest) = self.threshold.value(facts), self.range
        return value >= least and (greatest is None or value < greatest)


_FUNCTION = {"FunctionName": "{function_name}"}
_QUEUE = {"QueueName": "{queue_name}"}
_TABLE = {"TableName": "{table_name}"}
_MACHINE = {"StateMachineArn": "{state_machine_arn}"}
_RULE = {"EventBusName": "{bus_name}", "RuleName": "{rule_name}"}
_REST_STAGE = {"ApiName": "{api_name}", "Stage": apigateway.REST_STAGE}
_STAGE = {"Stage": apigateway.STAGE}

ALARMS: dict[Kind, tuple[AlarmStandard, ...]] = {
    "function": (
        AlarmStandard(
            "errors", "AWS/Lambda", "Errors", _FUNCTION, Threshold(0.05), "GreaterThanThreshold", (0, 1),
            # Average of Errors is errors / invocations: a rate from one metric, where a formula would bill two.
            "more than 5 % of invocations fail", "page", statistic="Average", datapoints_to_alarm=2,
        ),
        AlarmStandard(
            "throttles", "AWS/Lambda", "Throttles", _FUNCTION, Threshold(1), "GreaterThanOrEqualToThreshold", (0, None),
            "invocations are refused for want of concurrency, five minutes on end", "ticket", statistic="Sum",
            datapoints_to_alarm=5, evaluation_periods=5,
        ),
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
        AlarmStandard(
            "batch-item-failures", environment.METRICS_NAMESPACE_VALUE, "BatchItemFailures", {"service": "{workload}"},
            Threshold(1), "GreaterThanOrEqualToThreshold", (0, None),
            # A partial batch failure leaves the metric Errors at 0, so the function's own alarm is silent.
            "single messages keep failing, though their batches succeed", "ticket", statistic="Sum",
        ),
    ),
    "asynchronous": (
        AlarmStandard(
            "dropped", "AWS/Lambda", "AsyncEventsDropped", _FUNCTION, Threshold(1), "GreaterThanOrEqualToThreshold", (0, None),
            "an event was given up: it was tried three times, or had waited for too long", "page", statistic="Sum",
            datapoints_to_alarm=1, evaluation_periods=1,
        ),
        AlarmStandard(
            # Without this one, an event that is given up and cannot be kept either is lost without a trace.
            "undelivered", "AWS/Lambda", "DestinationDeliveryFailures", _FUNCTION, Threshold(1), "GreaterThanOrEqualToThreshold", (0, None),
            "an event was given up and could not be put into the queue of failures either", "page", statistic="Sum",
            datapoints_to_alarm=1, evaluation_periods=1,
        ),
    ),
    "ordered_consumer": (
        AlarmStandard(
            "iterator-age", "AWS/Lambda", "IteratorAge", _FUNCTION, Threshold(0.5, "record_age_ms"), "GreaterThanThreshold", (0, None),
            "the oldest record has waited half as long as it may before it is given up", "page", statistic="Maximum",
            datapoints_to_alarm=5, evaluation_periods=5,
        ),
    ),
    "failures": (
        AlarmStandard(
            "messages", "AWS/SQS", "ApproximateNumberOfMessagesVisible", _QUEUE, Threshold(0), "GreaterThanThreshold", (0, None),
            "something was given up and waits for somebody", "page", statistic="Maximum", datapoints_to_alarm=1, evaluation_periods=1,
        ),
    ),
    "topic": (
        AlarmStandard(
            "undelivered", "AWS/SNS", "NumberOfNotificationsFailed", {"TopicName": "{topic_name}"}, Threshold(1),
            "GreaterThanOrEqualToThreshold", (0, None), "a message could not be delivered to one of its receivers", "ticket",
            statistic="Sum", datapoints_to_alarm=1, evaluation_periods=1,
        ),
    ),
    "rule": (
        AlarmStandard(
            "failed", "AWS/Events", "FailedInvocations", _RULE, Threshold(1), "GreaterThanOrEqualToThreshold", (0, None),
            "an event could not be delivered for good, so it is in the queue of failures", "page", statistic="Sum",
            datapoints_to_alarm=1, evaluation_periods=1,
        ),
        AlarmStandard(
            "lost", "AWS/Events", "InvocationsFailedToBeSentToDlq", _RULE, Threshold(1), "GreaterThanOrEqualToThreshold", (0, None),
            "an event could be delivered neither to the function nor to the queue of failures: it is lost", "page", statistic="Sum",
            datapoints_to_alarm=1, evaluation_periods=1,
        ),
    ),
    "schedule": (
        AlarmStandard(
            "dropped", "AWS/Scheduler", "InvocationDroppedCount", {"ScheduleGroup": "{schedule_group}"}, Threshold(1),
            "GreaterThanOrEqualToThreshold", (0, None), "a run could not be started and was given up", "page", statistic="Sum",
            datapoints_to_alarm=1, evaluation_periods=1,
        ),
        AlarmStandard(
            "target-errors", "AWS/Scheduler", "TargetErrorCount", {"ScheduleGroup": "{schedule_group}"}, Threshold(1),
            "GreaterThanOrEqualToThreshold", (0, None), "a function refuses to be started by its schedule", "ticket", statistic="Sum",
            datapoints_to_alarm=3, evaluation_periods=3,
        ),
    ),
    "stream": (
        AlarmStandard(
            "write-throttles", "AWS/Kinesis", "WriteProvisionedThroughputExceeded", {"StreamName": "{stream_name}"}, Threshold(10),
            "GreaterThanThreshold", (0, None), "more than ten records a minute are refused, as a rule because of one hot key", "ticket",
            statistic="Sum", datapoints_to_alarm=5, evaluation_periods=5,
        ),
        AlarmStandard(
            "iterator-age", "AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", {"StreamName": "{stream_name}"},
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
        AlarmStandard(
            # Not NumberOfMessagesSent: it does not count what a redrive policy moves.
            "messages", "AWS/SQS", "ApproximateNumberOfMessagesVisible", _QUEUE, Threshold(0), "GreaterThanThreshold", (0, None),
            "a message was given up and waits for somebody", "page", statistic="Maximum", datapoints_to_alarm=1,
            evaluation_periods=1,
        ),
    ),
    "workflow": (
        AlarmStandard(
            "failed", "AWS/States", "ExecutionsFailed", _MACHINE, Threshold(1), "GreaterThanOrEqualToThreshold", (0, None),
            "an execution has failed: what it had begun may be half done", "page", statistic="Sum", datapoints_to_alarm=1,
            evaluation_periods=1,
        ),
        AlarmStandard(
            "timed-out", "AWS/States", "ExecutionsTimedOut", _MACHINE, Threshold(1), "GreaterThanOrEqualToThreshold", (0, None),
            "an execution took longer than it may and was ended", "page", statistic="Sum", datapoints_to_alarm=1, evaluation_periods=1,
        ),
        AlarmStandard(
            "throttled", "AWS/States", "ExecutionThrottled", _MACHINE, Threshold(1), "GreaterThanOrEqualToThreshold", (0, None),
            "steps wait because the account's rate of transitions is used up, five minutes on end", "ticket", statistic="Sum",
            datapoints_to_alarm=5, evaluation_periods=5,
        ),
    ),
    "rotation": (
        AlarmStandard(
            # A rotation is a handful of invocations a month: a rate over three minutes would miss the one that counts.
            "failed", "AWS/Lambda", "Errors", _FUNCTION, Threshold(1), "GreaterThanOrEqualToThreshold", (0, None),
            "a step of a secret's rotation has failed; the value before it is still in force", "ticket", statistic="Sum",
            datapoints_to_alarm=1, evaluation_periods=1,
        ),
    ),
    "http_api": (
        AlarmStandard(
            # HTTP APIs: 5xx by ApiId; REST APIs have other names (5XXError by ApiName).
            "server-errors", "AWS/ApiGateway", "5xx", _STAGE, Threshold(0.05), "GreaterThanThreshold", (0, 1),
            "more than 5 % of requests are answered with 5xx", "page", statistic="Average", assigned_dimensions=("ApiId",),
        ),
        AlarmStandard(
            "latency", "AWS/ApiGateway", "Latency", _STAGE, Threshold(1, "latency_ms_p99"), "GreaterThanThreshold",
            (0, None), "one in a hundred requests takes longer than the workload promises", "ticket", extended_statistic="p99",
            datapoints_to_alarm=5, evaluation_periods=5, assigned_dimensions=("ApiId",),
        ),
    ),
    "rest_api": (
        AlarmStandard(
            # REST APIs: 5XXError by ApiName; HTTP APIs have other names (5xx by ApiId).
            "server-errors", "AWS/ApiGateway", "5XXError", _REST_STAGE, Threshold(0.05), "GreaterThanThreshold", (0, 1),
            "more than 5 % of requests are answered with 5xx", "page", statistic="Average",
        ),
        AlarmStandard(
            "latency", "AWS/ApiGateway", "Latency", _REST_STAGE, Threshold(1, "latency_ms_p99"), "GreaterThanThreshold",
            (0, None), "one in a hundred requests takes longer than the workload promises", "ticket", extended_statistic="p99",
            datapoints_to_alarm=5, evaluation_periods=5,
        ),
    ),
    "websocket_api": (
        AlarmStandard(
            "integration-errors", "AWS/ApiGateway", "IntegrationError", {"Stage": apigateway.SOCKET_STAGE}, Threshold(5),
            "GreaterThanOrEqualToThreshold", (0, None), "functions behind a WebSocket API keep answering with errors", "page",
            statistic="Sum", assigned_dimensions=("ApiId",),
        ),
        AlarmStandard(
            "execution-errors", "AWS/ApiGateway", "ExecutionError", {"Stage": apigateway.SOCKET_STAGE}, Threshold(5),
            "GreaterThanOrEqualToThreshold", (0, None), "API Gateway itself fails to handle connections or messages", "page",
            statistic="Sum", assigned_dimensions=("ApiId",),
        ),
    ),
    "graphql_api": (
        AlarmStandard(
            "server-errors", "AWS/AppSync", "5XXError", {}, Threshold(5), "GreaterThanOrEqualToThreshold", (0, None),
            "AppSync keeps answering with errors of its own", "page", statistic="Sum", assigned_dimensions=("GraphQLAPIId",),
        ),
        AlarmStandard(
            "latency", "AWS/AppSync", "Latency", {}, Threshold(1, "latency_ms_p99"), "GreaterThanThreshold", (0, None),
            "one in a hundred requests takes longer than the workload promises", "ticket", extended_statistic="p99",
            datapoints_to_alarm=5, evaluation_periods=5, assigned_dimensions=("GraphQLAPIId",),
        ),
    ),
    "table": (
        AlarmStandard(
            "read-throttles", "AWS/DynamoDB", "ReadThrottleEvents", _TABLE, Threshold(10), "GreaterThanThreshold", (0, None),
            "more than ten reads a minute are throttled, as a rule because of one hot key", "ticket", statistic="Sum",
            datapoints_to_alarm=5, evaluation_periods=5,
        ),
        AlarmStandard(
            "write-throttles", "AWS/DynamoDB", "WriteThrottleEvents", _TABLE, Threshold(10), "GreaterThanThreshold", (0, None),
            "more than ten writes a minute are throttled, as a rule because of one hot key", "ticket", statistic="Sum",
            datapoints_to_alarm=5, evaluation_periods=5,
        ),
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
}
"""Kind -> facts that `Threshold.value` wants."""

DEFAULT_LATENCY_MS_P99 = 2500
"""For an API whose workload promises nothing, in milliseconds. Source: AWS recommended alarms."""
