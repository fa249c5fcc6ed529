"""What lets time invoke functions: the schedules of a workload, in a group, under a role of their own."""

import json
from typing import TypedDict

import pulumi
import pydantic
from pulumi_aws import scheduler

from platform_contract.platform.documents import SCHEDULER

from ..arguments import PlainArguments, checked
from ..iam.grants import KeyStatementArgs, StatementArgs, make_policies
from ..iam.roles import make_role
from ..monitoring.alarms import AlarmArgs, make_alarms


class ScheduleArgs(TypedDict):
    """One schedule."""

    physical_name: str
    """Name of the schedule, at most 64 characters."""
    expression: str
    """rate(...), cron(...) or at(...)."""
    timezone: str
    """Time zone in which the expression is meant."""
    window_minutes: int
    """Minutes within which it may start; 0: on time."""
    input: dict[str, str]
    """What the function gets; Scheduler fills in <aws.scheduler...>."""
    alias_arn: pulumi.Input[str]
    """ARN of the function's alias: the output of a Function."""
    failures_arn: pulumi.Input[str]
    """ARN of the function's queue of failures: the output of a Function."""
    maximum_age_seconds: int
    """How long a run that cannot be started is tried, in seconds, 60 to 86400."""
    maximum_retries: int
    """How often it is tried again, 0 to 185."""


class SchedulesArgs(TypedDict):
    """Arguments of Schedules."""

    group_name: str
    """Name of the schedule group, at most 64 characters."""
    group_arn: str
    """ARN that the group will have: only its schedules may take the role."""
    role_name: str
    """Name of the role that Scheduler takes, at most 64 characters."""
    account_id: str
    """Account of the schedules."""
    boundary_arn: str
    """ARN of the permissions boundary of the role."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    statements: list[StatementArgs]
    """What the role may: start the functions, put what could not be started into their queues of failures."""
    key_statements: list[KeyStatementArgs]
    """What the role needs of the workload's key."""
    schedules: dict[str, ScheduleArgs]
    """End of the logical name -> schedule."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that their alarms tell."""
    alarms: list[AlarmArgs]
    """Their alarms."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Schedule(PlainArguments):
    physical_name: str = pydantic.Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    expression: str = pydantic.Field(pattern=r"^(rate|cron|at)\(.+\)$")
    timezone: str = pydantic.Field(min_length=1, max_length=50)
    window_minutes: int = pydantic.Field(ge=0, le=1440)
    maximum_age_seconds: int = pydantic.Field(ge=60, le=86400)
    maximum_retries: int = pydantic.Field(ge=0, le=185)
    input: dict[str, str]


class _Knobs(PlainArguments):
    group_name: str = pydantic.Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    account_id: str = pydantic.Field(pattern=r"^\d{12}$")
    schedules: dict[str, _Schedule] = pydantic.Field(min_length=1)


class Schedules(pulumi.ComponentResource):
    """Schedules that start functions through their aliases."""

    group_arn: pulumi.Output[str]
    """ARN of the schedule group."""

    def __init__(self, name: str, args: SchedulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Schedules", name, _Knobs, SchedulesArgs, args)
        told = {"schedules": {key: schedule.expression for key, schedule in knobs.schedules.items()}}
        super().__init__("serverless-platform:index:Schedules", name, told, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_role()
        self._make_schedules()
        make_alarms(name, args["alarms"], topic_arn=args["alarm_topic_arn"], tags=args["tags"], opts=self._child)
        self.group_arn = self._group.arn
        self.register_outputs({"group_arn": self.group_arn})

    def _make_role(self) -> None:
        args = self._args
        self._role = make_role(
            self._name, role_name=args["role_name"], description=f"Of the schedules in {args['group_name']}: starts their functions.",
            account_id=self._knobs.account_id, boundary_arn=args["boundary_arn"], tags=args["tags"], opts=self._child,
            service=SCHEDULER, source_arn=args["group_arn"],
        )  # fmt: skip
        self._policies = make_policies(
            self._name, role=self._role, statements=args["statements"], key_arn=args["key_arn"],
            key_statements=args["key_statements"], opts=self._child,
        )  # fmt: skip

    def _make_schedules(self) -> None:
        self._group = scheduler.ScheduleGroup(self._name, name=self._args["group_name"], tags=self._args["tags"], opts=self._child)
        for key, knobs in self._knobs.schedules.items():
            schedule = self._args["schedules"][key]
            flexible = {"mode": "FLEXIBLE", "maximum_window_in_minutes": knobs.window_minutes} if knobs.window_minutes else {"mode": "OFF"}
            scheduler.Schedule(
                f"{self._name}-{key}", name=knobs.physical_name, group_name=self._group.name, schedule_expression=knobs.expression,
                schedule_expression_timezone=knobs.timezone, state="ENABLED",
                flexible_time_window=scheduler.ScheduleFlexibleTimeWindowArgs(**flexible),
                target=scheduler.ScheduleTargetArgs(
                    arn=schedule["alias_arn"], role_arn=self._role.arn, input=json.dumps(knobs.input),
                    retry_policy=scheduler.ScheduleTargetRetryPolicyArgs(
                        maximum_event_age_in_seconds=knobs.maximum_age_seconds, maximum_retry_attempts=knobs.maximum_retries
                    ),
                    dead_letter_config=scheduler.ScheduleTargetDeadLetterConfigArgs(arn=schedule["failures_arn"]),
                ),
                # A run that comes before the role may start the function is lost.
                opts=pulumi.ResourceOptions(parent=self, depends_on=self._policies),
            )  # fmt: skip
