"""Service level objectives: somebody is told when the promise of the manifest is at risk, and how soon depends on how fast.

What may fail is the error budget: of 99.9 % it is 0.1 %. A burn rate of 1 uses it up in the 30 days of the objective; an alarm watches a long
window, which says that it matters, and a short one, which says that it still lasts. Each window is an alarm that tells nobody; an alarm of both
does. Source of windows and burn rates: Google, The Site Reliability Workbook, "Alerting on SLOs", "Multiwindow, Multi-Burn-Rate Alerts".

A burn rate counts requests, and at night there are few: a single one that fails is a high share of them. So the long window also wants
LEAST_BAD of them. A floor on all requests instead would sleep through an outage of a route that is called seldom.

Only entries where somebody waits for the answer have an objective. What queues, events, schedules and workflows give up is kept, and each single
piece of it tells somebody by itself (dead_letter_queue-messages, failures-messages, asynchronous-dropped, workflow-failed): a share over hours
would say the same later. A WebSocket API has no metric of the messages of its clients alone: MessageCount counts both directions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from platform_contract.features.watched import Watched, watched
from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import naming
from platform_contract.platform.alarms import described, told_to
from platform_contract.platform.base import AlarmMetricPlan, CompositeAlarmPlan, MathAlarmPlan, Plain
from platform_contract.platform.settings import Settings
from platform_contract.registry import ALARMS

FEATURE = "slo"
DAYS = 30
"""Of an objective: the error budget is for so long."""
LEAST_BAD = 5
"""Requests in the long window that have to be bad. Ours: one may be chance, five of the few of an hour are not."""
LATE_SHARE = 0.01
"""Error budget of `latency_ms_p99`: one in a hundred may be late."""


@dataclass(frozen=True)
class BurnRate:
    """A pair of windows."""

    name: str
    """As the alarm calls it: its long window."""
    long_seconds: int
    short_seconds: int
    times: float
    """How much faster than promised the error budget is used up."""
    severity: Literal["page", "ticket"]

    @property
    def budget_share(self) -> float:
        """Of the error budget that is gone when the long window fires."""
        return self.times * self.long_seconds / (DAYS * 86_400)


BURN_RATES = (
    BurnRate("1h", 3600, 300, 14.4, "page"),  # 2 % of the budget
    BurnRate("6h", 6 * 3600, 1800, 6, "page"),  # 5 %
    BurnRate("1d", 86_400, 7200, 3, "ticket"),  # 10 %
)
"""Of every objective. The workbook's third pair is three days at burn rate 1; a period of CloudWatch is a day at most, in which the same tenth of
the budget goes at burn rate 3."""

Metric = tuple[str, str]
"""Name and statistic."""


@dataclass(frozen=True)
class Indicator:
    """What share of the requests is bad, from two metrics of an API."""

    name: Literal["availability", "latency"]
    metrics: Mapping[str, Metric]
    """Name in the expressions -> metric. `{latency_ms}` is filled in."""
    share: str
    """Of requests that are bad, 0 to 1."""
    bad: str
    """Number of requests that are bad."""
    why: str
    """Ends the sentence "more than 1 % of the requests ..."."""


def _availability(failed: str, total: Metric) -> Indicator:
    return Indicator(
        "availability", {"failed": (failed, "Sum"), "total": total}, "failed / total", "failed", "are answered with errors of ours"
    )


# Percentile rank: percent of the values up to the limit. Source: CloudWatch user guide, "CloudWatch statistics definitions", PR.
LATENCY = Indicator(
    "latency", {"within": ("Latency", "PR(:{latency_ms})"), "total": ("Latency", "SampleCount")}, "(100 - within) / 100",
    "(100 - within) / 100 * total", "take longer than promised",
)  # fmt: skip

INDICATORS: Mapping[str, tuple[Indicator, ...]] = {
    "http_api": (_availability("5xx", ("Count", "SampleCount")), LATENCY),
    "rest_api": (_availability("5XXError", ("Count", "SampleCount")), LATENCY),
    # AppSync counts requests of the whole account only; each request of an API has one value of its latency.
    "graphql_api": (_availability("5XXError", ("Latency", "SampleCount")), LATENCY),
}
"""Kind of entry -> what is promised of it, under the dimensions of the kind's alarms."""


class ErrorBudgetPlan(Plain):
    """What a dashboard shows of one promise: how much of its error budget is left."""

    label: str
    metrics: dict[str, AlarmMetricPlan]
    expression: str
    """Percent left, over the DAYS of the objective."""
    bad: str
    """Number of bad requests; that of all is the metric `total`."""
    api: str


