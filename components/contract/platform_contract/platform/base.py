"""What parts of a plan are made of: the base of all, permissions, limits, alarms."""

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


class ServiceRolePlan(Plain):
    """A role that an AWS service takes for the workload."""

    role_name: str
    service: str
    """Principal, such as backup.amazonaws.com."""
    statements: tuple[StatementPlan, ...]
    key_statements: tuple[KeyStatementPlan, ...] = ()


class AssignedStatementPlan(Plain):
    """One IAM permission on something whose ARN AWS assigns."""

    sid: str
    actions: tuple[str, ...]
    kind: str
    """What it is: socket, http_api, rest_api or user_pool."""
    arn_suffixes: tuple[str, ...]
    """Put behind its ARN."""


class LimitPlan(Plain):
    """Something that AWS limits as a whole, and how near it is to the limit."""

    kind: str
    """Key of platform.quotas.DOCUMENTS."""
    name: str
    """Its name in AWS."""
    field: str
    """Where in the manifest it comes from."""
    what: str
    size: int
    most: int
    unit: str
    """characters, without white space, or bytes: of size and most."""
    left_percent: int
    """What is left of the limit; negative if it is broken."""


class NamedAlarm(Plain):
    """What every alarm has, of whatever form."""

    suffix: str
    physical_name: str
    description: str
    region: str | None = None
    """Where it is, if not where the stack is: beside its metrics."""

    @property
    def tells(self) -> bool:
        """Whether it tells somebody by itself."""
        return True


class AlarmPlan(NamedAlarm):
    """An alarm of one metric. `assigned_dimensions` names those whose value AWS assigns at creation."""

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


class AlarmMetricPlan(Plain):
    """One metric of an alarm that computes. `assigned_dimensions` as of AlarmPlan."""

    namespace: str
    metric_name: str
    statistic: str
    dimensions: dict[str, str]
    assigned_dimensions: tuple[str, ...] = ()


class MathAlarmPlan(NamedAlarm):
    """An alarm of metric math. With `band` it has no threshold: it compares its one metric, or the expression of it, with what is usual."""

    metrics: dict[str, AlarmMetricPlan]
    """Name in the expression -> metric."""
    expression: str = ""
    threshold: float | None = None
    band: float | None = None
    """Standard deviations that are still usual."""
    comparison_operator: str
    period_seconds: int
    evaluation_periods: int
    datapoints_to_alarm: int
    treat_missing_data: str
    api: str = ""
    """API of the plan whose id is the value of assigned dimensions."""
    told_by: str = ""
    """Composite alarm that tells somebody in its place; without one, it tells by itself."""

    @property
    def tells(self) -> bool:
        return not self.told_by

    @property
    def billed_metrics(self) -> int:
        """Metrics that it is charged for; a band has an upper and a lower bound, which are charged as metrics too."""
        return len(self.metrics) * (3 if self.band else 1)


class CompositeAlarmPlan(NamedAlarm):
    """An alarm of alarms: it fires while all of them do."""

    all_of: tuple[str, ...]
    """Physical names."""


class ProvisionedPlan(Plain):
    """Runs of one function that are kept ready."""

    function: str
    """Its name in the manifest."""
    minimum: int
    most: int
    """Whatever the reason, load or time."""


class CachePolicyPlan(Plain):
    """How long CloudFront gives answers again, as a policy of the account."""

    physical_name: str
    seconds: int
