"""The alarms of a resource: the catalogue's rows with its name, numbers and the way to help."""

from collections.abc import Iterable, Mapping

from platform_contract.platform import naming
from platform_contract.platform.alarm_standard import AlarmStandard
from platform_contract.platform.base import AlarmPlan, NamedAlarm
from platform_contract.platform.scope import Scope

RUNBOOKS = "docs/runbooks"
"""A page for each workload, with a section for each kind of its alarms, called KIND-SUFFIX."""
GENERAL_RUNBOOKS = f"{RUNBOOKS}/general"
"""Folder with the sections of all kinds, from which those pages are made (runbooks.py)."""


def plan_rows(
    scope: Scope, kind: str, resource: str, rows: Iterable[AlarmStandard], names: Mapping[str, str],
    facts: Mapping[str, float | None] | None = None, name_suffix: str = "",
) -> tuple[AlarmPlan, ...]:  # fmt: skip
    """The alarms of `rows`, whatever the stack says about tickets: for those that do more than tell somebody.

    kind: of what is watched. resource: its name in the manifest. names: what dimensions are filled with, such as function_name.
    facts: numbers that thresholds are a share of; a row that needs a fact which is None is left out.
    name_suffix: put behind the resource's name in names of alarms.
    """
    known = {name: value for name, value in (facts or {}).items() if value is not None}
    return tuple(
        _alarm(scope, kind, resource, names, known, row, name_suffix) for row in rows if not row.needs or row.needs in known
    )


def described(scope: Scope, what: str, why: str, told: str, section: str) -> str:
    """The description of an alarm: of what it is, when it fires, who is told, and where on-call reads on."""
    return f"{scope.workload}: {what}: {why}. {told}. Runbook: {RUNBOOKS}/{scope.workload}.md#{section}"


def told_to(scope: Scope, severity: str) -> str:
    """Who is told, and how urgent it is."""
    return f"{severity.capitalize()} for {scope.owner} ({scope.team.contact})"


def section_of(alarm: NamedAlarm) -> str:
    """Section of the runbook that its description names."""
    return alarm.description.rpartition("#")[2]


def _alarm(
    scope: Scope, kind: str, resource: str, names: Mapping[str, str], facts: Mapping[str, float], row: AlarmStandard, name_suffix: str
) -> AlarmPlan:  # fmt: skip
    section = f"{kind}-{row.suffix}".replace("_", "-")
    component = resource + name_suffix
    return AlarmPlan(
        suffix=row.suffix,
        physical_name=naming.alarm_name(scope.settings, scope.workload, component, row.suffix),
        description=described(scope, f"{kind.replace('_', ' ')} {resource}", row.why, told_to(scope, row.severity), section),
        namespace=row.namespace,
        metric_name=row.metric_name.format(**names),
        dimensions={name: value.format(workload=scope.workload, **names) for name, value in row.dimensions.items()},
        assigned_dimensions=row.assigned_dimensions,
        statistic=row.statistic,
        extended_statistic=row.extended_statistic,
        comparison_operator=row.comparison,
        threshold=row.threshold.value(facts),
        period_seconds=int(facts[row.period_of]) if row.period_of else row.period_seconds,
        evaluation_periods=row.evaluation_periods,
        datapoints_to_alarm=row.datapoints_to_alarm,
        treat_missing_data=row.treat_missing_data,
    )
