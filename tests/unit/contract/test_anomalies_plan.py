"""Bands: where there are any, of which metric, in which window, and what they cost."""

from itertools import pairwise
from pathlib import Path

import pytest

from platform_contract.economics.estimate import idle_lines
from platform_contract.features.anomalies import BAND, FEATURE, LEAST_PER_POINT, UNUSUAL, WINDOWS, AnomaliesPlan, window_of
from platform_contract.manifest import Manifest
from platform_contract.pages.runbooks import general_sections, page
from platform_contract.plan.model import parts_of
from platform_contract.planning import draft, plan_workload
from platform_contract.platform.base import MathAlarmPlan

from .samples import SCALED, manifest, put, settings

ROOT = Path(__file__).resolve().parents[3]
MONTH = 730 * 3600
SCHEDULED = put("functions.worker.triggers", [{"schedule": {"expression": "rate(1 day)"}}])


def planned(*changes, **of_stack) -> list[MathAlarmPlan]:
    content = Manifest.model_validate(manifest(*SCALED, *changes))
    part = draft(content, settings(**of_stack), "scale").features.get(FEATURE)
    assert part is None or isinstance(part, AnomaliesPlan)
    return [each.alarm for each in part.unusual] if part else []


def test_what_nobody_knows_a_threshold_of_has_a_band():
    assert [alarm.physical_name for alarm in planned()] == [
        "dev-orders-http-unusual-requests", "dev-orders-worker-unusual-runs", "dev-orders-orders-unusual-conflicts",
    ]  # fmt: skip


@pytest.mark.parametrize(("changes", "left_out"), [
    ([SCHEDULED], "worker-unusual-runs"),  # everybody knows how often a clock strikes
    ([put("functions.api.uses", {"orders": ["read"], "paid": ["send"]})], "orders-unusual-conflicts"),  # what is only read has no condition
], ids=["schedule", "only read"])  # fmt: skip
def test_what_is_known_or_cannot_be_has_none(changes, left_out):
    assert any(alarm.physical_name.endswith(left_out) for alarm in planned())
    assert not any(alarm.physical_name.endswith(left_out) for alarm in planned(*changes))


def test_the_table_of_idempotency_and_the_platforms_own_functions_have_none():
    content = Manifest.model_validate(manifest(*SCALED, put("functions.worker.idempotency", {})))
    plan = plan_workload(content, settings())
    assert "idempotency" in plan.tables and "backups" in plan.features
    assert [alarm.physical_name for alarm in parts_of(MathAlarmPlan, plan.features[FEATURE])] == [alarm.physical_name for alarm in planned()]


@pytest.mark.parametrize(("a_month", "seconds"), [
    (LEAST_PER_POINT * MONTH / 300, 300), (LEAST_PER_POINT * MONTH / 300 - 1, 3600), (LEAST_PER_POINT * MONTH / 3600, 3600), (LEAST_PER_POINT * MONTH / 3600 - 1, None), (0, None),
])  # fmt: skip
def test_the_window_follows_the_load(a_month, seconds):
    window = window_of(a_month)
    assert (window.period_seconds if window else None) == seconds
    assert [alarm.period_seconds for alarm in planned(put("profile.requests_per_month", int(a_month)), SCHEDULED)] == [seconds] * 2 * bool(window)


def test_windows_are_periods_that_cloudwatch_takes():
    """CloudWatch API reference, PutMetricAlarm: multiples of a minute; together a day at most, with periods below an hour."""
    assert all(it.period_seconds % 60 == 0 and it.period_seconds * it.points <= 86_400 for it in WINDOWS)
    assert all(before.period_seconds < after.period_seconds for before, after in pairwise(WINDOWS)), "the shortest that the load allows is found first"


def test_they_are_tickets_and_a_stack_that_wants_pages_only_has_none():
    assert all(". Ticket for commerce" in alarm.description for alarm in planned()) and planned(alarms="page") == []


def test_they_compare_with_the_band_alone():
    for alarm in planned():
        assert (alarm.band, alarm.threshold, alarm.treat_missing_data) == (BAND, None, "missing")
        assert alarm.expression == "FILL(counted, 0)" and list(alarm.metrics) == ["counted"]
    told = {alarm.suffix: alarm.comparison_operator for alarm in planned()}
    assert told == {f"unusual-{row.name}": row.comparison for row in UNUSUAL}
    assert told["unusual-conflicts"] == "GreaterThanUpperThreshold", "few conflicts are nothing to look at"


def test_a_band_costs_three_metrics():
    """CloudWatch pricing: the metric, and the upper and the lower bound of the band."""
    content = Manifest.model_validate(manifest(*SCALED))
    plan = plan_workload(content, settings())
    without = plan.model_copy(update={"features": {name: part for name, part in plan.features.items() if name != FEATURE}})
    lines = [sum(line.usd for line in idle_lines(content, each)) for each in (plan, without)]
    assert lines[0] - lines[1] == pytest.approx(3 * 0.30)


@pytest.mark.parametrize("phase", ["pilot", "standardize"])
def test_they_come_with_scale(phase):
    assert FEATURE not in draft(Manifest.model_validate(manifest(*SCALED)), settings(), phase).features


def test_the_runbook_says_what_is_compared():
    content = Manifest.model_validate(manifest(*SCALED))
    text = page(content, plan_workload(content, settings()), settings(), general_sections(ROOT))
    assert ("- `dev-orders-orders-unusual-conflicts`: ticket; FILL(counted, 0) (counted: Sum of AWS/DynamoDB ConditionalCheckFailedRequests) above what is usual "
            "(3 standard deviations) in 6 of 6 periods of 300 s") in text  # fmt: skip
    assert "(counted: SampleCount of AWS/ApiGateway Count) outside of what is usual (3 standard deviations) in 6 of 6 periods of 300 s" in text
