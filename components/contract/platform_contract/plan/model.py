"""The plan of a workload: every number, name, permission and alarm, decided before any resource exists.

Plain frozen data, the same for the same manifest and settings, printable. Components turn it into resources and decide
nothing. What AWS assigns at creation (ids, URLs, the ARN of a key) is not in it; where such a value belongs, the plan
names the resource that will have it.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Plain(BaseModel):
    """Base of all parts of a plan."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StatementPlan(Plain):
    """One IAM permission: actions on ARNs that are known before the update."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: dict[str, dict[str, str]] = {}


class KeyStatementPlan(Plain):
    """One IAM permission on the workload's key, whose ARN AWS assigns."""

    sid: str
    actions: tuple[str, ...]
    condition: dict[str, dict[str, str]] = {}


class AlarmPlan(Plain):
    """One alarm. `assigned_dimensions` names those whose value AWS assigns at creation."""

    suffix: str
    physical_name: str
    description: str
    namespace: str
    metric_name: str
    dimensions: dict[str, str]
    assigned_dimensions: tuple[str, ...] = ()
    statistic: str | None = None
    extended_statistic: str | None = None
    comparison_operator: str
    threshold: float
    period_seconds: int
    evaluation_periods: int
    datapoints_to_alarm: int
    treat_missing_data: str

    def argument(self) -> dict[str, Any]:
        """As the alarm factory takes it."""
        return self.model_dump(exclude={"assigned_dimensions"}, exclude_none=True)


class KeyPlan(Plain):
    """The workload's customer-managed key."""

    alias: str
    description: str
    policy: str
    """Key policy as JSON text."""
    deletion_window_days: int


class TablePlan(Plain):
    physical_name: str
    arn: str
    partition_key: str
    sort_key: str | None
    expires_at: str | None
    protect: bool
    recovery_days: int
    alarms: tuple[AlarmPlan, ...]


class QueuePlan(Plain):
    physical_name: str
    arn: str
    dead_letter_name: str
    dead_letter_arn: str
    visibility_timeout_seconds: int
    retention_seconds: int
    dead_letter_retention_seconds: int
    max_receive_count: int
    key_reuse_seconds: int
    protect: bool
    alarms: tuple[AlarmPlan, ...]
    dead_letter_alarms: tuple[AlarmPlan, ...]


class BucketPlan(Plain):
    physical_name: str
    arn: str
    expire_after_days: int | None
    noncurrent_days: int
    protect: bool


class ReferencePlan(Plain):
    """A resource of the workload that a function is told of: so the function is made after it."""

    kind: str
    """table, queue or bucket."""
    name: str
    """Name in the manifest."""


class FunctionPlan(Plain):
    physical_name: str
    arn: str
    role_name: str
    log_group_name: str
    description: str
    handler: str
    runtime: str
    architecture: str
    memory_mb: int
    timeout_seconds: int
    log_retention_days: int
    log_level: str
    reserved_concurrency: int | None
    environment: dict[str, str]
    references: dict[str, ReferencePlan]
    """Environment variable -> the resource whose name or URL it holds."""
    statements: tuple[StatementPlan, ...]
    key_statements: tuple[KeyStatementPlan, ...]
    alarms: tuple[AlarmPlan, ...]


class RoutePlan(Plain):
    route: str
    suffix: str
    """End of its logical name."""
    function: str
    authorizer: str
    public_reason: str | None = None
    example: Any = None


class ApiPlan(Plain):
    physical_name: str
    description: str
    log_group_name: str
    log_retention_days: int
    routes: tuple[RoutePlan, ...]
    integration_timeouts_ms: dict[str, int]
    """Function -> how long API Gateway waits for it, in milliseconds."""
    throttle_rate_per_second: float
    throttle_burst: int
    alarms: tuple[AlarmPlan, ...]


class QueueTriggerPlan(Plain):
    function: str
    queue: str
    batch_size: int
    batching_window_seconds: int
    maximum_concurrency: int | None


class TraceGroupPlan(Plain):
    """The traces that belong to the workload, as one group in X-Ray."""

    physical_name: str
    filter_expression: str


class BudgetPlan(Plain):
    """What the workload may cost a month, and who is told at which share of it."""

    physical_name: str
    limit_usd: float
    actual_percent: tuple[float, ...]
    forecast_percent: tuple[float, ...]
    receivers: tuple[str, ...]
    """E-mail addresses."""
    tag_filter: str
    """Cost allocation tag, as AWS Budgets writes it: user:KEY$VALUE."""


class WorkloadPlan(Plain):
    """Everything that will be made of one manifest in one environment."""

    name: str
    owner: str
    phase: str
    data_class: str
    account_id: str
    region: str
    boundary_arn: str
    tags: dict[str, str]
    key: KeyPlan
    functions: dict[str, FunctionPlan]
    tables: dict[str, TablePlan]
    queues: dict[str, QueuePlan]
    buckets: dict[str, BucketPlan]
    apis: dict[str, ApiPlan]
    queue_triggers: dict[str, QueueTriggerPlan]
    trace_group: TraceGroupPlan
    budget: BudgetPlan

    def alarm_names(self) -> list[str]:
        """Physical names of all its alarms."""
        alarms = [
            alarm
            for parts in (self.functions, self.tables, self.queues, self.apis)
            for part in parts.values()
            for alarm in part.alarms
        ]
        alarms += [alarm for queue in self.queues.values() for alarm in queue.dead_letter_alarms]
        return sorted(alarm.physical_name for alarm in alarms)
