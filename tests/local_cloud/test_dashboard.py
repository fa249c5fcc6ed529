"""`make dashboard`: the page shows what the embedded cloud has measured, and says so where it has measured nothing."""

import json
import re
import socket
import time
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from local import cloud as clouds
from local import dashboard
from local.dashboard_page import Data, Line, page
from platform_contract.features.dashboard_body import body_of
from platform_contract.features.dashboards import DashboardsPlan
from platform_contract.manifest import load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.planning import plan_workload

SETTINGS = stack_settings(dashboard.ROOT, "local")


@pytest.fixture(scope="module")
def plan() -> DashboardsPlan:
    made = plan_workload(load_manifests(dashboard.ROOT / "workloads", SETTINGS)["orders"], SETTINGS).features["dashboards"]
    assert isinstance(made, DashboardsPlan)
    return made


class Balanced(HTMLParser):
    """Fails where an element is not closed, or another one is."""

    VOID = ("meta",)

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def assert_whole(html: str) -> None:
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert not re.search(r"""(src|href)=["']https?://(?!eu-west-1\.console)""", html), "needs something from elsewhere"


def graph(**more) -> dict:
    return {"type": "metric", "x": 0, "y": 0, "width": 8, "height": 6, "properties": {"title": "Errors & more", "metrics": [], **more}}


def test_a_graph_has_its_lines_and_the_thresholds_that_they_come_near():
    body = {"widgets": [graph(annotations={"horizontal": [{"label": "near", "value": 4}, {"label": "far", "value": 9000}]})]}
    html = page("t", "told", [("b", body, Data(0, 3600, {0: (Line("api", ((60, 1), (120, 3))),)}, {}, {}))], str)
    assert_whole(html)
    assert "Errors &amp; more" in html and html.count("<circle") == 2 and "<title>api, 00:02: 3</title>" in html
    assert html.count("stroke-dasharray") == 1, "one far above would press the line flat"
    assert "4: near" in html and "9000: far" in html
    highs = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', html)]
    assert highs[1] < highs[0], "more is higher"


def test_what_came_from_elsewhere_is_text():
    body = {"widgets": [graph(title="<script>")]}
    html = page("<b>", "", [("b", body, Data(0, 1, {}, {0: "<i>"}, {}))], str)
    assert "<script>" not in html and "<i>" not in html and "<title>&lt;b&gt;" in html


def test_an_expression_that_is_not_known_is_told():
    body = {"widgets": [graph(metrics=[[{"expression": "m1 / m2", "label": "rate"}]], period=60)]}
    with pytest.raises(dashboard.Refusal, match="m1 / m2"):
        list(dashboard.series_of(body, None))


@pytest.mark.emulator
def test_a_page_of_what_was_deployed_and_measured(tmp_path, plan: DashboardsPlan):
    with socket.socket() as probe:
        probe.bind((clouds.HOST, 0))
        port = probe.getsockname()[1]
    cloud, _ = clouds.start(SETTINGS.account_id, SETTINGS.region, port, tmp_path)
    try:
        metrics, function = cloud.client("cloudwatch"), "local-orders-api"
        for version, errors in (("1", 0), ("2", 1)):
            dimensions = {"FunctionName": function, "Resource": f"{function}:live", "ExecutedVersion": version}
            named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
            data = [{"MetricName": name, "Dimensions": named, "Value": value} for name, value in (("Invocations", 1), ("Errors", errors))]
            metrics.put_metric_data(Namespace="AWS/Lambda", MetricData=data)
        metrics.put_metric_alarm(
            AlarmName=f"{function}-live-errors", Namespace="AWS/Lambda", MetricName="Errors", Statistic="Average", Period=60,
            EvaluationPeriods=1, Threshold=0.05, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
        metrics.put_dashboard(DashboardName=plan.release.physical_name, DashboardBody=body_of(plan.release, SETTINGS.region, {}))
        file = dashboard.draw("orders", [plan.release.physical_name], metrics, {plan.runtime.physical_name: "orders"}, 10, tmp_path)
    finally:
        clouds.stop(tmp_path)
    html = file.read_text()
    assert_whole(html)
    assert re.search(r"<title>version 2, \d\d:\d\d: 1</title>", html) and "version 1" in html
    assert f'href="orders.html#{plan.runtime.physical_name}"' in html
    states = dict(re.findall(r'title="([^"]+)">(local-orders-[a-z-]+)</span>', html)[::-1])
    assert states.pop("does not exist", "") and list(states.values()) == [f"{function}-live-errors"]
    assert "no data" in html and dashboard.ON_AWS in html


def test_metrics_that_the_embedded_cloud_does_not_have_are_told(monkeypatch, plan: DashboardsPlan):
    class Pages:
        def __init__(self, member):
            self.member = member

        def paginate(self, **_):
            return [{self.member: []}]

    class Empty:
        meta = SimpleNamespace(region_name=SETTINGS.region)

        def get_paginator(self, name):
            return Pages({"list_metrics": "Metrics", "describe_alarms": "MetricAlarms"}[name])

        def get_metric_data(self, MetricDataQueries, **_):
            return {"MetricDataResults": [{"Id": each["Id"], "Timestamps": [], "Values": []} for each in MetricDataQueries]}

    body, now = json.loads(body_of(plan.runtime, SETTINGS.region, {"http": "a1"})), time.time()
    monkeypatch.setattr(dashboard, "_elsewhere", lambda *_: Empty())  # alarms of a distribution
    data = dashboard.data_of(body, Empty(), now - 600, now)
    assert data.lines == {} and "the embedded cloud has measured nothing of AWS/DynamoDB" in data.notes.values()
    assert len(data.notes) == sum(each["type"] == "metric" for each in body["widgets"])
