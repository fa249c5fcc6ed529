"""Objectives: the numbers of the burn rates, that every window can fire, and for which traffic their pairs do."""

import math
import re
from dataclasses import dataclass

import pytest

from platform_contract.economics.estimate import cost, idle_lines
from platform_contract.features.probe import monthly
from platform_contract.features.slo import BURN_RATES, FEATURE, INDICATORS, LEAST_BAD, BurnRate, Indicator, SloPlan
from platform_contract.manifest import Manifest
from platform_contract.plan.model import alarms_in, parts_of
from platform_contract.planning import draft, plan_workload
from platform_contract.platform.base import MathAlarmPlan
from platform_contract.platform.prices import PRICES
from platform_contract.registry import ALARMS

from .samples import SCALED, manifest, put, settings

MINUTE, HOUR, DAY = 60, 3600, 86_400
SLO = {"availability_percent": 99.9, "latency_ms_p99": 800}
BUDGET = 0.001


def scaled(*changes, **given) -> Manifest:
    return Manifest.model_validate(manifest(*SCALED, put("slo", given.pop("slo", SLO)), *changes))


def planned(content: Manifest, **of_stack) -> SloPlan:
    made = plan_workload(content, settings(**of_stack)).features[FEATURE]
    assert isinstance(made, SloPlan)
    return made


def test_the_numbers_are_those_of_the_workbook():
    told = {it.name: (it.long_seconds, it.short_seconds, it.times, it.severity, round(it.budget_share, 4)) for it in BURN_RATES}
    assert told == {
        "1h": (HOUR, 5 * MINUTE, 14.4, "page", 0.02),
        "6h": (6 * HOUR, 30 * MINUTE, 6, "page", 0.05),
        "1d": (DAY, 2 * HOUR, 3, "ticket", 0.1),
    }
    assert all(it.short_seconds * 12 == it.long_seconds for it in BURN_RATES)


def test_windows_are_periods_that_cloudwatch_takes():
    """CloudWatch API reference, PutMetricAlarm: multiples of a minute, a day at most."""
    for objective in planned(scaled()).objectives:
        for window in objective.windows:
            assert window.period_seconds % MINUTE == 0 and window.period_seconds * window.evaluation_periods <= DAY
            assert (window.datapoints_to_alarm, window.evaluation_periods, window.treat_missing_data) == (1, 1, "notBreaching")


@pytest.mark.parametrize("percent", [95, 99, 99.9, 99.99, 99.999])
def test_every_window_can_fire_and_none_always_does(percent: float):
    """A share is 0 to 1. The manifest takes no promise whose windows an outage could not reach."""
    for objective in planned(scaled(slo={**SLO, "availability_percent": percent})).objectives:
        assert len(objective.windows) == 6 and len(objective.alarms) == 3
        for window in objective.windows:
            assert window.threshold is not None and 0 < window.threshold < 1, window.suffix
            assert window.comparison_operator == "GreaterThanThreshold"


def test_expressions_name_their_metrics_and_nothing_else():
    for objective in planned(scaled()).objectives:
        for alarm in (*objective.windows, objective.left):
            assert set(re.findall(r"[a-z_]+", alarm.expression.replace("IF", ""))) <= set(alarm.metrics), alarm


def test_an_alarm_of_both_windows_names_its_own():
    for objective in planned(scaled()).objectives:
        told = {window.physical_name: window.told_by for window in objective.windows}
        for alarm in objective.alarms:
            assert alarm.all_of == (f"{alarm.physical_name}-long", f"{alarm.physical_name}-short")
            assert {told.pop(each) for each in alarm.all_of} == {alarm.physical_name}
        assert told == {}


@dataclass(frozen=True)
class Calls:
    """Minute -> (calls, of them bad). As CloudWatch sums them up; a window looks back from the end of a minute."""

    by_minute: dict[int, tuple[int, int]]

    def of(self, end: int, minutes: int) -> tuple[int, int]:
        found = [self.by_minute.get(minute, (0, 0)) for minute in range(end - minutes, end)]
        return sum(calls for calls, _ in found), sum(bad for _, bad in found)


