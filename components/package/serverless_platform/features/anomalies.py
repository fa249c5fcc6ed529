"""Alarms of one workload on what is unusual: each compares a count with the band that CloudWatch has learnt of it."""


import pulumi

from platform_contract.features.anomalies import AnomaliesPlan

from ..monitoring.alarms import make_math_alarm
from ..planned import Planned
from .context import Context


class Anomalies(pulumi.ComponentResource):
    """What of a workload is compared with what is usual."""

    def __init__(self, name: str, made: Planned[AnomaliesPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        super().__init__("serverless-platform:index:Anomalies", name, {}, opts)
        for each in plan.unusual:
            make_math_alarm(
                f"{name}-{each.name}", each.alarm, assigned=made.given["api_ids"][each.alarm.api] if each.alarm.api else None,
                topic_arn=made.shared.alarm_topic_arn, tags=made.shared.tags, opts=pulumi.ResourceOptions(parent=self),
            )  # fmt: skip
        self.register_outputs({})


def make(context: Context, plan: AnomaliesPlan, opts: pulumi.ResourceOptions) -> Anomalies:
    """The anomalies of one workload."""
    return Anomalies(f"{context.name}-anomalies", context.planned(plan, api_ids={name: api.api_id for name, api in context.apis.items()}), opts)
