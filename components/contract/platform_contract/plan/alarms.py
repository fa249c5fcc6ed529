"""The alarms of a resource: the catalogue's rows with its name, numbers and the way to help."""

from collections.abc import Mapping

from platform_contract.naming import physical_name
from platform_contract.plan.model import AlarmPlan
from platform_contract.settings import Settings
from platform_contract.specs import Manifest
from platform_contract.standards.alarms import ALARMS, AlarmStandard

RUNBOOKS = "docs/runbooks.md"
"""One section for each alarm of the catalogue, named KIND-SUFFIX."""
ASSIGNED = frozenset({"ApiId"})
"""Dimensions whose values AWS assigns at creation."""


def plan_alarms(
    settings: Settings, manifest: Manifest, kind: str, resource: str, dimensions: Mapping[str, str],
    facts: Mapping[str, float] | None = None,
) -> tuple[AlarmPlan, ...]:  # fmt: skip
    """The alarms of one resource.

    kind: key of the catalogue. resource: its name in the manifest. dimensions: by name, what is known of them.
    facts: numbers that thresholds are a factor of, such as timeout_seconds.
    """
    return tuple(_alarm(settings, manifest, kind, resource, dimensions, facts or {}, row) for row in ALARMS[kind])


def _alarm(
    settings: Settings, manifest: Manifest, kind: str, resource: str, dimensions: Mapping[str, str],
    facts: Mapping[str, float], row: AlarmStandard,
) -> AlarmPlan:  # fmt: skip
    percentile = row.statistic.startswith("p")
    team = settings.teams[manifest.owner]
    infix = "dead" if kind == "dead_letter_queue" else ""
    return AlarmPlan(
        suffix=row.suffix,
        physical_name=physical_name("alarm", settings, manifest.name, resource, infix, row.suffix),
        description=(
            f"{manifest.name}: {kind.replace('_', ' ')} {resource}: {row.why}. {row.severity.capitalize()} for {manifest.owner} "
            f"({team.contact}). Runbook: {RUNBOOKS}#{kind.replace('_', '-')}-{row.suffix}"
        ),
        namespace=row.namespace,
        metric_name=row.metric,
        dimensions={name: dimensions[name] for name in row.dimensions if name not in ASSIGNED},
        assigned_dimensions=tuple(name for name in row.dimensions if name in ASSIGNED),
        statistic=None if percentile else row.statistic,
        extended_statistic=row.statistic if percentile else None,
        comparison_operator=row.comparison,
        threshold=row.threshold * facts[row.threshold_of] if row.threshold_of else row.threshold,
        period_seconds=row.period_seconds,
        evaluation_periods=row.periods,
        datapoints_to_alarm=row.datapoints,
        treat_missing_data=row.missing,
    )
