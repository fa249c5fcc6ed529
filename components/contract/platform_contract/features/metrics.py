"""Business metrics: what the code counts and the manifest declares, on the runtime dashboard, with an alarm if the manifest wants one."""

from collections.abc import Mapping

from platform_contract.manifest import Manifest
from platform_contract.manifest.metric import metric_name
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import environment
from platform_contract.platform.alarm_standard import AlarmStandard, Threshold
from platform_contract.platform.alarms import plan_rows
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.settings import Settings

FEATURE = "metrics"
KIND = "business_metric"
DIMENSIONS = {"service": "{workload}"}
"""As Powertools counts what has no dimension of its own (handlers/shared/observability.py)."""

ALARMS: Mapping[str, tuple[AlarmStandard, ...]] = {KIND: (
    AlarmStandard(
        # No data is none counted, and that is what is wrong here.
        "too-few", environment.METRICS_NAMESPACE_VALUE, "{metric_name}", DIMENSIONS, Threshold(1, "at_least"), "LessThanThreshold", (0, None),
        "fewer are counted than there always are, or none at all", "ticket", statistic="Sum", datapoints_to_alarm=1, evaluation_periods=1,
        treat_missing_data="breaching", needs="at_least", period_of="within_seconds",
    ),
    AlarmStandard(
        "too-many", environment.METRICS_NAMESPACE_VALUE, "{metric_name}", DIMENSIONS, Threshold(1, "at_most"), "GreaterThanThreshold", (0, None),
        "more are counted than there should ever be", "ticket", statistic="Sum", datapoints_to_alarm=1, evaluation_periods=1,
        needs="at_most", period_of="within_seconds",
    ),
)}  # fmt: skip
"""Kind of what is watched -> its alarms, each made where the manifest gives its bound."""


class MetricPlan(Plain):
    namespace: str
    metric_name: str
    dimensions: dict[str, str]
    description: str
    alarms: tuple[AlarmPlan, ...]


class MetricsPlan(Plain):
    """The business metrics of a workload, by their names in the manifest."""

    metrics: dict[str, MetricPlan]


def plan_metrics(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> MetricsPlan | None:
    """What the manifest declares; None where it declares nothing."""
    return MetricsPlan(metrics={name: _metric(settings, manifest, name) for name in manifest.metrics}) if manifest.metrics else None


def _metric(settings: Settings, manifest: Manifest, name: str) -> MetricPlan:
    spec, counted = manifest.metrics[name], metric_name(name)
    bounds = spec.alarm
    facts = {"at_least": bounds.at_least, "at_most": bounds.at_most, "within_seconds": bounds.within_minutes * 60} if bounds else {}
    rows = (row for row in ALARMS[KIND] if settings.alarms in ("all", row.severity))
    return MetricPlan(
        namespace=environment.METRICS_NAMESPACE_VALUE, metric_name=counted, description=spec.description,
        dimensions={key: value.format(workload=manifest.name) for key, value in DIMENSIONS.items()},
        alarms=plan_rows(manifest.scope(settings), KIND, name, rows, {"metric_name": counted}, facts),
    )  # fmt: skip
