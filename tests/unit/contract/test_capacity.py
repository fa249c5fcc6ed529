"""Capacity by environment: what may differ, where a mistake in it is told, and that everything else stays the same."""

import shutil
from pathlib import Path

import pytest
import yaml

from platform_contract.__main__ import main
from platform_contract.economics.estimate import cost
from platform_contract.economics.idle import GROUPS, idle_cost
from platform_contract.features.probe import FEATURE as PROBE
from platform_contract.manifest import Manifest, load_manifests, read_manifest
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.planning import plan_all, plan_workload
from platform_contract.platform.prices import PRICES
from platform_contract.registry import ALARMS

from .samples import TODAY, everything, manifest, problems_with, put, settings

ROOT = Path(__file__).resolve().parents[3]
LESS = {
    "functions": {"api": {"memory_mb": 256, "timeout_seconds": 5, "reserved_concurrency": 20}},
    "profile": {"peak_per_second": 5, "requests_per_month": 1000}, "cost": {"monthly_budget_usd": 10},
}  # fmt: skip


def test_only_what_is_written_differs_and_only_there():
    written = Manifest.model_validate(manifest(put("environments", {"dev": LESS}), put("functions.api.reserved_concurrency", 100)))
    here = written.in_environment("dev")
    api = here.functions["api"]
    assert (api.memory_mb, api.timeout_seconds, api.reserved_concurrency) == (256, 5, 20)
    assert (here.profile.peak_per_second, here.profile.requests_per_month, here.profile.duration_ms_p95) == (5, 1000, 60)
    assert here.cost.monthly_budget_usd == 10
    assert here.functions["worker"] == written.functions["worker"]
    assert written.in_environment("prod") == written.model_copy(update={"environments": {}})
    assert here.in_environment("dev") == here.in_environment("prod") == here, "once is enough"


def test_null_takes_a_reservation_away_so_that_the_stacks_holds():
    text = yaml.safe_dump(manifest(put("functions.api.reserved_concurrency", 50), put("environments", {"dev": {"functions": {"api": {"reserved_concurrency": None}}}})))
    for environment, reserved in (("dev", 10), ("prod", 50)):
        judged = settings(environment=environment, reserved_concurrency=10)
        assert plan_workload(read_manifest(text, "orders", judged, TODAY), judged).functions["api"].reserved_concurrency == reserved


PROBLEMS = [
    ({"functions": {"api": {"memory_mb": 64}}},
     "functions.api.memory_mb=64: must be at least 128 MB: memory; the share of a processor grows with it; raise it"),
    ({"functions": {"api": {"memory_mb": None}}},
     "functions.api.memory_mb: must be a whole number: memory; the share of a processor grows with it; fill it in, or remove the key"),
    ({"functions": {"apx": {"memory_mb": 256}}},
     "functions.apx: is none of the functions of this workload; there is api, worker; did you mean 'api'?"),
    ({"streams": {"clicks": {"shards": 1}}}, "streams.clicks: is none of the streams of this workload; there is (nothing); correct it"),
    ({"functions": {"api": {"timeout_seconds": 45}}},
     "functions.api.timeout_seconds=45: must be at most 30 s behind an HTTP route: API Gateway gives up then, its limit; lower it, or answer at "
     "once and do the work behind a queue"),
    ({"functions": {"api": {"reserved_concurrency": 8}}},
     "functions.api.reserved_concurrency=8: leaves no room: at the peak 120 a second x 60 ms need 7.2 runs at the same time, 90 % of it, and "
     "above 80 % the alarm of the function rings; raise it to 9 in the manifest, or correct the profile"),
    ({"queues": {}}, "queues: is not known here; remove it; known are functions, tables, streams, rest_api, profile, cost"),
    ({"functions": {"api": {"handler": "orders.other.handler"}}},
     "functions.api.handler: is not known here; remove it; known are memory_mb, timeout_seconds, reserved_concurrency, provisioned_concurrency"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "told"), PROBLEMS, ids=[told.split(":")[0] for _, told in PROBLEMS])
def test_a_mistake_is_told_where_it_was_written(tmp_path, spec, told):
    assert problems_with(tmp_path, manifest(put("environments", {"dev": spec}))) == [f"environments.dev.{told}"]


def test_a_rest_api_that_is_not_there_has_no_capacity(tmp_path):
    told = problems_with(tmp_path, manifest(put("environments", {"prod": {"rest_api": {"cache_gb": "0.5"}}})))
    assert told == ["environments.prod.rest_api: is for a REST API, and no function has a route of one; remove it"]


def test_what_another_environment_sets_is_judged_there(tmp_path):
    late = manifest(put("environments", {"prod": {"functions": {"api": {"timeout_seconds": 45}}}}))
    assert problems_with(tmp_path, late) == []
    shutil.rmtree(tmp_path / "workloads")
    assert len(problems_with(tmp_path, late, settings(environment="prod"))) == 1


