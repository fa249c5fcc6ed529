"""Dashboards draw what exists: each metric under its dimensions, each alarm, each log group; and nothing that alarms watch is left out."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from platform_contract import registry
from platform_contract.kinds.kind import Traffic
from tests.program.breaking import Change, only, run_workloads, sound, told_of
from tests.program.climbing import in_phase
from tests.program.counted import counted
from tests.program.graph import Graph, Node
from tests.program.metrics import METRICS, dimension_exists
from tests.program.widgets import drawn, widgets


def bodies(graph: Graph) -> list[tuple[Node, str]]:
    return [(node, node.inputs["dashboardBody"]) for node in graph.all("cloudwatch/dashboard")]


def filtered(graph: Graph, namespace: str) -> set[str]:
    """Metrics that filters of logs make in a namespace; they have no dimensions."""
    made = [node.inputs["metricTransformation"] for node in graph.all("cloudwatch/logMetricFilter")]
    return {each["name"] for each in made if each["namespace"] == namespace}


def exists(graph: Graph) -> Iterator[str]:
    """AWS draws an empty graph of what does not exist, and says nothing."""
    alarms = {f"alarm:{node.inputs['name']}" for node in graph.all("cloudwatch/metricAlarm")}
    alarms |= {f"alarm:{node.inputs['alarmName']}" for node in graph.all("cloudwatch/compositeAlarm")}
    groups = {node.inputs["name"] for node in graph.all("cloudwatch/logGroup")}
    boards = {node.inputs["dashboardName"] for node in graph.all("cloudwatch/dashboard")}
    for node, body in bodies(graph):
        for it in drawn(body):
            published = METRICS.get(it.namespace, {}).get(tuple(sorted(it.dimensions)), {}) or counted(graph, it.namespace, it.dimensions) or filtered(graph, it.namespace)
            if it.metric not in published:
                yield f"{node.name}: {it.graph}: {it.namespace} publishes no {it.metric} with dimensions {sorted(it.dimensions)}"
            for name, value in it.dimensions.items():
                if value is not None and not dimension_exists(graph, name, value):
                    yield f"{node.name}: {it.graph}: dimension {name}={value} names nothing in the program"
        for widget in widgets(body, "alarm"):
            yield from (f"{node.name}: {arn} is no alarm" for arn in widget["alarms"] if arn.split(":", 5)[5] not in alarms)
        for widget in widgets(body, "log"):
            yield from (f"{node.name}: {name} is no log group" for name in re.findall("SOURCE '([^']+)'", widget["query"]) if name not in groups)
        for widget in widgets(body, "text"):
            linked = re.findall(r"#dashboards/dashboard/([^)]+)\)", widget["markdown"])
            yield from (f"{node.name}: links to {name}, which is no dashboard" for name in linked if name not in boards)


def complete(graph: Graph) -> Iterator[str]:
    """Of a workload with dashboards: each alarm's state, and its metric with the threshold as a line."""
    by_workload: dict[str, list[str]] = {}
    for node, body in bodies(graph):
        if node.parent in {each.urn for each in graph.all("Dashboards")}:
            by_workload.setdefault(node.name.partition("-dashboards-")[0], []).append(body)
    standardized = {node.name for node in graph.all("Workload") if node.inputs["phase"] != "pilot"}
    yield from (f"{name}: has no dashboards" for name in sorted(standardized - set(by_workload)))
    for name, found in by_workload.items():
        states = {arn.split(":", 5)[5] for body in found for widget in widgets(body, "alarm") for arn in widget["alarms"]}
        lines = {
            (it.metric, tuple(sorted((key, value) for key, value in it.dimensions.items() if value is not None)), it.statistic, line["value"])
            for body in found for graph_ in widgets(body, "metric") for it in drawn(json.dumps({"widgets": [{"type": "metric", "properties": graph_}]}))
            for line in graph_.get("annotations", {}).get("horizontal", [])
        }  # fmt: skip
        for alarm in graph.all("cloudwatch/metricAlarm"):
            sent: dict[str, Any] = alarm.inputs
            if sent["tags"]["workload"] != name:
                continue
            if f"alarm:{sent['name']}" not in states:
                yield f"{name}: no dashboard shows the state of {sent['name']}"
            if "metricQueries" in sent or "DistributionId" in sent["dimensions"]:
                continue  # a share: no graph draws it; and a distribution has its id after the dashboards are made
            dimensions = tuple(sorted((key, value) for key, value in sent["dimensions"].items() if key != "ExecutedVersion"))
            if (sent["metricName"], dimensions, sent.get("statistic") or sent.get("extendedStatistic"), sent["threshold"]) not in lines:
                yield f"{name}: no graph has the threshold of {sent['name']}"


