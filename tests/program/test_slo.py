"""Objectives in the graph: windows of metrics that exist, alarms of both windows that name them and reach somebody, an error budget to see."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from aws_provider.services.composite_alarms import children
from platform_contract.features.slo import BURN_RATES, INDICATORS
from tests.program.breaking import Change, only, told_of, with_
from tests.program.checks import unreachable
from tests.program.graph import ROOT, Graph, Node
from tests.program.metrics import METRICS, dimension_exists
from tests.program.widgets import drawn

KINDS = {"apigatewayv2/api": "http_api", "apigateway/restApi": "rest_api", "appsync/graphQLApi": "graphql_api"}


def windows(graph: Graph) -> list[Node]:
    return [node for node in graph.all("cloudwatch/metricAlarm") if "told_by" in node.inputs["tags"]]


def promised(graph: Graph) -> Iterator[tuple[str, dict[str, float]]]:
    """(workload, what it promises) of each that is in the phase scale and promises anything."""
    for workload in graph.all("Workload"):
        slo = yaml.safe_load((ROOT / "workloads" / f"{workload.name}.yaml").read_text()).get("slo")
        if workload.inputs["phase"] == "scale" and slo:
            yield workload.name, slo


def objectives(graph: Graph) -> Iterator[str]:
    """Each API of a workload that promises something has all its pairs, and each window the threshold that follows from the promise."""
    for name, slo in promised(graph):
        alarms = {node.inputs["name"].split("-", 1)[1]: node.inputs for node in windows(graph) if node.inputs["tags"]["workload"] == name}
        budgets = {"availability": 1 - slo["availability_percent"] / 100, "latency": 0.01}
        for kind, api in KINDS.items():
            for node in graph.all(kind):
                if node.inputs.get("tags", {}).get("workload") != name or node.inputs.get("protocolType") == "WEBSOCKET":
                    continue
                for indicator in (each.name for each in INDICATORS[api]):  # type: ignore[index]
                    for burn in BURN_RATES:
                        yield from _pair(alarms, name, indicator, burn.name, burn.times * budgets[indicator], (burn.long_seconds, burn.short_seconds))


def _pair(alarms: dict[str, dict[str, Any]], name: str, indicator: str, burn: str, threshold: float, seconds: tuple[int, int]) -> Iterator[str]:
    for which, period in zip(("long", "short"), seconds, strict=True):
        found = next((inputs for alarm, inputs in alarms.items() if alarm.startswith(f"{name}-") and alarm.endswith(f"{indicator}-burn-{burn}-{which}")), None)
        if found is None:
            yield f"{name}: no alarm watches its {indicator}, {burn} {which}"
            continue
        periods = {query["metric"]["period"] for query in found["metricQueries"] if "metric" in query}
        if periods != {period}:
            yield f"{found['name']}: looks at {sorted(periods)} s, not {period}"
        if abs(found["threshold"] - threshold) > 1e-9:
            yield f"{found['name']}: threshold {found['threshold']} is not {threshold:g}"


def can_fire(graph: Graph) -> Iterator[str]:
    """Metrics that exist, an answer that is one series, a share that can be reached."""
    for node in windows(graph):
        inputs, queries = node.inputs, {query["id"]: query for query in node.inputs["metricQueries"]}
        for query in queries.values():
            if metric := query.get("metric"):
                if metric["metricName"] not in METRICS.get(metric["namespace"], {}).get(tuple(sorted(metric["dimensions"])), {}):
                    yield f"{node.name}: {metric['namespace']} publishes no {metric['metricName']} with dimensions {sorted(metric['dimensions'])}"
                yield from (f"{node.name}: dimension {name}={value} names nothing in the program"
                            for name, value in metric["dimensions"].items() if not dimension_exists(graph, name, value))  # fmt: skip
        answers = [query for query in queries.values() if query.get("returnData")]
        if len(answers) != 1 or "expression" not in answers[0]:
            yield f"{node.name}: has {len(answers)} answers"
            continue
        unknown = set(re.findall(r"[a-z][A-Za-z0-9_]*", answers[0]["expression"])) - set(queries)
        yield from (f"{node.name}: its expression names {each}, which is none of its metrics" for each in sorted(unknown))
        if not (inputs["comparisonOperator"] == "GreaterThanThreshold" and 0 < inputs["threshold"] < 1):
            yield f"{node.name}: the share never gets to {inputs['threshold']}"
        if inputs.get("alarmActions"):
            yield f"{node.name}: tells by itself, so that one window is enough"


def told(graph: Graph) -> Iterator[str]:
    """Every window is named by one alarm of alarms, with the other window of its pair; that one reaches somebody."""
    alarms = {node.inputs["name"]: node for node in graph.all("cloudwatch/metricAlarm")}
    named: dict[str, str] = {}
    for node in graph.all("cloudwatch/compositeAlarm"):
        inputs = node.inputs
        of = children(inputs["alarmRule"])
        if inputs["alarmName"] in alarms:
            yield f"{node.name}: an alarm of one metric has its name"
        for each in of:
            if each not in alarms:
                yield f"{node.name}: names {each}, which is no alarm"
            elif not graph.comes_after(node, alarms[each]):
                yield f"{node.name}: may be made before {each}"
            named[each] = inputs["alarmName"]
        if sorted(each.rsplit("-", 1)[-1] for each in of) != ["long", "short"] or inputs["alarmRule"] != " AND ".join(f'ALARM("{each}")' for each in of):
            yield f"{node.name}: fires on something else than both of its windows: {inputs['alarmRule']}"
        actions = inputs.get("alarmActions") or []
        if not actions or not inputs["actionsEnabled"]:
            yield f"{node.name}: tells nobody"
        yield from (f"{node.name}: {wrong}" for action in actions for wrong in unreachable(graph, action, "cloudwatch.amazonaws.com"))
        yield from (f"{node.name}: {key} sends a mail when the alarm is made" for key in ("okActions", "insufficientDataActions") if inputs.get(key))
        if inputs.get("actionsSuppressor"):
            yield f"{node.name}: is suppressed"
    for node in windows(graph):
        if named.get(node.inputs["name"]) != node.inputs["tags"]["told_by"]:
            yield f"{node.name}: is told by {named.get(node.inputs['name'])}, not {node.inputs['tags']['told_by']}"


def budgeted(graph: Graph) -> Iterator[str]:
    """The runtime dashboard shows what is left of each error budget, over 30 days."""
    bodies = {node.name: json.loads(node.inputs["dashboardBody"]) for node in graph.all("cloudwatch/dashboard")}
    for name, _ in promised(graph):
        numbers = [each for each in bodies[f"{name}-dashboards-runtime"]["widgets"] if each["properties"].get("view") == "singleValue"]
        pairs = {node.inputs["alarmName"].rsplit("-burn-", 1)[0] for node in graph.all("cloudwatch/compositeAlarm") if node.inputs["tags"]["workload"] == name}
        if len(numbers) != len(pairs):
            yield f"{name}: {len(numbers)} error budgets are shown, and it has {len(pairs)}"
        for each in numbers:
            shown = each["properties"]
            if (shown["start"], shown["setPeriodToTimeRange"]) != ("-P30D", True):
                yield f"{name}: {shown['title']} is not about 30 days"
            rows = {row[-1]["id"] for row in shown["metrics"] if len(row) > 1}
            if len(list(drawn(json.dumps({"widgets": [each]})))) != len(rows) or not rows:
                yield f"{name}: {shown['title']} has no metrics"


CHECKS = (objectives, can_fire, told, budgeted)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_objectives_are_watched(graph: Graph, check):
    assert [name for name, _ in promised(graph)] and windows(graph) and graph.all("cloudwatch/compositeAlarm")
    assert list(check(graph)) == []


def queries(change: Change) -> Change:
    """Changes each metric that an alarm of windows computes from."""

    def changed(_: str, sent: dict[str, Any]) -> dict[str, Any]:
        if "metric_queries" not in sent:
            return sent
        for query in sent["metric_queries"]:
            if query.metric is not None:
                change("", query.metric)
        return {**sent}

    return changed


def metric(**values: Any) -> Change:
    def change(_: str, of: Any) -> None:
        for name, value in values.items():
            setattr(of, name, value)

    return queries(change)


@pytest.mark.parametrize(("kind", "change", "check", "says"), [
    ("cloudwatch.MetricAlarm", only("-burn-1h-long", with_(name="dev-orders-other")), objectives, "orders: no alarm watches its availability, 1h long"),
    ("cloudwatch.MetricAlarm", only("-burn-1h-short", with_(threshold=0.5)), objectives, "threshold 0.5 is not 0.0144"),
    ("cloudwatch.MetricAlarm", metric(period=60), objectives, "looks at [60.0] s, not 3600"),
    ("cloudwatch.MetricAlarm", only("-burn-6h-long", with_(threshold=6)), can_fire, "the share never gets to 6"),
    ("cloudwatch.MetricAlarm", metric(metric_name="5XXError"), can_fire, "publishes no 5XXError with dimensions ['ApiId', 'Stage']"),
    ("cloudwatch.MetricAlarm", metric(dimensions={"ApiId": "x", "Stage": "$default"}), can_fire, "dimension ApiId=x names nothing"),
    ("cloudwatch.MetricAlarm", only("-burn-1d-long", with_(alarm_actions=["arn:aws:sns:eu-west-1:111111111111:dev-alarms"])), can_fire, "so that one window is enough"),
    ("cloudwatch.CompositeAlarm", with_(alarm_rule='ALARM("dev-orders-http-availability-burn-1h-long")'), told, "something else than both of its windows"),
    ("cloudwatch.CompositeAlarm", with_(alarm_rule='ALARM("a-long") AND ALARM("a-short")'), told, "names a-long, which is no alarm"),
    ("cloudwatch.CompositeAlarm", with_(alarm_actions=[]), told, "tells nobody"),
    ("cloudwatch.CompositeAlarm", only("-burn-1h", lambda *_: None), told, "is told by None, not dev-orders-http-availability-burn-1h"),
    ("cloudwatch.Dashboard", only("-runtime", lambda _, sent: {**sent, "dashboard_body": sent["dashboard_body"].apply(lambda text: text.replace("P30D", "P1D"))}),
     budgeted, "is not about 30 days"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, check, says: str):
    found = told_of(monkeypatch, ("orders",), kind, change, check)
    assert any(says in each for each in found), found