def test_a_stream_of_a_fixed_size_takes_the_peak(tmp_path):
    stream = {"handler": "orders.count.handler", "triggers": [{"stream": {"stream": "clicks"}}]}
    breaks = [put("profile.trigger", "stream"), put("functions.count", stream), put("functions.api.uses.clicks", ["put"]), put("profile.peak_per_second", 2000)]
    quick = put("profile.duration_ms_p95", 1)
    rates = settings(api_rate_per_second=3000)
    assert problems_with(tmp_path, manifest(*breaks, quick, put("streams", {"clicks": {"shards": 2}})), rates) == []
    shutil.rmtree(tmp_path / "workloads")
    assert problems_with(tmp_path, manifest(*breaks, quick, put("streams", {"clicks": {"shards": 1}})), rates) == [
        "streams.clicks.shards=1: takes 1,000 records a second, and the peak of the profile is 2000; raise it to 2, or leave it out: a stream on "
        "demand grows by itself"
    ]


def test_a_cache_in_one_environment_only():
    """Routes cache wherever there is a cache; a cache that is nowhere is a mistake."""
    dev = {name: it for name, it in load_manifests(ROOT / "workloads", stack_settings(ROOT, "dev")).items() if name == "partners"}
    prod = load_manifests(ROOT / "workloads", stack_settings(ROOT, "prod"))
    assert (dev["partners"].rest_api.cache_gb, prod["partners"].rest_api.cache_gb) == (None, "0.5")


def test_pages_only_leaves_the_tickets_out():
    content = Manifest.model_validate(everything())
    every, pages = (plan_workload(content, settings(reserved_concurrency=200, alarms=which)) for which in ("all", "page"))
    tickets = {row.suffix for rows in ALARMS.values() for row in rows if row.severity == "ticket"}
    gone = set(every.alarm_names()) - set(pages.alarm_names())
    assert gone and set(pages.alarm_names()) < set(every.alarm_names())
    assert {suffix for name in gone for suffix in tickets if name.endswith(suffix)}
    descriptions = [alarm.description for alarm in pages.functions["sweep"].alarms]
    assert descriptions and all(". Page for " in each for each in descriptions)


def test_what_a_stack_costs_though_nothing_runs_by_hand():
    contents = {"orders": Manifest.model_validate(manifest()), "billing": Manifest.model_validate(manifest(put("name", "billing")))}
    plans = plan_all(contents, settings())
    it = idle_cost(contents, plans, settings())
    alarms = len(plans["orders"].alarm_names()) * 0.10
    polls = 5 * 2_628_000 / 20 * 0.4e-6
    assert it.by_workload["orders"] == pytest.approx({"alarms": alarms, "keys": 1.0, "polling": polls})
    assert it.by_workload["platform"] == {"keys": 1.0}
    assert it.sum() == pytest.approx(2 * (alarms + 1 + polls) + 1) == pytest.approx(sum(cost(each, settings()).idle_usd for each in contents.values()) + 1)
    assert it.groups == ["alarms", "keys", "polling"], "what costs nothing is no column"
    assert it.rows()[-1] == ["sum", f"{2 * alarms:.2f}", "3.00", f"{2 * polls:.2f}", f"{it.sum():.2f}"]
    assert "to 3 keys USD 6.00 from the third year on" in it.notes[1], "each rotates once a year, and two rotations are billed"


def test_everything_that_costs_while_idle_has_its_column():
    """A cache, streams of either kind, secrets, polling: a price that is in no group would be an error, not a gap."""
    for stack in ("dev", "prod"):
        known = stack_settings(ROOT, stack)
        manifests = load_manifests(ROOT / "workloads", known)
        it = idle_cost(manifests, plan_all(manifests, known), known)
        assert set(it.groups) == {*GROUPS.values(), PROBE} - ({"caches"} if stack == "dev" else set())
        assert it.by_workload["clickstream"]["streams"] == pytest.approx(730 * PRICES["kinesis_shard_hour" if stack == "dev" else "kinesis_stream_hour"].each)
        assert it.by_workload["partners"].get("caches", 0) == pytest.approx(0 if stack == "dev" else 730 * PRICES["rest_cache_0.5"].each)


def test_the_command_prints_it(capsys):
    assert main(["--root", str(ROOT), "idle", "--stack", "dev"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("| workload | alarms | keys | streams | polling | secrets | dashboards | quick starts | firewalls | probe | USD a month |\n")
    assert "\n| sum | " in said and "\n- List prices of eu-west-1" in said


def test_capacity_for_the_environment_of_no_stack_is_told(tmp_path, capsys):
    for pattern in ("Pulumi.*.yaml", "workloads/*.yaml"):
        for path in ROOT.glob(pattern):
            (tmp_path / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, tmp_path / path.relative_to(ROOT))
    path = tmp_path / "workloads" / "partners.yaml"
    path.write_text(path.read_text().replace("\n  dev: {rest_api", "\n  dve: {rest_api"))
    assert main(["--root", str(tmp_path), "check"]) == 1
    said = capsys.readouterr().err
    assert "workloads/partners.yaml\n  environments.dve\n    is the environment of no stack; there is dev, local, prod\n    fix: did you mean 'dev'?" in said
