"""What is made of schedules: one for each trigger, and what all of a group share."""

from platform_contract.platform.base import AlarmPlan, KeyStatementPlan, Plain, StatementPlan


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