def indexed(graph: Graph) -> Iterator[str]:
    """The stack's index names every workload and links to what it has."""
    [text] = [widget["markdown"] for node, body in bodies(graph) if node.name == "platform-index" for widget in widgets(body, "text")]
    for workload in graph.all("Workload"):
        if f"\n| {workload.name} |" not in text:
            yield f"the index lacks {workload.name}"
    for node in graph.all("cloudwatch/dashboard"):
        if node.name != "platform-index" and f"#dashboards/dashboard/{node.inputs['dashboardName']})" not in text:
            yield f"the index does not link to {node.name}"


@pytest.mark.parametrize("check", [exists, complete, indexed], ids=lambda check: check.__name__)
def test_dashboards_show_what_is_there(graph: Graph, check):
    assert len(bodies(graph)) >= 3
    assert list(check(graph)) == []


def test_dashboards_of_every_workload_show_what_is_there():
    """All thirteen, as if they were standardized."""
    graph = in_phase("standardize")
    assert len(bodies(graph)) == 2 * len(graph.all("Workload")) + 1
    assert [*exists(graph), *complete(graph), *indexed(graph)] == []


def edited(old: str, new: str) -> Change:
    """The body with another text in it."""

    def change(_: str, sent: dict[str, Any]) -> dict[str, Any]:
        body = sent["dashboard_body"]
        replaced = body.replace(old, new) if isinstance(body, str) else body.apply(lambda text: text.replace(old, new))
        return {**sent, "dashboard_body": replaced}

    return change


@pytest.mark.parametrize(("change", "check", "says"), [
    (only("-runtime", edited('"Throttles"', '"Throttled"')), exists, "AWS/Lambda publishes no Throttled with dimensions ['FunctionName']"),
    (only("-runtime", edited('"ApiId"', '"ApiName"')), exists, "publishes no 5xx with dimensions ['ApiName', 'Stage']"),
    (only("-runtime", edited("orders-http-id", "x1y2z3")), exists, "dimension ApiId=x1y2z3 names nothing in the program"),
    (only("-release", edited("orders-api:live", "orders-api:1")), exists, "orders-api:1 names nothing in the program"),
    (only("-release", edited("orders-release-checks'", "orders-checks'")), exists, "orders-checks is no log group"),
    (only("-release", edited("orders-runtime-", "runtime-")), exists, "which is no dashboard"),
    (only("-release", edited("api-live-errors", "api-dead-errors")), exists, "is no alarm"),
    (only("-runtime", edited('"value": 8000.0', '"value": 9000.0')), complete, "no graph has the threshold of dev-orders-api-duration"),
    (only("-runtime", edited("alarm:dev-orders-api-duration", "alarm:dev-orders-api-errors")), complete, "shows the state of dev-orders-api-duration"),
    (only("-index", edited("| orders |", "| other |")), indexed, "the index lacks orders"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, change: Change, check, says: str):
    found = told_of(monkeypatch, ("orders",), "cloudwatch.Dashboard", change, check)
    assert any(says in each for each in found), found


def test_a_metric_that_nobody_publishes_is_noticed(monkeypatch: pytest.MonkeyPatch):
    """The rows themselves are data: a wrong one is drawn for every workload."""
    monkeypatch.setitem(registry.METRICS, "table", replace(registry.METRICS["table"], traffic=(Traffic("SystemErrors", "Sum"),)))
    told = list(exists(run_workloads("orders")))
    assert any("AWS/DynamoDB publishes no SystemErrors with dimensions ['TableName']" in each for each in told), told


def test_ids_that_aws_assigns_are_all_that_a_preview_does_not_know():
    preview = {node.name: node for node in run_workloads("orders", preview=True).all("cloudwatch/dashboard")}
    assert isinstance(preview["orders-dashboards-release"].inputs["dashboardBody"], str)
    sent = {node.name: node.inputs["dashboardBody"] for node in sound("orders").all("cloudwatch/dashboard")}
    assert preview["orders-dashboards-release"].inputs["dashboardBody"] == sent["orders-dashboards-release"]
    assert preview["platform-index"].inputs["dashboardBody"] == sent["platform-index"]
    assert preview["orders-dashboards-runtime"].inputs["dashboardBody"] != sent["orders-dashboards-runtime"]