class ObjectivePlan(Plain):
    """One promise about one API, and the alarms that watch it."""

    indicator: str
    api: str
    budget: float
    """Share of the requests that may be bad."""
    windows: tuple[MathAlarmPlan, ...]
    alarms: tuple[CompositeAlarmPlan, ...]
    left: ErrorBudgetPlan


class SloPlan(Plain):
    """Objectives of a workload."""

    objectives: tuple[ObjectivePlan, ...]


def plan_slo(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> SloPlan | None:
    """The objectives of a planned workload; None where it promises nothing, or has no API."""
    objectives = tuple(_objectives(settings, manifest, plan))
    return SloPlan(objectives=objectives) if objectives else None


def _objectives(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> Iterator[ObjectivePlan]:
    if manifest.slo is None:
        return
    budgets = {"availability": round(1 - manifest.slo.availability_percent / 100, 9), "latency": LATE_SHARE}
    for api in watched(settings, plan):
        for indicator in INDICATORS.get(api.kind, ()):
            yield _objective(settings, manifest, api, indicator, budgets[indicator.name])


def _objective(settings: Settings, manifest: Manifest, api: Watched, indicator: Indicator, budget: float) -> ObjectivePlan:
    assert manifest.slo is not None
    metrics = {name: _metric(api, metric, manifest.slo.latency_ms_p99) for name, metric in indicator.metrics.items()}
    burning = [it for it in BURN_RATES if settings.alarms in ("all", it.severity)]
    pairs = [_pair(settings, manifest, api, indicator, it, metrics, round(it.times * budget, 9)) for it in burning]
    return ObjectivePlan(
        indicator=indicator.name, api=api.name, budget=budget,
        windows=tuple(window for windows, _ in pairs for window in windows), alarms=tuple(alarm for _, alarm in pairs),
        left=ErrorBudgetPlan(
            label=f"{api.name}: {indicator.name}, % of the error budget of {DAYS} days left", metrics=metrics, expression=f"100 * (1 - ({indicator.share}) / {budget:.10g})", bad=indicator.bad,
            api=api.api,
        ),
    )  # fmt: skip


def _metric(api: Watched, metric: Metric, latency_ms: int) -> AlarmMetricPlan:
    row = ALARMS[api.kind][0]
    name, statistic = metric
    return AlarmMetricPlan(
        namespace=row.namespace, metric_name=name, statistic=statistic.format(latency_ms=latency_ms),
        dimensions={key: value.format(**api.values) for key, value in row.dimensions.items()}, assigned_dimensions=row.assigned_dimensions,
    )  # fmt: skip


def _pair(
    settings: Settings, manifest: Manifest, api: Watched, indicator: Indicator, burn: BurnRate, metrics: dict[str, AlarmMetricPlan], threshold: float
) -> tuple[tuple[MathAlarmPlan, MathAlarmPlan], CompositeAlarmPlan]:
    suffix = f"{indicator.name}-burn-{burn.name}"
    told_by = naming.alarm_name(settings, manifest.name, api.name, suffix)
    what, section = f"{api.kind.replace('_', ' ')} {api.name}", f"{FEATURE}-{indicator.name}"

    def window(which: str, seconds: int, expression: str) -> MathAlarmPlan:
        why = f"in {_told(seconds)} more than {threshold * 100:.4g} % of the requests {indicator.why}"
        return MathAlarmPlan(
            suffix=f"{suffix}-{which}", physical_name=naming.alarm_name(settings, manifest.name, api.name, f"{suffix}-{which}"),
            description=described(manifest.scope(settings), what, why, f"Tells nobody by itself, {told_by} does", section),
            metrics=metrics, expression=expression, threshold=threshold, comparison_operator="GreaterThanThreshold", period_seconds=seconds,
            evaluation_periods=1, datapoints_to_alarm=1, treat_missing_data="notBreaching", api=api.api, told_by=told_by,
        )  # fmt: skip

    long = window("long", burn.long_seconds, f"IF({indicator.bad} >= {LEAST_BAD}, {indicator.share}, 0)")
    short = window("short", burn.short_seconds, indicator.share)
    why = (
        f"so many requests {indicator.why} that the error budget of {DAYS} days goes {burn.times:g} times as fast as promised, "
        f"{burn.budget_share * 100:.0f} % of it in {_told(burn.long_seconds)}, and it still lasts"
    )
    return (long, short), CompositeAlarmPlan(
        suffix=suffix, physical_name=told_by, all_of=(long.physical_name, short.physical_name),
        description=described(manifest.scope(settings), what, why, told_to(manifest.scope(settings), burn.severity), section),
    )  # fmt: skip


def _told(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds >= 3600 else f"{seconds // 60} min"
