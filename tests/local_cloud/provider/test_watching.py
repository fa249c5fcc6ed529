"""Dashboards, alarms of metric math and alarms of alarms: what AWS refuses of them is refused here, which the emulator takes."""

import json

import pytest

from aws_provider.services.composite_alarms import children

from . import wire
from .cases_operations import ALARM, BAND, MATH, body, metric
from .refusing import assert_refused, each_of

pytestmark = pytest.mark.emulator
DASHBOARD, COMPOSITE, QUERY = (
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    "aws:cloudwatch/queryDefinition:QueryDefinition",
)
RATE = {
    "name": "rate",
    "metricQueries": MATH,
    "evaluationPeriods": 3,
    "threshold": 1,
    "comparisonOperator": "GreaterThanThreshold",
}
UNUSUAL = {
    "name": "band",
    "metricQueries": BAND,
    "thresholdMetricId": "band",
    "evaluationPeriods": 3,
    "comparisonOperator": "GreaterThanUpperThreshold",
}
BOARD = {"dashboardName": "orders", "dashboardBody": body("Errors")}
BURNING = {"alarmName": "burning", "alarmRule": 'ALARM("a") OR ALARM("b")'}
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
COLD = {"name": "cold", "logGroupName": "a", "pattern": "{ $.a > 0 }", "metricTransformation": {"name": "m", "namespace": "n", "value": "$.a"}}
QUESTION = {"name": "errors", "queryString": "fields @message"}


def board(*widgets: object) -> dict[str, str]:
    return {"dashboardBody": json.dumps({"widgets": list(widgets)})}


def graph(*metrics: object, **place: object) -> dict:
    return {"type": "metric", **place, "properties": {"region": wire.REGION, "metrics": list(metrics)}}


REFUSED = [
    (DASHBOARD, BOARD, {"dashboardName": "a b"}, "dashboardName", "must match [A-Za-z0-9_-]{1,255}"),
    (DASHBOARD, BOARD, {"dashboardBody": "{"}, "dashboardBody", "is no JSON document"),
    (DASHBOARD, BOARD, {"dashboardBody": "[]"}, "dashboardBody", "is an object with widgets, a list"),
    (DASHBOARD, BOARD, board(*[{"type": "text", "properties": {"markdown": ""}}] * 501), "dashboardBody", "501 widgets, at most 500 are taken"),
    (DASHBOARD, BOARD, board(*[graph(*[["A", "b"]] * 251)] * 10), "dashboardBody", "2510 metrics in all widgets, at most 2500 are taken"),
    (DASHBOARD, BOARD, board(graph(*[["A", "b"]] * 501)), "dashboardBody", "widgets[0].properties.metrics: has 501 entries, at most 500"),
    (DASHBOARD, BOARD, board({"type": "chart", "properties": {}}), "dashboardBody", "widgets[0].type='chart': must be one of alarm"),
    (DASHBOARD, BOARD, board(graph(["A", "b"], width=25)), "dashboardBody", "widgets[0].width=25: must be 1 to 24"),
    (DASHBOARD, BOARD, board({"type": "text"}), "dashboardBody", "widgets[0]: missing 'properties'"),
    (DASHBOARD, BOARD, board({"type": "log", "properties": {"region": "eu-west-1"}}), "dashboardBody", "widgets[0].properties: missing 'query'"),
    (DASHBOARD, BOARD, board(graph()), "dashboardBody", "has neither metrics nor annotations"),
    (DASHBOARD, BOARD, board(graph(["A", "b", "FunctionName"])), "dashboardBody", "metrics[0]: is a namespace, a name and pairs of dimensions"),
    (DASHBOARD, BOARD, board({"type": "alarm", "properties": {"alarms": ["a"] * 101}}), "dashboardBody", "alarms: at most 100 are taken"),
    (COMPOSITE, BURNING, {"alarmRule": "x" * 10_241}, "alarmRule", "has 10241 characters, must have 1 to 10240"),
    (COMPOSITE, BURNING, {"alarmRule": " OR ".join(f"ALARM(a{number})" for number in range(101))}, "alarmRule", "names 101 alarms, at most 100"),
    (COMPOSITE, BURNING, {"alarmRule": 'ALARM("a") | ALARM("b")'}, "alarmRule", "'|': a rule knows"),
    (COMPOSITE, BURNING, {"alarmRule": 'IN_ALARM("a")'}, "alarmRule", "'IN_ALARM': a rule knows"),
    (COMPOSITE, BURNING, {"alarmRule": 'NOT (ALARM("a")'}, "alarmRule", "a bracket is open"),
    (COMPOSITE, BURNING, {"actionsSuppressor": {"alarm": "a", "waitPeriod": 1}}, "actionsSuppressor.extensionPeriod", "missing"),
    (QUERY, QUESTION, {"logGroupNames": ["a"] * 51}, "logGroupNames", "has 51 entries, at most 50 are taken"),
    (QUERY, QUESTION, {"queryString": "x" * 10_001}, "queryString", "has 10001 characters, must have 1 to 10000"),
    (FILTER, COLD, {"metricTransformation": {**COLD["metricTransformation"], "dimensions": {"a": "$.a"}, "defaultValue": "0"}}, "metricTransformation", "AWS takes one of them"),
    (FILTER, COLD, {"pattern": "x" * 1025}, "pattern", "has 1025 characters, must have 0 to 1024"),
    (ALARM, RATE, {"threshold": None}, "threshold", "missing 'threshold'"),
    (ALARM, RATE, {"comparisonOperator": "GreaterThanUpperThreshold"}, "comparisonOperator", "goes with thresholdMetricId of a band"),
    (ALARM, RATE, {"namespace": "AWS/Lambda"}, "namespace", "not together with metricQueries"),
    (ALARM, RATE, {"metricQueries": [*MATH, metric("calls", "Errors")]}, "metricQueries", "ids are unique; here: errors, calls, rate, calls"),
    (ALARM, RATE, {"metricQueries": MATH[:2]}, "metricQueries", "returnData is true for 0 queries"),
    (ALARM, RATE, {"metricQueries": [{"id": "m", "returnData": True}]}, "metricQueries[0]", "exactly one of expression and metric"),
    (ALARM, RATE, {"metricQueries": [*(metric(f"m{number}", "Errors") for number in range(11)), MATH[2]]}, "metricQueries", "more than 10 metrics"),
    (ALARM, RATE, {"metricQueries": [{**MATH[2], "id": "Rate"}]}, "metricQueries[0].id", "must match [a-z]"),
    (ALARM, UNUSUAL, {"threshold": 1}, "threshold", "not together with thresholdMetricId"),
    (ALARM, UNUSUAL, {"comparisonOperator": "GreaterThanThreshold"}, "comparisonOperator", "with thresholdMetricId it is one of"),
    (ALARM, UNUSUAL, {"thresholdMetricId": "calls"}, "thresholdMetricId", "is the id of no query with ANOMALY_DETECTION_BAND"),
]  # fmt: skip