def steady(minutes: int, each: int, bad_share: float, start: int = 0) -> dict[int, tuple[int, int]]:
    """So many calls a minute; what is bad of them is spread evenly."""
    gone = [math.floor(number * each * bad_share + 1e-9) for number in range(minutes + 1)]
    return {start + number: (each, gone[number + 1] - gone[number]) for number in range(minutes)}


def fires(indicator: Indicator, burn: BurnRate, calls: Calls, minutes: int, budget: float = BUDGET) -> list[int]:
    """Minutes in which both windows of a pair fire: the expressions of the plan, computed."""
    return [end for end in range(1, minutes + 1)
            if all(_over(indicator, calls.of(end, seconds // 60), floor, burn.times * budget) for seconds, floor in ((burn.long_seconds, True), (burn.short_seconds, False)))]  # fmt: skip


def _over(indicator: Indicator, counted: tuple[int, int], floor: bool, threshold: float) -> bool:
    calls, bad = counted
    if not calls:
        return False  # no data: notBreaching
    values = {"failed": bad, "total": calls, "within": 100 * (calls - bad) / calls}
    share, number = (eval(each, {}, values) for each in (indicator.share, indicator.bad))
    return (share if not floor or number >= LEAST_BAD - 1e-9 else 0) > threshold


AVAILABILITY = INDICATORS["http_api"][0]
EITHER = pytest.mark.parametrize("indicator", INDICATORS["http_api"], ids=lambda it: it.name)
FAST, SLOW, TICKET = BURN_RATES


def test_the_simulation_computes_what_is_planned():
    """The floor stands in the long window, and nowhere else."""
    for objective, indicator in zip(planned(scaled()).objectives, INDICATORS["http_api"], strict=True):
        long, short = (next(it for it in objective.windows if it.suffix.endswith(f"1h-{which}")) for which in ("long", "short"))
        assert short.expression == indicator.share
        assert long.expression == f"IF({indicator.bad} >= {LEAST_BAD}, {indicator.share}, 0)"


@EITHER
def test_an_outage_pages_within_minutes_and_ends_when_it_does(indicator: Indicator):
    calls = Calls({**steady(120, 60, 0), **steady(15, 60, 1, start=120), **steady(60, 60, 0, start=135)})
    found = fires(indicator, FAST, calls, 195)
    assert found[0] <= 122, "an hour that was good does not hide it"
    assert 135 <= found[-1] <= 140, "the short window ends it, though the hour still holds the failures"


@EITHER
def test_what_uses_up_the_budget_at_twice_the_rate_of_a_pair_fires_it_and_at_half_of_it_does_not(indicator: Indicator):
    for burn in BURN_RATES:
        minutes = burn.long_seconds // 60
        above, below = (Calls(steady(minutes, 1000, burn.times * BUDGET * part)) for part in (2, 0.5))
        assert fires(indicator, burn, above, minutes), burn.name
        assert not fires(indicator, burn, below, minutes), burn.name


@EITHER
def test_as_much_as_was_promised_may_fail_and_nobody_is_told(indicator: Indicator):
    calls = Calls(steady(DAY // 60, 100, BUDGET))
    assert not [burn.name for burn in BURN_RATES if fires(indicator, burn, calls, DAY // 60)]


@EITHER
def test_a_slow_leak_is_a_ticket_and_wakes_nobody(indicator: Indicator):
    calls = Calls(steady(DAY // 60, 200, 4 * BUDGET))
    assert [burn.name for burn in BURN_RATES if fires(indicator, burn, calls, DAY // 60)] == ["1d"]


@EITHER
def test_one_bad_call_of_few_wakes_nobody(indicator: Indicator):
    """One of twelve is 80 times the share that was promised."""
    sparse = {5 * number: (1, int(number == 6)) for number in range(12)}
    assert not any(fires(indicator, burn, Calls(sparse), 70) for burn in BURN_RATES)


@EITHER
def test_few_calls_that_all_fail_page_within_the_hour(indicator: Indicator):
    """A floor on calls instead of bad ones would sleep through this."""
    sparse = {5 * number: (1, 1) for number in range(12)}
    assert fires(indicator, FAST, Calls(sparse), 60)


def test_a_pair_without_its_short_window_would_last_for_an_hour():
    """What the short window is for: without it the alarm goes on long after the outage."""
    calls = Calls({**steady(60, 60, 0), **steady(10, 60, 1, start=60), **steady(60, 60, 0, start=70)})
    long_alone = BurnRate("x", FAST.long_seconds, FAST.long_seconds, FAST.times, "page")
    assert max(fires(AVAILABILITY, long_alone, calls, 130)) >= 120 > max(fires(AVAILABILITY, FAST, calls, 130))


def test_only_where_somebody_waits_is_there_an_objective():
    """A worker of a queue, an event or a workflow tells of each piece by itself: once is enough."""
    assert set(INDICATORS) == {"http_api", "rest_api", "graphql_api"}
    singly = {"dead_letter_queue": "messages", "failures": "messages", "asynchronous": "dropped", "workflow": "failed"}
    for kind, suffix in singly.items():
        [row] = [row for row in ALARMS[kind] if row.suffix == suffix]  # type: ignore[index]
        assert row.severity == "page" and row.datapoints_to_alarm == row.evaluation_periods == 1 and row.threshold.number <= 1


@pytest.mark.parametrize(("changes", "phase"), [
    ([put("functions.api.smoke", []), put("functions.api.triggers", [{"queue": {"queue": "paid"}}]), put("functions.worker.triggers", [{"schedule": {"expression": "rate(1 day)"}}])], "scale"),
    ([put("slo", None)], "scale"),
    ([], "standardize"),
])  # fmt: skip
def test_without_promise_api_or_phase_there_is_none(changes, phase):
    assert FEATURE not in draft(scaled(*changes), settings(), phase).features


def test_a_stack_that_wants_pages_only_has_no_tickets():
    objectives = planned(scaled(), alarms="page").objectives
    assert [alarm.suffix for it in objectives for alarm in it.alarms] == [
        f"{what}-burn-{name}" for what in ("availability", "latency") for name in ("1h", "6h")
    ]


def test_a_promise_costs_2_70_and_is_counted():
    """Six windows of two metrics each, three alarms of alarms; an API has two promises: availability and latency."""
    before, after = scaled(put("phase", "standardize")), scaled()
    added = sum(line.usd for line in idle_lines(after, plan_workload(after, settings()))) - sum(
        line.usd for line in idle_lines(before, plan_workload(before, settings()))
    )
    features = plan_workload(after, settings()).features  # which the phase adds as well
    added -= 0.10 * (len(list(alarms_in(features["backups"]))) + sum(alarm.billed_metrics for alarm in parts_of(MathAlarmPlan, features["anomalies"])))
    added -= 0.10 * len(list(alarms_in(features["probe"]))) + sum(use.quantity * PRICES[use.price].each for use in monthly(features["probe"]))
    assert added == pytest.approx(2 * (6 * 2 * 0.10 + 3 * 0.50)) == pytest.approx(2 * 2.70)
    assert [line.quantity for line in cost(after, settings()).idle if line.what == "alarms of alarms"] == [6]


def test_the_error_budget_is_whole_without_failures_and_gone_with_as_many_as_promised():
    left = {it.indicator: it.left for it in planned(scaled()).objectives}
    for calls, bad, wanted in ((1000, 0, 100), (1000, 1, 0), (2000, 1, 50), (1000, 2, -100)):
        assert eval(left["availability"].expression, {}, {"failed": bad, "total": calls}) == pytest.approx(wanted)
    for within, wanted in ((100, 100), (99, 0), (99.5, 50)):
        assert eval(left["latency"].expression, {}, {"within": within, "total": 1}) == pytest.approx(wanted)
