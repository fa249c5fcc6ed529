"""The plan of what invokes functions besides HTTP: rules, schedules, uploads, ordered sources; and of what they go through."""

from typing import Any

from platform_contract.plan.plain import AlarmPlan, KeyStatementPlan, Plain, StatementPlan


class FailuresPlan(Plain):
    """The queue that keeps what a function was invoked for and gave up, or what a bus could not process."""

    physical_name: str
    arn: str
    retention_seconds: int
    key_reuse_seconds: int | None
    """None where its key is SQS's own."""
    source_arns: tuple[str, ...]
    """ARNs of the rules and buses for which EventBridge may put into it."""
    protect: bool
    alarms: tuple[AlarmPlan, ...]


class TopicPlan(Plain):
    physical_name: str
    arn: str
    emails: tuple[str, ...]
    from_bucket: str | None
    """Bucket of the workload whose new objects are published here."""
    bucket_arn: str | None
    queues: dict[str, str]
    """Queue of the workload that gets each message -> its ARN."""
    alarms: tuple[AlarmPlan, ...]


class BusPlan(Plain):
    physical_name: str
    arn: str
    archive_name: str
    archive_days: int
    registry_name: str
    events: tuple[str, ...]
    """Names of the models that are published here."""
    schema_type: str
    dead_letters: FailuresPlan


class RulePlan(Plain):
    """One event trigger."""

    physical_name: str
    bus: str
    function: str
    pattern: dict[str, Any]
    input_paths: dict[str, str] | None
    input_template: str | None
    maximum_age_seconds: int
    maximum_retries: int
    alarms: tuple[AlarmPlan, ...]


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


class ListenerPlan(Plain):
    """Who is told of new objects in a bucket: a function or a topic."""

    kind: str
    """function or topic."""
    name: str
    prefix: str
    suffix: str


class StreamPlan(Plain):
    physical_name: str
    arn: str
    shards: int | None
    """Of a stream of a fixed size; None: on demand."""
    retention_hours: int
    protect: bool
    alarms: tuple[AlarmPlan, ...]


class OrderedTriggerPlan(Plain):
    """A table's changes or a stream's records that invoke a function."""

    function: str
    kind: str
    """table or stream."""
    source: str
    batch_size: int
    batching_window_seconds: int
    maximum_retries: int
    maximum_record_age_seconds: int
    parallelization: int
    starting_position: str
