"""The catalogue of alarms: every one can fire, its numbers are these, and it fires for the traffic that it is meant for."""

import dataclasses

import pytest

from platform_contract.platform import alarm_standard
from platform_contract.registry import ALARMS, METRICS

EXAMPLES = {
    "timeout_ms": 10_000,
    "reserved_concurrency": 10,
    "retention_seconds": 345_600,
    "visibility_seconds": 180,
    "latency_ms_p99": 800,
    "record_age_ms": 3_600_000,
    "retention_ms": 172_800_000,
}
DIMENSIONS = {
    "AWS/Lambda": {"FunctionName"}, "AWS/SQS": {"QueueName"}, "AWS/SNS": {"TopicName"}, "AWS/Events": {"EventBusName", "RuleName"},
    "AWS/States": {"StateMachineArn"}, "AWS/AppSync": {"GraphQLAPIId"}, "AWS/Scheduler": {"ScheduleGroup"}, "AWS/Kinesis": {"StreamName"},
    "AWS/DynamoDB": {"TableName"}, "AWS/ApiGateway": {"ApiId", "Stage"}, "serverless-platform": {"service", "function_name"},
}  # fmt: skip
"""Namespace -> dimensions under which its metrics are published: AWS recommended alarms, and each service's guide on its metrics; the last
one by the handlers (tests/handlers/conftest.py reads what they emit)."""
OTHER_DIMENSIONS = {"rest_api": {"ApiName", "Stage"}, "index": {"TableName", "GlobalSecondaryIndexName"}}
"""Kind -> dimensions, where a namespace has more than one set: API Gateway developer guide, "Amazon API Gateway dimensions and metrics";
DynamoDB developer guide, "DynamoDB Metrics and dimensions"."""

ROWS = [(kind, row) for kind, rows in ALARMS.items() for row in rows]
IDS = [f"{kind}-{row.suffix}" for kind, row in ROWS]

