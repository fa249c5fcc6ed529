"""Cases of what watches a running workload and keeps it ready: dashboards, alarms of metric math and of alarms, provisioned concurrency."""

import json
from typing import Any

from . import wire
from .cases import Case, Made, need_alias, need_function, need_role, need_topic

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
STATIC = {"namespace": "AWS/Lambda", "metricName": "Errors", "statistic": "Sum", "period": 60, "evaluationPeriods": 1, "threshold": 1,
          "comparisonOperator": "GreaterThanThreshold"}  # fmt: skip


def need_alarm(name: str) -> Any:
    return (name, ALARM, lambda made: {"name": f"needed-{name}", **STATIC})


def metric(id: str, name: str, **more: Any) -> dict[str, Any]:
    stat = {
        "namespace": "AWS/Lambda",
        "metricName": name,
        "dimensions": {"FunctionName": "one", "Resource": "one:live"},
        "period": 300,
        "stat": "Sum",
    }
    return {"id": id, "metric": stat, **more}


def body(*names: str) -> str:
    rows = [["AWS/Lambda", name, "FunctionName", "one", {"stat": "Sum"}] for name in names]
    rate: list[Any] = [{"expression": "100*m1/m2", "label": "rate", "id": "e1"}]
    graph = {
        "type": "metric",
        "x": 0,
        "y": 0,
        "width": 12,
        "height": 6,
        "properties": {"region": wire.REGION, "metrics": [*rows, rate]},
    }
    return json.dumps({"widgets": [graph, {"type": "text", "properties": {"markdown": "# one"}}]})


MATH = [
    metric("errors", "Errors"),
    metric("calls", "Invocations"),
    {"id": "rate", "expression": "IF(calls > 20, errors / calls, 0)", "label": "rate", "returnData": True},
]
BAND = [
    metric("calls", "Invocations", returnData=True),
    {"id": "band", "expression": "ANOMALY_DETECTION_BAND(calls, 3)", "label": "expected", "returnData": True},
]
NEVER_ANSWERED = frozenset(
    {
        "metricQueries",
        "thresholdMetricId",
        "alarmActions",
        "treatMissingData",
        "threshold",
        "metricName",
        "namespace",
        "period",
        "statistic",
    }
)
"""What the emulator does not keep of an alarm of metric math, and what it answers for it in its place."""


def rule(made: Made, word: str = "OR") -> str:
    return f'ALARM("{made["fast"]["name"]}") {word} (ALARM({made["slow"]["arn"]}) AND NOT OK("{made["fast"]["name"]}"))'


CASES = [
    Case("aws:cloudwatch/dashboard:Dashboard", lambda made: {"dashboardName": "orders", "dashboardBody": body("Errors")}, changed={"dashboardBody": body("Errors", "Invocations")},
         replaced={"dashboardName": "orders-2"}, outputs=("dashboardArn",), deletes_first=False),
    Case("aws:cloudwatch/compositeAlarm:CompositeAlarm", lambda made: {
            "alarmName": "burning", "alarmRule": rule(made), "alarmDescription": "one", "alarmActions": [made["topic"]["arn"]], "okActions": [made["topic"]["arn"]],
            "actionsSuppressor": {"alarm": made["slow"]["name"], "waitPeriod": 60, "extensionPeriod": 30}, "tags": {"a": "1"}},
         needs=(need_topic, need_alarm("fast"), need_alarm("slow")), changed=lambda made: {"alarmRule": rule(made, "AND"), "alarmDescription": None, "okActions": None, "tags": {"b": "2"}},
         replaced={"actionsEnabled": False}, outputs=("arn",), not_imported=frozenset({"actionsSuppressor"})),
    Case("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig", lambda made: {"functionName": made["function"]["name"], "qualifier": made["alias"]["name"], "provisionedConcurrentExecutions": 2},
         needs=(need_role, need_function, need_alias), changed={"provisionedConcurrentExecutions": 3}, replaced={"qualifier": "1"}, deletes_first=False),
]  # fmt: skip

MORE = [
    Case(ALARM, lambda made: {"name": "rate", "metricQueries": MATH, "evaluationPeriods": 3, "threshold": 0.05, "comparisonOperator": "GreaterThanThreshold", "treatMissingData": "notBreaching"},
         changed={"threshold": 0.1}, replaced={"name": "rate-2"}, outputs=("arn",), not_imported=NEVER_ANSWERED, deletes_first=False),
    Case(ALARM, lambda made: {"name": "unusual", "metricQueries": BAND, "thresholdMetricId": "band", "evaluationPeriods": 3, "comparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold"},
         changed={"evaluationPeriods": 5}, replaced={"name": "unusual-2"}, outputs=("arn",), not_imported=NEVER_ANSWERED, deletes_first=False),
]  # fmt: skip
