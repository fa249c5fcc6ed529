"""Cost anomalies: somebody is told when an account spends far more on a service than it used to, days before a budget says so.

One subscription for a stack, to the monitor of its account. Not a monitor for each workload, though every resource has the tag for it: monitors by tag, cost
category or linked account can be created in the management account of an organisation only, and others may not subscribe to them; a stack is as a rule in an
account below. The monitor is not made here either: an account has one by service, newer accounts were given it, and a second one is refused. So
the settings name it (bootstrap/README.md). What a single workload spends is watched by its budget, which may filter by tag everywhere.
Sources: Cost Management guide, "Getting started with AWS Cost Anomaly Detection"; Cost Explorer API reference, CreateAnomalyMonitor.

Cost Explorer is one for all regions: neither resource has a `region`, and the provider calls us-east-1 by itself.
"""

import math
from collections.abc import Mapping

from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform.base import Plain
from platform_contract.platform.settings import Settings

SHARE = 0.10
"""Of all monthly budgets of the stack: what an anomaly has to cost more than was expected, in sum. Budgets tell at 80 % spent; a tenth of them that
nobody expected is worth a look long before. Ours."""
LEAST_USD = 5
"""Below it nobody looks. Ours."""


class CostAnomaliesPlan(Plain):
    """Who is told of what."""

    subscription_name: str
    monitor_arn: str
    impact_usd: int
    """An anomaly is told from so many US dollars on."""


def plan_cost_anomalies(settings: Settings, plans: Mapping[str, WorkloadPlan]) -> CostAnomaliesPlan | None:
    """The subscription of a stack; None where its settings name no monitor."""
    if settings.cost_anomaly_monitor_arn is None:
        return None
    budgets = sum(plan.budget.limit_usd for plan in plans.values())
    return CostAnomaliesPlan(
        subscription_name=f"{settings.environment}-costs-{settings.region}", monitor_arn=settings.cost_anomaly_monitor_arn,
        impact_usd=max(LEAST_USD, math.ceil(SHARE * budgets)),
    )  # fmt: skip
