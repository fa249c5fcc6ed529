"""Alarms on what the code of one workload counts of its business. The metrics themselves come with the first line that counts."""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi

from platform_contract.features.metrics import MetricsPlan

from ..arguments import validated
from ..monitoring.alarms import make_alarms
from ..planned import alarms_of
from .context import Context


class BusinessMetricsArgs(TypedDict):
    """Arguments of BusinessMetrics."""

    metrics: Mapping[str, Any]
    """Their plan (platform_contract.features.metrics.MetricsPlan)."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that alarms tell."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class BusinessMetrics(pulumi.ComponentResource):
    """The alarms of each metric that has some."""

    def __init__(self, name: str, args: BusinessMetricsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = validated("BusinessMetrics", name, MetricsPlan, args["metrics"])
        super().__init__("serverless-platform:index:BusinessMetrics", name, {}, opts)
        for metric, each in plan.metrics.items():
            make_alarms(
                f"{name}-{metric}", alarms_of(each.alarms), topic_arn=args["alarm_topic_arn"], tags=args["tags"],
                opts=pulumi.ResourceOptions(parent=self),
            )  # fmt: skip
        self.register_outputs({})


def make(context: Context, plan: MetricsPlan, opts: pulumi.ResourceOptions) -> BusinessMetrics:
    """The business metrics of one workload."""
    return BusinessMetrics(f"{context.name}-metrics", {
        "metrics": plan.model_dump(mode="json"), "alarm_topic_arn": context.alarm_topic_arn, "tags": context.plan.tags,
    }, opts)  # fmt: skip
