"""What the catalogue decides of an alarm is what CloudWatch gets: component and plan in between change no number."""

from collections.abc import Iterator

import pytest

from platform_contract.phases import ALARMS
from tests.program.breaking import Change, only, told_of, with_
from tests.program.graph import Graph
from tests.program.metrics import alarms_of_one_metric

ROWS = {f"{kind.replace('_', '-')}-{row.suffix}": row for kind, rows in ALARMS.items() for row in rows}
"""Section of the runbook, which each alarm's description names -> the row that it was made from."""


def altered(graph: Graph) -> Iterator[str]:
    for alarm in alarms_of_one_metric(graph):
        sent, row = alarm.inputs, ROWS[alarm.inputs["alarmDescription"].rsplit("#", 1)[1]]
        found = {
            "statistic": sent.get("statistic"), "percentile": sent.get("extendedStatistic"), "comparison": sent["comparisonOperator"],
            "period": sent["period"], "points": (sent["datapointsToAlarm"], sent["evaluationPeriods"]), "missing": sent["treatMissingData"],
            # A share of a fact, such as a timeout, is the plan's: the fact stands in the manifest.
            "threshold": sent["threshold"] if not row.threshold.of else None,
        }  # fmt: skip
        wanted = {
            "statistic": row.statistic, "percentile": row.extended_statistic, "comparison": row.comparison,
            "period": sent["period"] if row.period_of else row.period_seconds, "points": (row.datapoints_to_alarm, row.evaluation_periods), "missing": row.treat_missing_data,
            "threshold": row.threshold.number if not row.threshold.of else None,
        }  # fmt: skip
        yield from (f"{alarm.name}: {name} is {found[name]}, not {wanted[name]}" for name in wanted if found[name] != wanted[name])


def test_alarms_have_the_numbers_of_the_catalogue(graph: Graph):
    assert len(graph.all("cloudwatch/metricAlarm")) > 100
    assert list(altered(graph)) == []


def test_shares_are_of_the_facts_of_what_is_watched(dev: Graph):
    """80 % of orders.api's 10 s; half of the four days that receipts waits; ten visibility timeouts of 181 s; what orders promises."""
    thresholds = {alarm.name: alarm.inputs["threshold"] for alarm in alarms_of_one_metric(dev)}
    names = ("orders-api-duration", "receipts-paid-orders-oldest-message", "receipts-paid-orders-backlog", "orders-http-latency")
    assert [thresholds[name] for name in names] == [8000, 172_800, 1810, 800]


@pytest.mark.parametrize(("change", "says"), [
    (only("-errors", with_(threshold=0.5)), "orders-api-errors: threshold is 0.5, not 0.05"),
    (only("-throttles", with_(statistic="Average")), "orders-api-throttles: statistic is Average, not Sum"),
    (only("-errors-hour", with_(evaluation_periods=3)), "orders-api-errors-hour: points is (3.0, 3.0), not (3, 12)"),
    (only("-errors-hour", with_(treat_missing_data="missing")), "orders-api-errors-hour: missing is missing, not notBreaching"),
])  # fmt: skip
@pytest.mark.thorough
def test_an_altered_alarm_is_noticed(monkeypatch: pytest.MonkeyPatch, change: Change, says: str):
    found = told_of(monkeypatch, ("orders",), "cloudwatch.MetricAlarm", change, altered)
    assert says in found
