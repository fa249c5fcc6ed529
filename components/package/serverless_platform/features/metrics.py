"""Alarms on what the code of one workload counts of its business. The metrics themselves come with the first line that counts."""


import pulumi

from platform_contract.features.metrics import MetricsPlan

from ..monitoring.alarms import make_alarms
from ..planned import Planned
from .context import Context


class BusinessMetrics(pulumi.ComponentResource):
    """The alarms of each metric that has some."""

    def __init__(self, name: str, made: Planned[MetricsPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        super().__init__("serverless-platform:index:BusinessMetrics", name, {}, opts)
        for metric, each in plan.metrics.items():
            make_alarms(
                f"{name}-{metric}", each.alarms, topic_arn=made.shared.alarm_topic_arn, tags=made.shared.tags,
                opts=pulumi.ResourceOptions(parent=self),
            )  # fmt: skip
        self.register_outputs({})


def make(context: Context, plan: MetricsPlan, opts: pulumi.ResourceOptions) -> BusinessMetrics:
    """The business metrics of one workload."""
    return BusinessMetrics(f"{context.name}-metrics", context.planned(plan), opts)
