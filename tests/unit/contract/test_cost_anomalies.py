"""From how much on a cost anomaly is told, and which monitors a stack may name."""

import pytest

from platform_contract.manifest import Manifest
from platform_contract.plan.cost_anomalies import LEAST_USD, plan_cost_anomalies
from platform_contract.planning import plan_workload
from platform_contract.platform.diagnostics import ProblemsError

from .samples import manifest, put, settings

MONITOR = "arn:aws:ce::123456789012:anomalymonitor/0a1b2c3d"


@pytest.mark.parametrize(("budgets", "usd"), [((50,), LEAST_USD), ((50, 60), 11), ((51.5,), 6), ((4000,), 400), ((), LEAST_USD)])
def test_it_is_a_tenth_of_all_budgets(budgets, usd):
    of_stack = settings(cost_anomaly_monitor_arn=MONITOR)
    plans = {str(number): plan_workload(Manifest.model_validate(manifest(put("cost.monthly_budget_usd", budget))), of_stack) for number, budget in enumerate(budgets)}
    plan = plan_cost_anomalies(of_stack, plans)
    assert plan is not None and (plan.impact_usd, plan.monitor_arn, plan.subscription_name) == (usd, MONITOR, "dev-costs-eu-west-1")


def test_without_a_monitor_there_is_none():
    assert plan_cost_anomalies(settings(), {}) is None


@pytest.mark.parametrize(("arn", "told"), [
    ("arn:aws:ce::111111111111:anomalymonitor/one", ["is of another account, whose monitors only that account may subscribe to", "name the monitor of 123456789012, or null"]),
    ("one", ["must be the ARN of a monitor of AWS Cost Anomaly Detection", "write what `aws ce get-anomaly-monitors` tells of the account, or null"]),
    ("arn:aws:ce::123456789012:anomalysubscription/one", ["must be the ARN of a monitor"]),
])  # fmt: skip
def test_a_wrong_monitor_is_told(arn, told):
    with pytest.raises(ProblemsError) as raised:
        settings(cost_anomaly_monitor_arn=arn)
    assert all(part in str(raised.value) for part in ("cost_anomaly_monitor_arn", *told)), str(raised.value)