@each_of(REFUSED)
def test_refused(provider: wire.Provider, token: str, fine: dict, change: dict, path: str, reason: str) -> None:
    assert_refused(provider, token, fine, change, path, reason)


def test_a_rule_names_its_children_once() -> None:
    arn = "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:c"
    assert children(f'(ALARM("a b") AND NOT OK(\'b\')) OR INSUFFICIENT_DATA( {arn} ) OR ALARM("a b") OR TRUE') == [
        "a b",
        "b",
        arn,
    ]


def test_an_order_of_rows_is_a_change(provider: wire.Provider) -> None:
    old, new = (
        provider.checked(DASHBOARD, {**BOARD, "dashboardBody": body(*names)})
        for names in (("Errors", "Duration"), ("Duration", "Errors"))
    )
    assert list(provider.diff(DASHBOARD, "orders", {}, old, new).diffs) == ["dashboardBody"]
    spaced = {**old, "dashboardBody": json.dumps(json.loads(old["dashboardBody"]), indent=2)}
    assert list(provider.diff(DASHBOARD, "orders", {}, old, spaced).diffs) == []


def test_a_child_that_a_rule_names_is_not_deleted(provider: wire.Provider) -> None:
    """As on AWS: the rule has to change first."""
    import grpc

    alarm = {"name": "child", "namespace": "A", "metricName": "b", "statistic": "Sum", "period": 60, "evaluationPeriods": 1, "threshold": 1,
             "comparisonOperator": "GreaterThanThreshold"}  # fmt: skip
    id, state, _ = provider.make(ALARM, alarm)
    parent = provider.make(COMPOSITE, {"alarmName": "parent", "alarmRule": "ALARM(child)"})
    with pytest.raises(grpc.RpcError, match="composite alarm"):
        provider.delete(ALARM, id, state)
    provider.delete(COMPOSITE, parent[0], parent[1])
    provider.delete(ALARM, id, state)
