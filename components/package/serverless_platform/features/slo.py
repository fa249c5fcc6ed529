"""Service level objectives of one workload: an alarm for each window, and alarms of both windows, which tell somebody."""

from typing import Any

import pulumi

from platform_contract.features.slo import ObjectivePlan, SloPlan

from ..monitoring.alarms import make_composite_alarm, make_math_alarm
from ..planned import Planned
from .context import Context


class Objectives(pulumi.ComponentResource):
    """What a workload promises, watched."""

    def __init__(self, name: str, made: Planned[SloPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        super().__init__("serverless-platform:index:Objectives", name, {}, opts)
        self._name, self._shared, self._given = name, made.shared, made.given
        self._told: Any = {"topic_arn": made.shared.alarm_topic_arn, "tags": made.shared.tags, "opts": pulumi.ResourceOptions(parent=self)}
        for objective in plan.objectives:
            self._make(objective)
        self.register_outputs({})

    def _make(self, objective: ObjectivePlan) -> None:
        name = f"{self._name}-{objective.api}"
        made = {
            each.physical_name: make_math_alarm(name, each, assigned=self._given["api_ids"][each.api] if each.api else None, **self._told)
            for each in objective.windows
        }
        for alarm in objective.alarms:
            make_composite_alarm(name, alarm, [made[each] for each in alarm.all_of], **self._told)


def make(context: Context, plan: SloPlan, opts: pulumi.ResourceOptions) -> Objectives:
    """The objectives of one workload."""
    return Objectives(f"{context.name}-slo", context.planned(plan, api_ids={name: api.api_id for name, api in context.apis.items()}), opts)
