"""Which phase has which features. A workload in a phase has those of the phases before it as well."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from platform_contract import registry
from platform_contract.features import (
    anomalies,
    backups,
    capacity,
    cdn,
    cold_starts,
    dashboards,
    feature_flags,
    firewall,
    metrics,
    probe,
    queries,
    rollout,
    slo,
)
from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform.alarm_standard import AlarmStandard
from platform_contract.platform.base import Plain
from platform_contract.platform.settings import PHASES, Phase, Settings
from platform_contract.platform.usage import Use


@dataclass(frozen=True)
class Feature:
    """What a phase adds."""

    name: str
    """Of its module here and of the one in the package."""
    plan: Callable[[Settings, Manifest, WorkloadPlan], Plain | None]
    """Its part of the plan, from that of the pilot with the features before it; None where the workload has no use for it."""
    alarms: Mapping[str, tuple[AlarmStandard, ...]] = field(default_factory=dict)
    """Kind of what it watches -> its alarms."""
    idle: tuple[Use, ...] = ()
    """What it costs a month though nothing happens, besides its alarms."""
    active: tuple[Use, ...] = ()
    """What it costs a month in which something happens in every hour, besides."""
    last: bool = False
    """Whether it is planned after all others, whatever their phase, because it shows them."""
    change: Callable[[Settings, Manifest, WorkloadPlan], WorkloadPlan] = lambda settings, manifest, plan: plan
    """What it changes on the pilot's plan, before its own part is made."""
    restoring_roles: Callable[[Plain], tuple[str, ...]] = lambda part: ()
    """From its part of the plan: names of roles that let DynamoDB use the workload's key for a table that is restored."""
    monthly: Callable[[Plain], Iterable[Use]] | None = None
    """From its part of the plan: what it costs a month though nothing happens, besides `idle`."""
    requests: Mapping[str, tuple[Use, ...]] = field(default_factory=dict)
    """Price of a request to an API -> what each request costs besides."""
    stored: Callable[[Plain, float], Iterable[Use]] | None = None
    """From its part of the plan and the GB in the workload's tables: what it costs a month besides."""


FEATURES: dict[Phase, tuple[Feature, ...]] = {
    "pilot": (),
    "standardize": (
        Feature("rollout", rollout.plan_rollout, rollout.ALARMS, change=rollout.hand_over_aliases),
        Feature(feature_flags.FEATURE, feature_flags.plan_feature_flags, change=feature_flags.read_by_functions),
        Feature(metrics.FEATURE, metrics.plan_metrics, metrics.ALARMS),
        Feature(queries.FEATURE, queries.plan_queries),
        Feature(cold_starts.FEATURE, cold_starts.plan_cold_starts, active=cold_starts.ACTIVE),
        Feature(dashboards.FEATURE, dashboards.plan_dashboards, idle=dashboards.IDLE, last=True),
    ),
    "scale": (
        Feature(slo.FEATURE, slo.plan_slo),
        Feature(capacity.FEATURE, capacity.plan_capacity, capacity.ALARMS, change=capacity.snapshots_and_maxima),
        Feature(anomalies.FEATURE, anomalies.plan_anomalies),
        Feature(backups.FEATURE, backups.plan_backups, backups.ALARMS, restoring_roles=backups.restoring_roles, stored=backups.stored),
        Feature(firewall.FEATURE, firewall.plan_firewall, idle=firewall.IDLE, requests=firewall.REQUESTS),
        Feature(cdn.FEATURE, cdn.plan_cdn, cdn.ALARMS, idle=cdn.IDLE, requests=cdn.REQUESTS),
        Feature(probe.FEATURE, probe.plan_probe, probe.ALARMS, monthly=probe.monthly),
    ),
}


ALARMS: dict[str, tuple[AlarmStandard, ...]] = {
    **registry.ALARMS,
    **{kind: rows for features in FEATURES.values() for feature in features for kind, rows in feature.alarms.items()},
}  # fmt: skip
"""Kind of what is watched -> its alarms, in whatever phase."""


def features_of(phase: Phase) -> Iterator[Feature]:
    """Everything that a workload in `phase` has beyond its pilot, in the order in which it is planned."""
    found = [feature for each in PHASES[: PHASES.index(phase) + 1] for feature in FEATURES[each]]
    yield from sorted(found, key=lambda feature: feature.last)
