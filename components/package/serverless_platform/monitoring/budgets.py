"""Budgets: who is notified before a workload has cost too much."""

from collections.abc import Mapping
from decimal import Decimal

import pulumi
from pulumi_aws import budgets

from platform_contract.plan.model import BudgetPlan


def make_budget(name: str, plan: BudgetPlan, *, topic_arn: pulumi.Input[str], tags: Mapping[str, str], opts: pulumi.ResourceOptions) -> budgets.Budget:
    """The monthly budget `NAME-budget`, which notifies its receivers and `topic_arn`."""
    shares = [("ACTUAL", share) for share in plan.actual_percent]
    shares += [("FORECASTED", share) for share in plan.forecast_percent]
    return budgets.Budget(
        f"{name}-budget", name=plan.physical_name, budget_type="COST", time_unit="MONTHLY",
        limit_amount=_decimal(plan.limit_usd), limit_unit="USD",
        cost_filters=[budgets.BudgetCostFilterArgs(name="TagKeyValue", values=[plan.tag_filter])],
        notifications=[
            budgets.BudgetNotificationArgs(
                notification_type=kind, threshold=share, threshold_type="PERCENTAGE", comparison_operator="GREATER_THAN",
                subscriber_email_addresses=list(plan.receivers), subscriber_sns_topic_arns=[topic_arn],
            )
            for kind, share in shares
        ],
        tags=tags, opts=opts,
    )  # fmt: skip


def _decimal(number: float) -> str:
    """All digits and no exponent: AWS Budgets refuses 1e+06."""
    return format(Decimal(str(number)), "f")