AWS = "AWS recommended alarms"
TOOLKIT = "aws/agent-toolkit-for-aws, aws-observability/references/alarms.md"
OURS = "ours: once is enough, because something was given up"
HOUR = "ours: three of the six calls that a route called every ten minutes gets in an hour"
THROTTLES = f"{AWS}: Sum, five minutes; the number is ours, because single throttled calls are tried again"
NUMBERS = {
    "function-errors": ("Average > 0.05", "2 of 3 x 60 s", f"{TOOLKIT}: a rate of 5 % to begin with, two of three minutes"),
    "function-errors-hour": ("Average >= 0.5", "3 of 12 x 300 s", HOUR),
    "function-throttles": ("Sum >= 1", "5 of 5 x 60 s", AWS),
    "function-duration": ("p99 > 8000", "3 of 3 x 60 s", f"{TOOLKIT}: p99 above 80 % of the timeout, here of 10 s"),
    "function-concurrency": ("Maximum > 8", "10 of 10 x 60 s", f"{TOOLKIT}: 80 % of the reservation, here of 10; ten minutes: {AWS}"),
    "queue_consumer-batch-item-failures": ("Sum >= 1", "3 of 3 x 60 s", "ours: one failure may pass with the next receive"),
    "asynchronous-dropped": ("Sum >= 1", "1 of 1 x 60 s", OURS),
    "asynchronous-undelivered": ("Sum >= 1", "1 of 1 x 60 s", OURS),
    "ordered_consumer-iterator-age": ("Maximum > 1800000", "5 of 5 x 60 s", f"{AWS} (Kinesis): at most half of the time left, here of an hour"),
    "failures-messages": ("Maximum > 0", "1 of 1 x 60 s", OURS),
    "topic-undelivered": ("Sum >= 1", "1 of 1 x 60 s", f"{AWS}: 0 for topics with queues and functions alone"),
    "bus-messages": ("Maximum > 0", "1 of 1 x 60 s", OURS),
    "rule-failed": ("Sum >= 1", "1 of 1 x 60 s", OURS),
    "rule-lost": ("Sum >= 1", "1 of 1 x 60 s", OURS),
    "schedule-dropped": ("Sum >= 1", "1 of 1 x 60 s", f"{AWS}: above 0, once"),
    "schedule-target-errors": ("Sum >= 1", "1 of 1 x 60 s", "ours: a nightly run leaves single data points, its tries lie minutes apart"),
    "stream-write-throttles": ("Sum > 10", "5 of 5 x 60 s", THROTTLES),
    "stream-iterator-age": ("Maximum > 86400000", "5 of 5 x 60 s", f"{AWS}: at most half of the retention, here of two days"),
    "queue-oldest-message": ("Maximum > 172800", "15 of 15 x 60 s", f"{AWS}: fifteen minutes; half of a retention of four days is ours"),
    "queue-backlog": ("Maximum > 1800", "15 of 15 x 60 s", f"{AWS}: fifteen minutes; ten visibility timeouts of 180 s are ours"),
    "dead_letter_queue-messages": ("Maximum > 0", "1 of 1 x 60 s", OURS),
    "workflow-failed": ("Sum >= 1", "1 of 1 x 60 s", OURS),
    "workflow-timed-out": ("Sum >= 1", "1 of 1 x 60 s", OURS),
    "workflow-throttled": ("Sum >= 1", "5 of 5 x 60 s", "as function-throttles"),
    "rotation-failed": ("Sum >= 1", "1 of 1 x 60 s", OURS),
    "http_api-server-errors": ("Average > 0.05", "3 of 3 x 60 s", f"{AWS}: more than 5 % of requests"),
    "http_api-server-errors-hour": ("Average >= 0.5", "3 of 12 x 300 s", HOUR),
    "http_api-latency": ("p99 > 800", "5 of 5 x 60 s", f"{AWS}: five minutes; the number is what the workload promises"),
    "rest_api-server-errors": ("Average > 0.05", "3 of 3 x 60 s", f"{AWS}: more than 5 % of requests"),
    "rest_api-server-errors-hour": ("Average >= 0.5", "3 of 12 x 300 s", HOUR),
    "rest_api-latency": ("p99 > 800", "5 of 5 x 60 s", f"{AWS}: five minutes; the number is what the workload promises"),
    "websocket_api-integration-errors": ("Average > 0.05", "3 of 3 x 60 s", "as websocket_api-execution-errors"),
    "websocket_api-integration-errors-hour": ("Average >= 0.5", "3 of 12 x 300 s", HOUR),
    "websocket_api-execution-errors": ("Average > 0.05", "3 of 3 x 60 s", f"{AWS}: more than 5 % of requests"),
    "websocket_api-execution-errors-hour": ("Average >= 0.5", "3 of 12 x 300 s", HOUR),
    "graphql_api-server-errors": ("Sum >= 5", "3 of 3 x 60 s", "AppSync guide: the sum counts errors; five a minute are ours"),
    "graphql_api-server-errors-hour": ("Sum >= 1", "3 of 12 x 300 s", HOUR),
    "graphql_api-latency": ("p99 > 800", "5 of 5 x 60 s", "as http_api-latency"),
    "table-read-throttles": ("Sum > 10", "5 of 5 x 60 s", THROTTLES),
    "table-write-throttles": ("Sum > 10", "5 of 5 x 60 s", THROTTLES),
    "index-read-throttles": ("Sum > 10", "5 of 5 x 60 s", THROTTLES),
    "index-write-throttles": ("Sum > 10", "5 of 5 x 60 s", THROTTLES),
}
"""Alarm -> (statistic and threshold for EXAMPLES, data points, where the numbers come from)."""


def told(row: alarm_standard.AlarmStandard) -> tuple[str, str]:
    sign = ">=" if "OrEqual" in row.comparison else ">"
    compared = f"{row.statistic or row.extended_statistic} {sign} {row.threshold.value(EXAMPLES):.10g}"
    return compared, f"{row.datapoints_to_alarm} of {row.evaluation_periods} x {row.period_seconds} s"


def test_the_numbers_are_these():
    """A threshold ten times as high, or another statistic, is an alarm that sleeps: each is a decision, with its source."""
    assert {name: told(row) for name, (_, row) in zip(IDS, ROWS, strict=True)} == {name: numbers[:2] for name, numbers in NUMBERS.items()}
    assert {row.treat_missing_data for _, row in ROWS} == {"notBreaching"}


def test_what_loses_something_or_fails_callers_pages():
    tickets = {name for name, (_, row) in zip(IDS, ROWS, strict=True) if row.severity == "ticket"}
    assert tickets == {
        *(name for name in IDS if name.endswith(("throttles", "throttled", "latency", "duration", "concurrency"))),
        "queue_consumer-batch-item-failures", "topic-undelivered", "schedule-target-errors", "queue-backlog", "rotation-failed",
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "row"), ROWS, ids=IDS)
def test_every_alarm_can_fire(kind, row):
    assert row.threshold_in_range(EXAMPLES)
    assert {*row.dimensions, *row.assigned_dimensions} == OTHER_DIMENSIONS.get(kind, DIMENSIONS[row.namespace])
    assert (row.statistic is None) != (row.extended_statistic is None)
    assert 1 <= row.datapoints_to_alarm <= row.evaluation_periods
    assert row.period_seconds * row.evaluation_periods <= 86_400  # CloudWatch: at most a day for periods below an hour
    assert {row.threshold.of, row.needs} - {""} <= set(METRICS[kind].facts)


