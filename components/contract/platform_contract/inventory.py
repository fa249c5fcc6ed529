"""What a stack holds, as it is exported: the one thing that operations and local tools read."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FunctionEntry(Plain):
    physical_name: str
    alias_arn: str
    log_group: str
    timeout_seconds: int
    failures_url: str
    """URL of the queue of what it gave up; empty if it has none."""


class NamedEntry(Plain):
    physical_name: str


class QueueEntry(Plain):
    physical_name: str
    url: str
    arn: str
    dead_letter_name: str
    dead_letter_url: str


class TopicEntry(Plain):
    physical_name: str
    arn: str


class BusEntry(Plain):
    physical_name: str
    arn: str
    archive_name: str


class DatasetEntry(Plain):
    database: str
    table: str
    workgroup: str


class WorkflowEntry(Plain):
    physical_name: str
    arn: str
    log_group: str


class ScheduleEntry(Plain):
    physical_name: str
    group_name: str


class RouteEntry(Plain):
    route: str
    """Method and path: `POST /orders`."""
    function: str
    authorizer: str
    example: Any = None
    """A body that the route answers with 2xx: for smoke checks and for trying it."""


class DistributionEntry(Plain):
    """What stands before an HTTP API; only of a workload in the phase scale that asks for it."""

    id: str
    url: str
    """Address for callers."""
    domain_name: str
    """Where the record of that address has to lead."""


class ApiEntry(Plain):
    kind: Literal["http", "rest", "websocket", "graphql"]
    api_id: str
    stage: str
    endpoint: str
    """URL on AWS."""
    routes: tuple[RouteEntry, ...]
    key_ids: dict[str, str]
    """Client of a REST API -> id of its API key."""
    distribution: DistributionEntry | None = None


class ReleaseEntry(Plain):
    """How a workload's functions are released; only of one in the phase standardize or later."""

    application_name: str
    """Of the CodeDeploy application; each function is a deployment group of it, called as the function."""
    strategy: str
    """all_at_once, canary or linear."""
    percent: int
    minutes: int
    checks_name: str
    """Function that checks a new version before and after it gets traffic."""
    record_name: str
    """Parameter whose versions are the releases."""


class FlagEntry(Plain):
    description: str
    default: bool
    """What functions take where no other value was set."""


class FlagsEntry(Plain):
    """Where a workload's feature flags are kept in AppConfig; only of one in the phase standardize or later."""

    application_id: str
    environment_id: str
    profile_id: str
    strategy_id: str
    """How a change reaches functions."""
    minutes: int
    """From the first functions to all of them."""
    bake_minutes: int
    """How long the monitors are watched after that."""
    first_version: int
    """The program's own version, which has to stay."""
    monitors: tuple[str, ...]
    """Names of the alarms that take a change back."""
    monitor_role_arn: str
    flags: dict[str, FlagEntry]


class ProbeEntry(Plain):
    """What calls a workload as a client does; only of one in the phase scale whose APIs have something to call."""

    function: FunctionEntry
    secret_name: str
    """With what it proves itself; empty where it needs no more than its role."""
    key_id: str
    """Of its API key; empty where no route wants one."""
    issuer: Literal["pool", "issuer", ""]
    """Who gives it tokens: the managed user pool, another issuer, or nobody, because it needs none."""
    left_out: dict[str, str]
    """Route, or kind of API -> why it does not call it."""


class RegistryEntry(Plain):
    """Who answers for a workload, and what it was expected to cost when it was last updated."""

    contact: str
    on_call: str
    cost_centre: str
    expected_usd: float
    """A month, at the traffic of its manifest."""
    budget_usd: float


class MetricEntry(Plain):
    namespace: str
    metric_name: str
    statistic: str
    dimensions: dict[str, str]


class ObjectiveEntry(Plain):
    """One promise about one API; only of a workload in the phase scale."""

    api: str
    indicator: str
    """availability or latency."""
    budget: float
    """Share of the requests that may be bad, over `days`."""
    days: int
    alarms: tuple[str, ...]
    """Names of the alarms of alarms that say that it is at risk."""
    metrics: dict[str, MetricEntry]
    """Name in the expression -> metric; `total` counts all requests."""
    bad: str
    """Number of bad requests, as metric math."""


class WorkloadEntry(Plain):
    owner: str
    phase: str
    data_class: str
    functions: dict[str, FunctionEntry]
    platform_functions: tuple[str, ...] = ()
    """Physical names of the platform's own functions for it: they check releases and restores, rotate secrets."""
    tables: dict[str, NamedEntry]
    queues: dict[str, QueueEntry]
    buckets: dict[str, NamedEntry]
    topics: dict[str, TopicEntry]
    buses: dict[str, BusEntry]
    streams: dict[str, NamedEntry]
    datasets: dict[str, DatasetEntry]
    workflows: dict[str, WorkflowEntry]
    secrets: dict[str, NamedEntry]
    parameters: dict[str, NamedEntry]
    schedules: dict[str, ScheduleEntry]
    """By FUNCTION-INDEX, the number of the trigger."""
    apis: dict[str, ApiEntry]
    registry: RegistryEntry | None = None
    objectives: tuple[ObjectiveEntry, ...] = ()
    release: ReleaseEntry | None = None
    probe: ProbeEntry | None = None
    feature_flags: FlagsEntry | None = None
    dashboards: dict[str, str] = {}
    """release, runtime -> name in CloudWatch; empty before the phase standardize."""
    alarms: tuple[str, ...]
    """Physical names of its alarms."""
    alarm_regions: dict[str, str] = {}
    """Alarm -> its region, of those that are not in the stack's: metrics of a distribution are in one region of the world."""


class IdentityEntry(Plain):
    issuer: str
    user_pool_id: str = ""
    """Of the managed user pool; empty if tokens come from elsewhere."""
    client_id: str = ""


class Inventory(Plain):
    environment: str
    account_id: str
    region: str
    identity: IdentityEntry
    alarm_topic_arn: str
    workloads: dict[str, WorkloadEntry]

    def to_plain(self) -> dict[str, Any]:
        """As plain JSON values."""
        return self.model_dump(mode="json")
