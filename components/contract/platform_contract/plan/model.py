"""The plan of a workload: every number, name, permission and alarm, decided before any resource exists.

Plain frozen data, the same for the same manifest and settings, printable. Components turn it into resources and decide nothing. What AWS
assigns at creation (ids, URLs, the ARN of a key) is not in it; where such a value belongs, the plan names the resource that will have it.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import SerializeAsAny

from platform_contract.kinds.bucket.plan import BucketPlan
from platform_contract.kinds.bus.plan import BusPlan, RulePlan
from platform_contract.kinds.dataset.plan import DatasetsPlan
from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.kinds.graphql_api.plan import GraphqlPlan
from platform_contract.kinds.http_api.plan import ApiPlan
from platform_contract.kinds.parameter.plan import ParameterPlan
from platform_contract.kinds.queue.plan import QueuePlan, QueueTriggerPlan
from platform_contract.kinds.rest_api.plan import RestApiPlan
from platform_contract.kinds.schedule.plan import SchedulerPlan
from platform_contract.kinds.secret.plan import SecretPlan
from platform_contract.kinds.stream.plan import OrderedTriggerPlan, StreamPlan
from platform_contract.kinds.table.plan import TablePlan
from platform_contract.kinds.topic.plan import TopicPlan
from platform_contract.kinds.websocket_api.plan import SocketPlan
from platform_contract.kinds.workflow.plan import WorkflowPlan
from platform_contract.platform.base import (
    AlarmPlan,
    LimitPlan,
    NamedAlarm,
    Plain,
)
from platform_contract.platform.settings import Phase


class KeyPlan(Plain):
    """The workload's customer-managed key."""

    alias: str
    description: str
    policy: str
    """Key policy as JSON text."""
    deletion_window_days: int


class RotationPlan(Plain):
    """How a secret gets new values: the platform's function, and when Secrets Manager calls it."""

    function: FunctionPlan
    every_days: int
    at_once: bool
    """Whether the first rotation begins when it is configured, instead of after the first period."""
    initial_label: str
    initial_text: str
    """Of the version that is made with it, because a secret without one cannot be rotated."""


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
    phase: Phase
    data_class: str
    account_id: str
    region: str
    boundary_arn: str
    endpoint_url: str | None
    """Address of the embedded cloud, where functions find what AWS has under names of its own."""
    token_keys: str
    """Where the keys are that sign tokens. `{issuer}` and `{pool}` stand for the managed user pool's address and id."""
    tags: dict[str, str]
    key: KeyPlan
    functions: dict[str, FunctionPlan]
    tables: dict[str, TablePlan]
    queues: dict[str, QueuePlan]
    buckets: dict[str, BucketPlan]
    apis: dict[str, ApiPlan]
    rest_apis: dict[str, RestApiPlan]
    sockets: dict[str, SocketPlan]
    graphql: dict[str, GraphqlPlan]
    workflows: dict[str, WorkflowPlan]
    secrets: dict[str, SecretPlan]
    parameters: dict[str, ParameterPlan]
    rotations: dict[str, RotationPlan]
    """By the secret's name."""
    queue_triggers: dict[str, QueueTriggerPlan]
    topics: dict[str, TopicPlan]
    buses: dict[str, BusPlan]
    rules: dict[str, RulePlan]
    """By FUNCTION-INDEX."""
    scheduler: SchedulerPlan | None
    streams: dict[str, StreamPlan]
    datasets: DatasetsPlan | None
    ordered_triggers: dict[str, OrderedTriggerPlan]
    """By FUNCTION-SOURCE."""
    trace_group: TraceGroupPlan | None
    budget: BudgetPlan
    features: dict[str, SerializeAsAny[Plain]] = {}
    """What its phase adds, by name of the feature."""
    limits: tuple[LimitPlan, ...] = ()
    """What AWS limits as a whole, measured on all of the above."""

    def alarm_names(self) -> list[str]:
        """Physical names of all its alarms."""
        return sorted(alarm.physical_name for alarm in parts_of(NamedAlarm, self))

    def alarm_regions(self) -> dict[str, str]:
        """Alarm -> its region, of those that are not in the stack's."""
        return {alarm.physical_name: alarm.region for alarm in parts_of(NamedAlarm, self) if alarm.region}

    def role_names(self) -> list[str]:
        """Names of all its roles."""
        return sorted(set(roles_in(self)))


Part = TypeVar("Part", bound=Plain)


def parts_of(kind: type[Part], inside: Any) -> Iterator[Part]:
    """Everything of `kind` inside a part of a plan, at any depth; what is inside of such a part is not looked at."""
    if isinstance(inside, kind):
        yield inside
    elif isinstance(inside, Plain):
        for name in type(inside).model_fields:
            yield from parts_of(kind, getattr(inside, name))
    elif isinstance(inside, (dict, tuple)):
        for each in inside.values() if isinstance(inside, dict) else inside:
            yield from parts_of(kind, each)


def alarms_in(part: Any) -> Iterator[AlarmPlan]:
    """Every alarm of one metric inside a part of a plan, at any depth."""
    return parts_of(AlarmPlan, part)


def roles_in(part: Any) -> Iterator[str]:
    """The name of every role inside a part of a plan, at any depth: the fields that end with `role_name`."""
    if isinstance(part, Plain):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if name.endswith("role_name") and isinstance(value, str):
                yield value
            else:
                yield from roles_in(value)
    elif isinstance(part, (dict, tuple)):
        for each in part.values() if isinstance(part, dict) else part:
            yield from roles_in(each)
