"""What lets time invoke functions: the schedules of a workload, in a group, under a role of their own."""

import json

import pulumi
from pulumi_aws import scheduler

from platform_contract.kinds.schedule.plan import SchedulerPlan
from platform_contract.platform.documents import SCHEDULER

from ..iam.grants import make_policies
from ..iam.roles import make_role
from ..monitoring.alarms import make_alarms
from ..planned import Planned


class Schedules(pulumi.ComponentResource):
    """Schedules that start functions through their aliases."""

    group_arn: pulumi.Output[str]
    """ARN of the schedule group."""

    def __init__(self, name: str, made: Planned[SchedulerPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        shown = {"schedules": {key: schedule.expression for key, schedule in made.plan.schedules.items()}}
        super().__init__("serverless-platform:index:Schedules", name, shown, opts)
        self._name, self._plan, self._shared, self._given = name, made.plan, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_role()
        self._make_schedules()
        make_alarms(name, self._plan.alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, opts=self._child)
        self.group_arn = self._group.arn
        self.register_outputs({"group_arn": self.group_arn})

    def _make_role(self) -> None:
        self._role = make_role(
            self._name, role_name=self._plan.role_name, description=f"Of the schedules in {self._plan.group_name}: starts their functions.",
            account_id=self._shared.account_id, boundary_arn=self._shared.boundary_arn, tags=self._shared.tags, opts=self._child,
            service=SCHEDULER, source_arn=self._plan.group_arn,
        )  # fmt: skip
        self._policies = make_policies(
            self._name, role=self._role, statements=self._plan.statements, key_arn=self._shared.key_arn,
            key_statements=self._plan.key_statements, opts=self._child,
        )  # fmt: skip

    def _make_schedules(self) -> None:
        self._group = scheduler.ScheduleGroup(self._name, name=self._plan.group_name, tags=self._shared.tags, opts=self._child)
        for key, schedule in self._plan.schedules.items():
            target = self._given["targets"][schedule.function]
            flexible = {"mode": "FLEXIBLE", "maximum_window_in_minutes": schedule.window_minutes} if schedule.window_minutes else {"mode": "OFF"}
            scheduler.Schedule(
                f"{self._name}-{key}", name=schedule.physical_name, group_name=self._group.name, schedule_expression=schedule.expression,
                schedule_expression_timezone=schedule.timezone, state="ENABLED",
                flexible_time_window=scheduler.ScheduleFlexibleTimeWindowArgs(**flexible),
                target=scheduler.ScheduleTargetArgs(
                    arn=target["alias_arn"], role_arn=self._role.arn, input=json.dumps(schedule.input),
                    retry_policy=scheduler.ScheduleTargetRetryPolicyArgs(
                        maximum_event_age_in_seconds=schedule.maximum_age_seconds, maximum_retry_attempts=schedule.maximum_retries
                    ),
                    dead_letter_config=scheduler.ScheduleTargetDeadLetterConfigArgs(arn=target["failures_arn"]),
                ),
                # A run that comes before the role may start the function is lost.
                opts=pulumi.ResourceOptions(parent=self, depends_on=self._policies),
            )  # fmt: skip