@pytest.mark.parametrize(("comparison", "threshold", "fires"), [
    ("GreaterThanThreshold", 5, False), ("GreaterThanThreshold", 1, False), ("GreaterThanThreshold", 0, True),
    ("GreaterThanOrEqualToThreshold", 1, True), ("GreaterThanOrEqualToThreshold", 1.5, False), ("GreaterThanOrEqualToThreshold", 0, False),
])  # fmt: skip
def test_a_threshold_outside_its_statistic_is_noticed(comparison, threshold, fires):
    """A rate is 0 to 1: above 1 it never fires, and at least 0 it always does."""
    rate = ALARMS["function"][0]
    assert rate.range == (0, 1)
    changed = dataclasses.replace(rate, comparison=comparison, threshold=alarm_standard.Threshold(threshold))
    assert changed.threshold_in_range({}) is fires


def test_alarms_of_a_kind_have_names_of_their_own():
    for kind, rows in ALARMS.items():
        assert len({row.suffix for row in rows}) == len(rows), kind


MINUTE, HOURS = 60, 3600


def fires(row: alarm_standard.AlarmStandard, failures: dict[int, bool], until: int) -> bool:
    """Whether CloudWatch fires within `until` seconds, if these calls are made: second -> whether it fails.

    As its guide says ("Alarm evaluation"): each minute the last evaluation periods are looked at; one without data counts as
    `treat_missing_data` says, and `datapoints_to_alarm` of them have to breach.
    """
    assert row.treat_missing_data == "notBreaching" and row.statistic in ("Average", "Sum")
    return any(
        sum(_breaches(row, failures, now - number * row.period_seconds) for number in range(row.evaluation_periods))
        >= row.datapoints_to_alarm
        for now in range(MINUTE, until + MINUTE, MINUTE)
    )


def _breaches(row: alarm_standard.AlarmStandard, failures: dict[int, bool], end: int) -> bool:
    calls = [failed for second, failed in failures.items() if end - row.period_seconds <= second < end]
    if not calls:
        return False
    value, threshold = (sum(calls) / len(calls) if row.statistic == "Average" else sum(calls)), row.threshold.value(EXAMPLES)
    return value >= threshold if "OrEqual" in row.comparison else value > threshold


SYNCHRONOUS = {
    "function": ("Errors",), "http_api": ("5xx",), "rest_api": ("5XXError",), "graphql_api": ("5XXError",),
    "websocket_api": ("IntegrationError", "ExecutionError"),
}  # fmt: skip
"""Kind -> metrics of failures that nothing else would tell of: what failed is not kept in a queue."""
FAILURES = [(kind, metric) for kind, metrics in SYNCHRONOUS.items() for metric in metrics]


@pytest.mark.parametrize("offset", [0, 59, 299])
@pytest.mark.parametrize(("kind", "metric"), FAILURES)
def test_a_route_that_is_called_every_ten_minutes_and_always_fails_pages_within_an_hour(kind, metric, offset):
    pages = [row for row in ALARMS[kind] if row.metric_name == metric and row.severity == "page"]
    calls = {offset + 10 * MINUTE * number: True for number in range(6)}
    quick, hour = pages
    assert not fires(quick, calls, HOURS), "the quick window alone would sleep"
    assert fires(hour, calls, HOURS)


@pytest.mark.parametrize(("kind", "metric"), FAILURES)
def test_one_failed_call_of_a_sparse_hour_wakes_nobody(kind, metric):
    calls = {10 * MINUTE * number: number == 3 for number in range(6)}
    assert not any(fires(row, calls, HOURS) for row in ALARMS[kind] if row.metric_name == metric)


@pytest.mark.parametrize(("kind", "metric"), FAILURES)
def test_an_outage_pages_within_minutes(kind, metric):
    calls = {2 * number: True for number in range(300)}
    assert any(fires(row, calls, 4 * MINUTE) for row in ALARMS[kind] if row.metric_name == metric)


def test_a_nightly_run_that_its_function_refuses_is_told():
    """Scheduler tries again with growing pauses: each try is one data point by itself."""
    [refused] = [row for row in ALARMS["schedule"] if row.metric_name == "TargetErrorCount"]
    assert fires(refused, {0: True, 9 * MINUTE: True}, HOURS)
