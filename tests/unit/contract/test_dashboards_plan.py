"""Dashboards of every reference workload, as if all were standardized: what they draw is published, and fits CloudWatch's limits."""

import json
from pathlib import Path

import pytest

from platform_contract.economics.estimate import cost, idle_lines
from platform_contract.economics.idle import idle_cost
from platform_contract.features.dashboard_body import COLUMNS, body_of
from platform_contract.features.dashboards import ALARMS_OF_A_WIDGET, FEATURE, DashboardsPlan, index_of
from platform_contract.manifest import Manifest, load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.planning import plan_workload
from platform_contract.registry import ALARMS
from tests.program.metrics import METRICS
from tests.program.widgets import drawn, widgets

from .samples import STANDARDIZED, manifest, put, settings

ROOT = Path(__file__).resolve().parents[3]
PROD = stack_settings(ROOT, "prod")
MANIFESTS = {name: it.model_copy(update={"phase": "standardize"}) for name, it in load_manifests(ROOT / "workloads", PROD).items()}


def planned(name: str) -> DashboardsPlan:
    made = plan_workload(MANIFESTS[name], PROD).features[FEATURE]
    assert isinstance(made, DashboardsPlan)
    return made


def bodies(plan: DashboardsPlan) -> list[str]:
    return [body_of(each, PROD.region, {api: f"{api}-id" for api in each.apis()}) for each in (plan.release, plan.runtime)]


@pytest.mark.parametrize("name", MANIFESTS)
def test_only_what_services_publish_is_drawn(name: str):
    kinds = 0
    for body in bodies(planned(name)):
        for it in drawn(body):
            kinds += 1
            if not it.namespace.startswith("serverless-platform"):  # of code and logs: tests/program proves those with both
                assert it.metric in METRICS[it.namespace][tuple(sorted(it.dimensions))], it
    assert kinds > 5


@pytest.mark.parametrize("name", MANIFESTS)
def test_widgets_lie_beside_each_other(name: str):
    for body in bodies(planned(name)):
        places = [{key: each[key] for key in ("x", "y", "width", "height")} for each in json.loads(body)["widgets"]]
        taken = [(x, y) for it in places for x in range(it["x"], it["x"] + it["width"]) for y in range(it["y"], it["y"] + it["height"])]
        assert len(taken) == len(set(taken)) and max(x for x, _ in taken) < COLUMNS
        assert all(len(widget["alarms"]) <= ALARMS_OF_A_WIDGET for widget in widgets(body, "alarm"))


def test_a_graph_of_a_kind_has_the_dimensions_of_its_first_alarm():
    for kind, rows in ALARMS.items():
        assert len({(row.namespace, tuple(row.dimensions.items()), row.assigned_dimensions) for row in rows}) == 1, kind


def test_dashboards_cost_three_dollars_each_and_are_counted():
    pilot, standardized = Manifest.model_validate(manifest()), Manifest.model_validate(manifest(*STANDARDIZED))
    line = next(line for line in cost(standardized, settings()).idle if line.what == "dashboards")
    assert (line.quantity, line.usd) == (2, 6)
    assert not [line for line in idle_lines(pilot, plan_workload(pilot, settings())) if line.what == "dashboards"]
    both = {"orders": standardized}
    by_workload = idle_cost(both, {name: plan_workload(it, settings()) for name, it in both.items()}, settings()).by_workload
    assert (by_workload["orders"]["dashboards"], by_workload["platform"]["dashboards"]) == (6, 3)


def test_a_stack_of_pilots_has_no_index():
    pilot = Manifest.model_validate(manifest(put("phase", "pilot")))
    assert index_of(settings(), {"orders": plan_workload(pilot, settings())}) is None


def test_a_pilot_is_listed_without_links():
    plans = {name: plan_workload(it if name == "orders" else it.model_copy(update={"phase": "pilot"}), PROD) for name, it in MANIFESTS.items()}
    index = index_of(PROD, plans)
    assert index and "| chat | " in index.widgets[0].text
    assert "| orders | commerce | standardize | [release health](#dashboards/dashboard/prod-orders-release-eu-west-1), [runtime health](" in index.widgets[0].text
    assert len(index.widgets) == 2, "alarm states of what has dashboards"
