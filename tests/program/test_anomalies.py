"""Bands in the graph: of metrics that exist, compared with what was learnt of just that metric, told as tickets, drawn on the dashboard."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from platform_contract.features.anomalies import BAND, UNUSUAL
from tests.program.breaking import Change, not_made, only, told_of, with_
from tests.program.checks import dimension_exists, unreachable
from tests.program.climbing import in_phase
from tests.program.graph import ROOT, Graph, Node
from tests.program.metrics import METRICS

APIS = ("apigatewayv2/api", "apigateway/restApi", "appsync/graphQLApi")
SENT = {"queue", "event", "stream", "changes", "upload", "workflow"}
"""Triggers of which nobody knows how often they come."""


def bands(graph: Graph) -> list[Node]:
    return [node for node in graph.all("cloudwatch/metricAlarm") if node.inputs.get("thresholdMetricId")]


def watched(graph: Graph) -> Iterator[str]:
    """In the phase scale, each API and each function that something is sent to has a band."""
    names = {node.inputs["name"] for node in bands(graph)}
    for workload in graph.all("Workload"):
        content = yaml.safe_load((ROOT / "workloads" / f"{workload.name}.yaml").read_text())
        if workload.inputs["phase"] != "scale" or content["profile"]["requests_per_month"] < 100_000:
            continue
        mine = {name.split("-", 1)[1] for name in names}
        apis = [node for kind in APIS for node in graph.all(kind) if node.inputs.get("tags", {}).get("workload") == workload.name]
        of_apis = [name for name in mine if re.fullmatch(f"{workload.name}-[a-z]+-unusual-requests", name)]
        if len(apis) != len(of_apis):
            yield f"{workload.name}: {len(apis)} APIs, and a band of {len(of_apis)}"
        rotating = {secret.get("rotation", {}).get("function") for secret in (content.get("secrets") or {}).values()}
        for name, function in content.get("functions", {}).items():
            sent = {kind for trigger in function.get("triggers", ()) for kind in trigger} & SENT
            if sent and name not in rotating and f"{workload.name}-{name}-unusual-runs" not in mine:
                yield f"{workload.name}: nobody looks whether {name} still runs"


def can_fire(graph: Graph) -> Iterator[str]:
    """A metric that exists, the band of that metric and no other, both in the answer, an operator for bands, somebody who is told."""
    for node in bands(graph):
        inputs, queries = node.inputs, {query["id"]: query for query in node.inputs["metricQueries"]}
        metrics = [query["metric"] for query in queries.values() if "metric" in query]
        if len(metrics) != 1:
            yield f"{node.name}: has {len(metrics)} metrics"
        for metric in metrics:
            if metric["metricName"] not in METRICS.get(metric["namespace"], {}).get(tuple(sorted(metric["dimensions"])), {}):
                yield f"{node.name}: {metric['namespace']} publishes no {metric['metricName']} with dimensions {sorted(metric['dimensions'])}"
            yield from (f"{node.name}: dimension {name}={value} names nothing in the program"
                        for name, value in metric["dimensions"].items() if not dimension_exists(graph, name, value))  # fmt: skip
        band = queries.get(inputs["thresholdMetricId"], {})
        found = re.fullmatch(r"ANOMALY_DETECTION_BAND\((\w+), (\d+)\)", band.get("expression", ""))
        if not found:
            yield f"{node.name}: its threshold is no band"
            continue
        if int(found[2]) != BAND:
            yield f"{node.name}: its band is {found[2]} standard deviations wide"
        answers = {name for name, query in queries.items() if query.get("returnData")}
        if answers != {found[1], inputs["thresholdMetricId"]}:
            yield f"{node.name}: compares {sorted(answers)}, and the band is of {found[1]}"
        of = queries.get(found[1], {}).get("expression", "")
        if not re.fullmatch(r"FILL\((\w+), 0\)", of) or of[5:].split(",")[0] not in queries:
            yield f"{node.name}: nothing at all is no data, and it looks at {of or found[1]}"
        row = next((row for row in UNUSUAL if node.name.endswith(row.name)), None)
        if row is None or inputs["comparisonOperator"] != row.comparison:
            yield f"{node.name}: compares by {inputs['comparisonOperator']}"
        if inputs.get("threshold") is not None or inputs["treatMissingData"] != "missing":
            yield f"{node.name}: has a threshold besides, or takes no band for a bad one"
        if ". Ticket for " not in inputs["alarmDescription"]:
            yield f"{node.name}: wakes somebody up"
        actions = inputs.get("alarmActions") or []
        if len(actions) != 1 or not inputs["actionsEnabled"]:
            yield f"{node.name}: tells {len(actions)}"
        yield from (f"{node.name}: {wrong}" for action in actions for wrong in unreachable(graph, action, "cloudwatch.amazonaws.com"))
        yield from (f"{node.name}: {key} sends a mail when the alarm is made" for key in ("okActions", "insufficientDataActions") if inputs.get(key))


def drawn(graph: Graph) -> Iterator[str]:
    """The runtime dashboard draws each with its band, learnt of the same metric, expression and period: any other has a model of its own."""
    shown = [_model(widget["properties"]["metrics"], widget["properties"]["period"]) for node in graph.all("cloudwatch/dashboard")
             for widget in json.loads(node.inputs["dashboardBody"])["widgets"] if "ANOMALY_DETECTION_BAND" in str(widget)]  # fmt: skip
    for node in bands(graph):
        rows, period = [], 0
        for query in node.inputs["metricQueries"]:
            if metric := query.get("metric"):
                period = metric["period"]
                rows.append([metric["namespace"], metric["metricName"], *(word for pair in metric["dimensions"].items() for word in pair), {"id": query["id"], "stat": metric["stat"]}])
            else:
                rows.append([{"id": query["id"], "expression": query["expression"]}])
        if _model(rows, period) not in shown:
            yield f"{node.name}: no dashboard shows its band"
    if len(shown) != len(bands(graph)):
        yield f"{len(shown)} bands are drawn, and {len(bands(graph))} alarms have one"


def _model(rows: list[list[Any]], period: float) -> tuple[str, ...]:
    """What a band is learnt of."""
    metric = next(row for row in rows if len(row) > 1)
    expressions = {row[0]["expression"] for row in rows if len(row) == 1}
    return (*sorted(expressions), *metric[:2], *sorted(metric[2:-1]), metric[-1]["id"], metric[-1]["stat"], str(int(period)))


CHECKS = (watched, can_fire, drawn)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_what_is_unusual_is_watched(graph: Graph, check):
    assert bands(graph)
    assert list(check(graph)) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_is_for_every_workload(check):
    """All thirteen, as if they were in the phase scale: functions behind queues, streams and uploads among them."""
    graph = in_phase("scale")
    assert {row.name for row in UNUSUAL} == {node.name.rpartition("-")[2] for node in bands(graph)}
    assert list(check(graph)) == []


def query(id_: str, **values: Any) -> Change:
    """Changes one query of each alarm that compares with a band; or its metric."""

    def changed(_: str, sent: dict[str, Any]) -> dict[str, Any]:
        if not sent.get("threshold_metric_id"):
            return sent
        for each in sent["metric_queries"]:
            if each.id == id_:
                for name, value in values.items():
                    setattr(each.metric if id_ == "counted" and name != "return_data" else each, name, value)
        return {**sent}

    return changed


BAND_OF = only("-unusual-requests", lambda _, sent: {**sent, "threshold_metric_id": "watched"})


@pytest.mark.parametrize(("kind", "change", "check", "says"), [
    ("cloudwatch.MetricAlarm", only("-unusual-requests", not_made), watched, "orders: 1 APIs, and a band of 0"),
    ("cloudwatch.MetricAlarm", query("counted", metric_name="Counts"), can_fire, "AWS/ApiGateway publishes no Counts with dimensions ['ApiId', 'Stage']"),
    ("cloudwatch.MetricAlarm", query("counted", dimensions={"TableName": "dev-orders-other"}), can_fire, "dimension TableName=dev-orders-other names nothing"),
    ("cloudwatch.MetricAlarm", query("counted", return_data=True), can_fire, "compares ['answer', 'counted', 'watched'], and the band is of watched"),
    ("cloudwatch.MetricAlarm", query("watched", expression="counted"), can_fire, "nothing at all is no data, and it looks at counted"),
    ("cloudwatch.MetricAlarm", query("answer", expression="ANOMALY_DETECTION_BAND(watched, 9)"), can_fire, "its band is 9 standard deviations wide"),
    ("cloudwatch.MetricAlarm", BAND_OF, can_fire, "its threshold is no band"),
    ("cloudwatch.MetricAlarm", only("-unusual-conflicts", with_(comparison_operator="LessThanLowerThreshold")), can_fire, "compares by LessThanLowerThreshold"),
    ("cloudwatch.MetricAlarm", only("-unusual-requests", with_(treat_missing_data="breaching")), can_fire, "takes no band for a bad one"),
    ("cloudwatch.MetricAlarm", only("-unusual-requests", with_(alarm_actions=[])), can_fire, "tells 0"),
    ("cloudwatch.MetricAlarm", query("counted", period=60), drawn, "orders-anomalies-http-unusual-requests: no dashboard shows its band"),
    ("cloudwatch.Dashboard", only("-runtime", lambda _, sent: {**sent, "dashboard_body": sent["dashboard_body"].apply(lambda text: text.replace("FILL(counted, 0)", "counted"))}),
     drawn, "orders-anomalies-http-unusual-requests: no dashboard shows its band"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, check, says: str):
    found = told_of(monkeypatch, ("orders",), kind, change, check)
    assert any(says in each for each in found), found


def test_a_queue_that_nobody_looks_at_is_noticed():
    graph = in_phase("scale")
    cut = Graph([node for node in graph.nodes if not node.name.endswith("documents-anomalies-text-unusual-runs")], graph.exports, graph.log)
    assert list(watched(cut)) == ["documents: nobody looks whether text still runs"]
