"""All kinds of resources, and the tables that are made of them: nothing that is known of a kind stands twice."""

from collections.abc import Iterable, Mapping

from platform_contract.kinds import (
    bucket,
    bus,
    dataset,
    function,
    graphql_api,
    http_api,
    parameter,
    queue,
    rest_api,
    schedule,
    secret,
    stream,
    table,
    topic,
    websocket_api,
    workflow,
)
from platform_contract.kinds.kind import Kind, Metrics, Trigger, plan_metrics
from platform_contract.platform import environment
from platform_contract.platform.alarm_standard import AlarmStandard
from platform_contract.platform.base import AlarmPlan
from platform_contract.platform.scope import Scope, Used
from platform_contract.platform.usage import Use
from platform_contract.platform.verbs import Verb

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (
    function.KIND, table.KIND, queue.KIND, bucket.KIND, topic.KIND, bus.KIND, stream.KIND, workflow.KIND, secret.KIND, parameter.KIND, schedule.KIND,
    dataset.KIND, http_api.KIND, rest_api.KIND, websocket_api.KIND, graphql_api.KIND,
)}  # fmt: skip
"""Name -> kind, in the order in which readers meet them."""

SECTIONS: Mapping[str, str] = {kind.section: name for name, kind in KINDS.items() if kind.section}
"""Section of a manifest -> kind of the resources in it: what `uses` and `shares` can name."""

VERBS: dict[str, Mapping[str, Verb]] = {name: kind.verbs for name, kind in KINDS.items() if kind.verbs}
"""Kind -> verb -> what it allows. Nobody writes IAM JSON: manifests name verbs."""

TRIGGERS: dict[str, Trigger] = {trigger: it for kind in KINDS.values() for trigger, it in kind.triggers.items()}
"""Kind of trigger -> what it uses, and who tries again."""

METRICS: dict[str, Metrics] = {watched: it for kind in KINDS.values() for watched, it in kind.metrics.items()}
"""What is watched -> its metrics."""

ALARMS: dict[str, tuple[AlarmStandard, ...]] = {watched: it.alarms for watched, it in METRICS.items()}
"""What is watched -> its baseline alarms.

Sources: AWS "Recommended alarms" for metrics, dimensions and data points to alarm; thresholds as given at each one. An alarm counts only if it
can fire, so every threshold lies strictly inside the range of its statistic, and every dimension is one under which the service publishes the
metric (a test holds both). Left out on purpose: DynamoDB SystemErrors (published per table and operation, so an alarm per table never fires),
DynamoDB UserErrors (one number for account and region), S3 request metrics (billed, and off unless switched on), 4xx of an API (callers'
mistakes).
"""

USAGE: dict[tuple[str, str], tuple[Use, ...]] = {
    (billed, verb): uses
    for name, kind in KINDS.items() for verb, it in kind.verbs.items() for billed, uses in {**dict.fromkeys((name, *kind.idle_as), it.usage), **it.usage_as}.items()
}  # fmt: skip
"""(kind of resource as it is billed, verb) -> what an event uses of it."""

IDLE: dict[str, tuple[Use, ...]] = {billed: uses for name, kind in KINDS.items() for billed, uses in {name: kind.idle, **kind.idle_as}.items()}
"""Kind of resource as it is billed -> what it uses a month though nothing happens."""

ACTIVE: dict[str, tuple[Use, ...]] = {billed: kind.active for name, kind in KINDS.items() for billed in (name, *kind.idle_as)}
"""Kind of resource as it is billed -> what it uses a month in which something happens in each hour."""

RESERVED_PREFIXES = (*environment.RESERVED_PREFIXES, *(kind.variable for kind in KINDS.values() if kind.variable))
"""Begins of names of environment variables that a manifest may not set: Lambda's and ours."""


def variable(kind: str, name: str) -> str:
    """Variable that tells a function of a resource: ("table", "paid-orders") -> TABLE_PAID_ORDERS."""
    return environment.resource_variable(KINDS[kind].variable, name)


def used(kind: str, name: str, arn: str, verbs: Iterable[str], *, variable: str = "") -> Used:
    """A resource as whoever is planned may use it. Arguments: as of platform.scope.Used; verbs by their names."""
    return Used(kind, name, arn, {verb: VERBS[kind][verb] for verb in verbs}, KINDS[kind].service, variable)


def is_reserved(name: str) -> bool:
    """Whether a manifest may not set the variable `name`."""
    return name in environment.RESERVED or name.startswith(RESERVED_PREFIXES)


def plan_alarms(
    scope: Scope, watched: str, resource: str, names: Mapping[str, str], facts: Mapping[str, float | None] | None = None
) -> tuple[AlarmPlan, ...]:
    """The baseline alarms of one resource, for who is not its kind. Arguments: as of platform.alarms.plan_rows."""
    return plan_metrics(scope, watched, METRICS[watched], resource, names, facts)
