"""Alarms on business metrics: on what the code in the bundle counts, and one for what stops is not silent when nothing is counted."""

import pytest

from tests.program.breaking import Change, only, told_of, with_
from tests.program.checks import alarms
from tests.program.graph import Graph


def test_what_the_manifest_declares_is_watched(graph: Graph):
    sent = {node.name: node.inputs for node in graph.all("cloudwatch/metricAlarm") if node.name.startswith("orders-metrics-")}
    assert {name: (it["metricName"], it["dimensions"], it["threshold"], it["period"]) for name, it in sent.items()} == {
        "orders-metrics-orders-accepted-too-few": ("OrdersAccepted", {"service": "orders"}, 1, 3600),
        "orders-metrics-support-denied-too-many": ("SupportDenied", {"service": "orders"}, 20, 300),
    }


@pytest.mark.parametrize(("change", "says"), [
    (with_(metric_name="OrderAccepted"), "serverless-platform publishes no OrderAccepted with dimensions ['service']"),
    (with_(dimensions={"service": "order"}), "publishes no OrdersAccepted"),
    (with_(dimensions={"service": "orders", "function_name": "dev-orders-api"}), "publishes no OrdersAccepted with dimensions ['function_name', 'service']"),
    (with_(treat_missing_data="notBreaching"), "is silent when nothing at all is counted"),
    (with_(threshold=0), "threshold 0.0 is outside of what the statistic can reach"),
])  # fmt: skip
def test_an_alarm_that_cannot_fire_is_noticed(monkeypatch: pytest.MonkeyPatch, change: Change, says: str):
    found = told_of(monkeypatch, ("orders",), "cloudwatch.MetricAlarm", only("-too-few", change), alarms)
    assert any(says in each for each in found), found
