"""What the platform has to know of a kind of resource: verbs and permissions, alarms, what is billed. Plain data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from platform_contract.platform.alarm_standard import AlarmStandard
from platform_contract.platform.alarms import plan_rows
from platform_contract.platform.base import AlarmPlan
from platform_contract.platform.scope import Addressed, Connections, Scope
from platform_contract.platform.settings import Settings
from platform_contract.platform.usage import Use
from platform_contract.platform.verbs import Verb


class Traffic(NamedTuple):
    """A metric that is drawn though no alarm watches it. Source: the service's list of its CloudWatch metrics."""

    metric_name: str
    statistic: str


@dataclass(frozen=True)
class Metrics:
    """Metrics under one set of dimensions: what is watched, and what is drawn beside it."""

    title: str
    """Heading of the part of the runtime dashboard that has them."""
    alarms: tuple[AlarmStandard, ...]
    facts: tuple[str, ...] = ()
    """Numbers about the resource that thresholds are a share of."""
    traffic: tuple[Traffic, ...] = ()
    name_suffix: str = ""
    """Put behind the resource's name in names of alarms, where another resource of the manifest may have the same name."""


def plan_metrics(
    scope: Scope, kind: str, metrics: Metrics, resource: str, names: Mapping[str, str], facts: Mapping[str, float | None] | None = None
) -> tuple[AlarmPlan, ...]:
    """The alarms of one resource, without tickets where the stack wants pages only. Arguments: as of platform.alarms.plan_rows."""
    rows = [row for row in metrics.alarms if scope.settings.alarms in ("all", row.severity)]
    return plan_rows(scope, kind, resource, rows, names, facts, metrics.name_suffix)


@dataclass(frozen=True)
class Trigger:
    """A kind of trigger of functions."""

    usage: tuple[Use, ...]
    """What an event uses on its way in."""
    delivery: Literal["answered", "polled", "asynchronous", "ordered"]
    """Somebody waits for the answer; Lambda reads a queue; Lambda tries again by itself, and gives up; Lambda reads in order, and a batch that
    fails holds up what is behind it."""


@dataclass(frozen=True)
class Kind:
    """One kind of resource."""

    name: str
    """As messages call it."""
    section: str = ""
    """Of manifests and plans; empty where it stands under no name that `uses` can give."""
    service: str = ""
    """Through which the workload's key is used: condition kms:ViaService = SERVICE.REGION.amazonaws.com."""
    variable: str = ""
    """Begin of the environment variable that tells a function of it."""
    told: Literal["name", "arn", "url"] = "name"
    """What that variable holds."""
    verbs: Mapping[str, Verb] = field(default_factory=dict)
    """`read` and `write` are what a first version asks for; verbs of one action are what `make least-privilege` asks for, once it has seen what
    a function really calls."""
    triggers: Mapping[str, Trigger] = field(default_factory=dict)
    """As `triggers` of functions call them."""
    metrics: Mapping[str, Metrics] = field(default_factory=dict)
    """What is watched -> its metrics."""
    idle: tuple[Use, ...] = ()
    """What each uses a month though nothing happens."""
    active: tuple[Use, ...] = ()
    """What each uses a month, however much or little happens, as soon as something happens in each hour."""
    idle_as: Mapping[str, tuple[Use, ...]] = field(default_factory=dict)
    """`idle` of a variant that is billed otherwise."""
    usage: tuple[Use, ...] = ()
    """What an event uses of it where no verb and no trigger says so."""
    plan: Callable[[Scope, str, Any, Connections], Any] | None = None
    """From its name, its part of the manifest and what others have to do with it: what is made of one; None where all of a workload are planned together."""
    arn: Callable[[Settings, str, str, Addressed], str] | None = None
    """From workload, name and part of the manifest: the ARN that one will have; None where AWS assigns it."""
