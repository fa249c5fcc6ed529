"""How a part of the plan becomes arguments of a component."""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from platform_contract.plan.model import FunctionPlan, WorkloadPlan
from platform_contract.platform.base import AlarmPlan, Plain

from .resources.function import Function


def arguments(part: Plain, *without: str, **more: Any) -> Any:
    """The fields of a part of the plan as arguments of its block, and `more`; what is not set is left out."""
    return {**part.model_dump(mode="json", exclude=set(without), exclude_none=True), **more}


def alarms_of(alarms: Iterable[AlarmPlan]) -> list[dict[str, Any]]:
    return [alarm.argument() for alarm in alarms]


def make_function(
    name: str, workload: WorkloadPlan, function: FunctionPlan, opts: pulumi.ResourceOptions, *, key_arn: pulumi.Input[str],
    alarm_topic_arn: pulumi.Input[str], references: Mapping[str, pulumi.Input[str]], **more: Any,
) -> Function:  # fmt: skip
    """The function `NAME` of a workload. references: environment variables whose values are outputs. more: further arguments, such as code."""
    return Function(name, arguments(
        function, "alarms", "arn", "environment", "references", "statements", "key_statements", "failures", "assigned_statements",
        key_arn=key_arn, alarm_topic_arn=alarm_topic_arn, tags=workload.tags,
        account_id=workload.account_id,
        boundary_arn=workload.boundary_arn,
        environment={**function.environment, **references},
        statements=[each.model_dump(mode="json") for each in function.statements],
        key_statements=[each.model_dump(mode="json") for each in function.key_statements],
        alarms=alarms_of(function.alarms),
        **more,
    ), opts)  # fmt: skip
