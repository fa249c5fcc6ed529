"""What is made of schedules: one for each trigger, and what all of a group share."""

from collections.abc import Iterable

from platform_contract.kinds.kind import plan_metrics
from platform_contract.kinds.schedule import limits
from platform_contract.kinds.schedule.metrics import METRICS
from platform_contract.platform import iam, lambda_, naming
from platform_contract.platform.base import AlarmPlan, KeyStatementPlan, Plain, StatementPlan
from platform_contract.platform.grants import failure_key_statements
from platform_contract.platform.scope import Connections, Scope

SCHEDULES = "schedules"
"""What alarms of a workload's schedules are called after: AWS counts them by group."""


class SchedulePlan(Plain):
    """One schedule trigger."""

    physical_name: str
    function: str
    expression: str
    timezone: str
    window_minutes: int
    maximum_age_seconds: int
    maximum_retries: int
    input: dict[str, str]
    protect: bool = False


class SchedulerPlan(Plain):
    """What all schedules of a workload share: a group, and the role that EventBridge Scheduler takes."""

    group_name: str
    group_arn: str
    role_name: str
    statements: tuple[StatementPlan, ...]
    key_statements: tuple[KeyStatementPlan, ...]
    schedules: dict[str, SchedulePlan]
    """By FUNCTION-INDEX."""
    alarms: tuple[AlarmPlan, ...]


def plan_schedules(scope: Scope, connections: Connections) -> SchedulerPlan | None:
    """The workload's schedules with the role that starts their functions; None without a schedule."""
    schedules = {
        f"{it.function}-{it.index}": SchedulePlan(
            physical_name=naming.schedule_name(scope.settings, scope.workload, it.function, it.index), function=it.function,
            expression=it.trigger.expression, timezone=it.trigger.timezone, window_minutes=it.trigger.window_minutes,
            maximum_age_seconds=it.trigger.maximum_age_seconds, maximum_retries=it.trigger.maximum_retries, input=limits.INVOCATION_INPUT,
        )
        for it in connections.triggers.get("schedule", ())
    }  # fmt: skip
    if not schedules:
        return None
    functions = [schedule.function for schedule in schedules.values()]
    return scheduler_of(scope, naming.schedule_group_name(scope.settings, scope.workload), "scheduler", functions, schedules, SCHEDULES)


def scheduler_of(
    scope: Scope, group: str, service: str, functions: Iterable[str], schedules: dict[str, SchedulePlan], watched: str,
) -> SchedulerPlan:  # fmt: skip
    """A group of schedules with the role that starts their functions. service: ends the role's name. watched: what its alarms are called after."""
    settings, workload, names = scope.settings, scope.workload, sorted(set(functions))
    aliases = [f"{naming.function_arn(settings, naming.function_name(settings, workload, name))}:{lambda_.ALIAS}" for name in names]
    failed = [naming.queue_arn(settings, naming.failures_name(settings, workload, name)) for name in names]
    return SchedulerPlan(
        group_name=group, group_arn=naming.schedule_group_arn(settings, group),
        role_name=naming.service_role_name(settings, workload, service),
        statements=(
            StatementPlan(sid="Start", actions=("lambda:InvokeFunction",), resources=tuple(aliases)),
            StatementPlan(sid="Failed", actions=iam.FAILURE_ACTIONS, resources=tuple(failed)),
        ),
        key_statements=failure_key_statements(settings), schedules=schedules,
        alarms=plan_metrics(scope, "schedule", METRICS["schedule"], watched, {"schedule_group": group}),
    )  # fmt: skip
