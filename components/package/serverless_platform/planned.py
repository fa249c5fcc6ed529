"""How a part of the plan becomes arguments of a component."""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from platform_contract.kinds.schedule.plan import SchedulerPlan
from platform_contract.plan.model import FunctionPlan, WorkloadPlan
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.dead_letters import FailuresPlan

from .resources.function import Function
from .resources.schedule import Schedules


def arguments(part: Plain, *without: str, **more: Any) -> Any:
    """The fields of a part of the plan as arguments of its block, and `more`; what is not set is left out."""
    return {**part.model_dump(mode="json", exclude=set(without), exclude_none=True), **more}


def alarms_of(alarms: Iterable[AlarmPlan]) -> list[dict[str, Any]]:
    return [alarm.argument() for alarm in alarms]


def failures_of(plan: FailuresPlan) -> dict[str, Any]:
    """The queue of what was given up, as its argument."""
    kept: dict[str, Any] = arguments(plan, "alarms", alarms=alarms_of(plan.alarms))
    return kept


def make_function(
    name: str, workload: WorkloadPlan, function: FunctionPlan, opts: pulumi.ResourceOptions, *, key_arn: pulumi.Input[str],
    alarm_topic_arn: pulumi.Input[str], references: Mapping[str, pulumi.Input[str]], **more: Any,
) -> Function:  # fmt: skip
    """The function `NAME` of a workload. references: environment variables whose values are outputs. more: further arguments, such as code."""
    kept = {"failures": failures_of(function.failures)} if function.failures else {}
    return Function(name, arguments(
        function, "alarms", "arn", "environment", "references", "statements", "key_statements", "failures", "assigned_statements",
        key_arn=key_arn, alarm_topic_arn=alarm_topic_arn, tags=workload.tags,
        account_id=workload.account_id,
        boundary_arn=workload.boundary_arn,
        environment={**function.environment, **references},
        statements=[each.model_dump(mode="json") for each in function.statements],
        key_statements=[each.model_dump(mode="json") for each in function.key_statements],
        alarms=alarms_of(function.alarms),
        **kept, **more,
    ), opts)  # fmt: skip


def make_schedules(
    name: str, workload: WorkloadPlan, scheduler: SchedulerPlan, functions: Mapping[str, Function], opts: pulumi.ResourceOptions, *,
    key_arn: pulumi.Input[str], alarm_topic_arn: pulumi.Input[str],
) -> Schedules:  # fmt: skip
    """A group of schedules of a workload. functions: by the names of the plan, those that they start."""
    return Schedules(name, arguments(
        scheduler, "alarms", "schedules", key_arn=key_arn, alarm_topic_arn=alarm_topic_arn, tags=workload.tags, alarms=alarms_of(scheduler.alarms),
        account_id=workload.account_id, boundary_arn=workload.boundary_arn,
        schedules={
            each: arguments(
                schedule, "function", alias_arn=functions[schedule.function].alias_arn, failures_arn=functions[schedule.function].failures_arn
            )
            for each, schedule in scheduler.schedules.items()
        },
    ), opts)  # fmt: skip
