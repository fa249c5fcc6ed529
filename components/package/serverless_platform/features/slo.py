"""Service level objectives of one workload: an alarm for each window, and alarms of both windows, which tell somebody."""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi

from platform_contract.features.slo import ObjectivePlan, SloPlan

from ..arguments import validated
from ..monitoring.alarms import make_composite_alarm, make_math_alarm
from .context import Context


class ObjectivesArgs(TypedDict):
    """Arguments of Objectives."""

    objectives: Mapping[str, Any]
    """Their plan (platform_contract.features.slo.SloPlan)."""
    api_ids: Mapping[str, pulumi.Input[str]]
    """API of the plan -> its id, which AWS assigns and metrics have as a dimension."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that alarms tell."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class Objectives(pulumi.ComponentResource):
    """What a workload promises, watched."""

    def __init__(self, name: str, args: ObjectivesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = validated("Objectives", name, SloPlan, args["objectives"])
        super().__init__("serverless-platform:index:Objectives", name, {}, opts)
        self._name, self._args = name, args
        self._told: Any = {"topic_arn": args["alarm_topic_arn"], "tags": args["tags"], "opts": pulumi.ResourceOptions(parent=self)}
        for objective in plan.objectives:
            self._make(objective)
        self.register_outputs({})

    def _make(self, objective: ObjectivePlan) -> None:
        name = f"{self._name}-{objective.api}"
        made = {
            each.physical_name: make_math_alarm(name, each, assigned=self._args["api_ids"][each.api] if each.api else None, **self._told)
            for each in objective.windows
        }
        for alarm in objective.alarms:
            make_composite_alarm(name, alarm, [made[each] for each in alarm.all_of], **self._told)


def make(context: Context, plan: SloPlan, opts: pulumi.ResourceOptions) -> Objectives:
    """The objectives of one workload."""
    return Objectives(f"{context.name}-slo", {
        "objectives": plan.model_dump(mode="json"), "api_ids": {name: api.api_id for name, api in context.apis.items()},
        "alarm_topic_arn": context.alarm_topic_arn, "tags": context.plan.tags,
    }, opts)  # fmt: skip
