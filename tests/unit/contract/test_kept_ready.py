"""Runs that are kept ready: refused where they are too few, too many or beside snapshots; counted, by environment, and part of the account."""

from pathlib import Path

import pytest

from platform_contract.economics.estimate import idle_lines
from platform_contract.features.capacity import ALARMS, FEATURE, KIND, CapacityPlan
from platform_contract.manifest import Manifest
from platform_contract.plan.account import wanted
from platform_contract.planning import draft, plan_workload
from platform_contract.platform.prices import HOURS_PER_MONTH, PRICES

from .samples import SCALED, Break, manifest, problems_with, put, settings

READY = "functions.api.provisioned_concurrency"


def scaled(*changes: Break) -> Manifest:
    return Manifest.model_validate(manifest(*SCALED, *changes))


def planned(content: Manifest, **of_stack) -> CapacityPlan:
    made = plan_workload(content, settings(**of_stack)).features[FEATURE]
    assert isinstance(made, CapacityPlan)
    return made


@pytest.mark.parametrize(("given", "told"), [
    # The sample's peak: 120 a second x 60 ms = 7.2 runs at the same time, 70 % of 11.
    ({"minimum": 5}, "minimum=5: is too few: at the peak 120 a second x 60 ms need 7.2 runs at the same time, and callers beyond what is ready wait for a start; "
                     "raise it to 11, of which the peak is 70 %, or correct the profile"),
    ({"minimum": 1, "maximum": 7}, "maximum=7: is too few: at the peak"),
    ({"minimum": 12}, "minimum=12: is more than is ever used: at the peak 120 a second x 60 ms need 7.2 runs at the same time, which is 70 % of 11; lower it to 11"),
    ({"minimum": 9, "maximum": 8}, "maximum=8: is less than the 9 that are kept ready at least; raise it to 9"),
    ({"minimum": 1, "maximum": 8, "schedules": [{"expression": "cron(0 7 * * ? *)", "minimum": 9}]}, "maximum=8: is less than the 9 that are kept ready at least"),
    ({"minimum": 1, "maximum": 21}, "maximum=21: leads to 21 kept ready, more than the 20 that the function may run at the same time; lower it to 20"),
    ({"minimum": 1, "maximum": 9, "schedules": [{"expression": "cron(0 7 * * ? 2020)", "minimum": 2}]}, "schedules[0].expression=cron(0 7 * * ? 2020): "),
])  # fmt: skip
def test_what_does_not_fit_the_peak_or_the_function_is_told(tmp_path: Path, given, told: str):
    changed = manifest(*SCALED, put(READY, given), put("functions.api.reserved_concurrency", 20))
    [problem] = problems_with(tmp_path, changed)
    assert problem.startswith(f"{READY}.{told}"), problem


@pytest.mark.parametrize("given", [
    {"minimum": 8}, {"minimum": 11}, {"minimum": 1, "maximum": 20}, {"minimum": 1, "maximum": 8, "utilization_percent": 90},
    {"minimum": 1, "schedules": [{"expression": "cron(0 7 ? * MON-FRI *)", "timezone": "Europe/Berlin", "minimum": 10}]},
])  # fmt: skip
def test_what_fits_is_taken(tmp_path: Path, given):
    assert problems_with(tmp_path, manifest(*SCALED, put(READY, given), put("functions.api.reserved_concurrency", 20))) == []


def test_snapshots_and_runs_that_are_kept_ready_exclude_each_other(tmp_path: Path):
    [problem] = problems_with(tmp_path, manifest(*SCALED, put(READY, {"minimum": 8}), put("functions.api.snap_start", True)))
    assert problem.startswith(f"{READY}.minimum=8: is not together with snap_start: Lambda keeps no version ready that starts from a snapshot; choose one: ")


def test_snapshots_want_a_runtime_that_has_them(tmp_path: Path):
    given = manifest(*SCALED, put("functions.api.snap_start", True))
    for runtime in ("python3.12", "python3.13"):
        (tmp_path / runtime).mkdir()
        assert problems_with(tmp_path / runtime, given, settings(lambda_runtime=runtime)) == []
    [problem] = problems_with(tmp_path, given, settings(lambda_runtime="python3.11"))
    assert problem.startswith("functions.api.snap_start=true: is for python3.12, python3.13, python3.14, and in dev functions run on python3.11; ")


