"""Alarms of one workload on what is unusual: each compares a count with the band that CloudWatch has learnt of it."""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi

from platform_contract.features.anomalies import AnomaliesPlan

from ..arguments import validated
from ..monitoring.alarms import make_math_alarm
from .context import Context


class AnomaliesArgs(TypedDict):
    """Arguments of Anomalies."""

    anomalies: Mapping[str, Any]
    """Their plan (platform_contract.features.anomalies.AnomaliesPlan)."""
    api_ids: Mapping[str, pulumi.Input[str]]
    """API of the plan -> its id, which AWS assigns and metrics have as a dimension."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that alarms tell."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class Anomalies(pulumi.ComponentResource):
    """What of a workload is compared with what is usual."""

    def __init__(self, name: str, args: AnomaliesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = validated("Anomalies", name, AnomaliesPlan, args["anomalies"])
        super().__init__("serverless-platform:index:Anomalies", name, {}, opts)
        for each in plan.unusual:
            make_math_alarm(
                f"{name}-{each.name}", each.alarm, assigned=args["api_ids"][each.alarm.api] if each.alarm.api else None,
                topic_arn=args["alarm_topic_arn"], tags=args["tags"], opts=pulumi.ResourceOptions(parent=self),
            )  # fmt: skip
        self.register_outputs({})


def make(context: Context, plan: AnomaliesPlan, opts: pulumi.ResourceOptions) -> Anomalies:
    """The anomalies of one workload."""
    return Anomalies(f"{context.name}-anomalies", {
        "anomalies": plan.model_dump(mode="json"), "api_ids": {name: api.api_id for name, api in context.apis.items()},
        "alarm_topic_arn": context.alarm_topic_arn, "tags": context.plan.tags,
    }, opts)  # fmt: skip