def test_who_changes_the_number_is_planned_only_where_it_changes():
    fixed = planned(scaled(put(READY, {"minimum": 8}))).functions["api"]
    assert (fixed.minimum, fixed.most, fixed.scaling) == (8, 8, None)
    content = scaled(put(READY, {"minimum": 1, "maximum": 12, "schedules": [{"expression": "cron(0 7 * * ? *)", "minimum": 4}]}))
    ready = planned(content).functions["api"]
    assert ready.resource_id == "function:dev-orders-api:live" and ready.scaling is not None
    assert (ready.minimum, ready.most, ready.scaling.maximum, ready.scaling.target_utilization) == (1, 12, 12, 0.7)
    assert [(each.physical_name, each.minimum, each.maximum) for each in ready.scaling.schedules] == [("dev-orders-api-ready-0", 4, 12)]


@pytest.mark.parametrize("phase", ["pilot", "standardize"])
def test_before_scale_nothing_is_ready_and_no_snapshot_is_taken(phase):
    for change in (put(READY, {"minimum": 8}), put("functions.api.snap_start", True)):
        plan = draft(scaled(change), settings(), phase)
        assert FEATURE not in plan.features and not plan.functions["api"].snap_start


def test_it_differs_by_environment():
    written = scaled(put(READY, {"minimum": 8}), put("environments", {"dev": {"functions": {"api": {"provisioned_concurrency": None}}}, "prod": {
        "functions": {"api": {"provisioned_concurrency": {"minimum": 2, "maximum": 12}}}}}))  # fmt: skip
    assert FEATURE not in plan_workload(written.in_environment("dev"), settings()).features
    assert planned(written.in_environment("prod"), environment="prod").functions["api"].most == 12
    assert planned(written.in_environment("test"), environment="test").functions["api"].most == 8


def test_a_mistake_is_told_where_the_environment_makes_it(tmp_path: Path):
    spec = {"dev": {"functions": {"api": {"provisioned_concurrency": {"minimum": 40}}}}}
    [problem] = problems_with(tmp_path, manifest(*SCALED, put("environments", spec)))
    assert problem.startswith(f"environments.dev.{READY}.minimum=40: is more than is ever used")


def test_what_is_ready_is_taken_out_of_the_account_unless_the_function_reserves():
    free, reserving = (plan_workload(scaled(put(READY, {"minimum": 1, "maximum": 12}), put("functions.api.reserved_concurrency", reserved)), settings())
                       for reserved in (None, 20))  # fmt: skip
    assert wanted({"orders": free})["concurrent_executions"] == 12
    assert wanted({"orders": reserving})["concurrent_executions"] == 20


def test_it_is_paid_by_the_hour():
    without, ready, snapshots = (scaled(*change) for change in ([], [put(READY, {"minimum": 8})], [put("functions.api.snap_start", True)]))
    lines = [{line.what: line for line in idle_lines(each, plan_workload(each, settings()))} for each in (without, ready, snapshots)]
    gb_seconds = 0.5 * HOURS_PER_MONTH * 3600
    assert "runs kept ready, at least" not in lines[0]
    assert lines[1]["runs kept ready, at least"].usd == pytest.approx(8 * gb_seconds * PRICES["lambda_ready_arm64"].each)
    assert lines[2]["snapshots of functions"].usd == pytest.approx(gb_seconds * PRICES["lambda_snapshot"].each)


def test_who_finds_nothing_ready_is_told():
    """A rush is over before scaling is: fifteen minutes on end are no rush."""
    [row] = ALARMS[KIND]
    assert row.threshold_in_range({}) and (row.datapoints_to_alarm, row.evaluation_periods, row.period_seconds) == (15, 15, 60)
    assert (row.metric_name, row.statistic, row.severity) == ("ProvisionedConcurrencySpilloverInvocations", "Sum", "ticket")
    assert not planned(scaled(put(READY, {"minimum": 8})), alarms="page").functions["api"].alarms
