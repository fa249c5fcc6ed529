"""Anomalies: told when there is far more or far less of something than usual, where nobody can name a threshold.

Three things only, because each band is charged as three metrics and each false ticket wears trust out:

- `requests`: what comes in by an API. An objective is a share of the requests, and says nothing when callers stay away or when one of them loops.
- `runs`: of functions that queues, events, streams, uploads or workflows start. A producer that has stopped fails nothing; a storm of retries costs.
- `conflicts`: conditional writes of a table that were refused. Some are the design, so no number of them is wrong by itself; far more than usual is a
  hot item, or a caller that sends everything twice.

Left out, because the manifest or the service knows a threshold: durations (80 % of the timeout, `slo.latency_ms_p99`), errors, age of messages, runs of
schedules. Costs have anomaly detection of their own, free of charge (plan/cost_anomalies.py).

CloudWatch learns a band from up to two weeks of data, by hour and day of the week, and goes on learning. Before it has learnt, the alarm has
INSUFFICIENT_DATA or judges badly: so these are tickets, never pages. Source: CloudWatch user guide, "Using CloudWatch anomaly detection".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from platform_contract.features.watched import Watched, watched
from platform_contract.fit.break_even import SECONDS_PER_MONTH, runs_of
from platform_contract.kinds.table.limits import IDEMPOTENCY_TABLE
from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import naming
from platform_contract.platform.alarms import described, told_to
from platform_contract.platform.base import AlarmMetricPlan, MathAlarmPlan, Plain
from platform_contract.platform.settings import Settings
from platform_contract.registry import ALARMS

FEATURE = "anomalies"
BAND = 3.0
"""Standard deviations that are still usual. CloudWatch proposes 2, outside of which one point in twenty of a bell curve lies; of 3 it is one in 370."""
COUNTED = "counted"
"""Name of the metric in the expression."""
FILLED = f"FILL({COUNTED}, 0)"
"""Services publish nothing where nothing happens. As zeros the hours without calls are learnt like any others, and an outage is one of them."""
BY_REQUEST = frozenset({"http", "rest", "websocket"})
"""Triggers whose calls are counted at the API."""
BY_CLOCK = "schedule"
"""Trigger of which everybody knows how often it comes."""
READS = frozenset({"read", "get", "query", "batch-get", "follow"})
"""Verbs on a table that write nothing."""


@dataclass(frozen=True)
class Window:
    """Data points of an alarm: all of `points` on end have to be outside of the band."""

    period_seconds: int
    points: int


WINDOWS = (Window(300, 6), Window(3600, 2))
"""Half an hour in points of five minutes; where too little comes for that, two hours in points of an hour."""
LEAST_PER_POINT = 10
"""Of what is counted, in a data point on average, by the manifest's profile. With fewer, chance alone is as wide as the band: no alarm. Ours: counts that
come at random deviate by their root, so of ten by a third."""

Comparison = Literal["LessThanLowerOrGreaterThanUpperThreshold", "GreaterThanUpperThreshold"]


@dataclass(frozen=True)
class Unusual:
    """What is watched, of which kinds, by which metric of each."""

    name: Literal["requests", "runs", "conflicts"]
    metrics: Mapping[str, tuple[str, str]]
    """Kind -> metric and statistic, under the dimensions of the kind's alarms."""
    comparison: Comparison
    why: str


UNUSUAL = (
    Unusual(
        "requests",
        # AppSync counts requests of the whole account only; each request of an API has one value of its latency.
        {"http_api": ("Count", "SampleCount"), "rest_api": ("Count", "SampleCount"), "graphql_api": ("Latency", "SampleCount"), "websocket_api": ("MessageCount", "Sum")},
        "LessThanLowerOrGreaterThanUpperThreshold", "far fewer requests come than usual at this time, or far more",
    ),
    Unusual(
        "runs", {"function": ("Invocations", "Sum")},
        "LessThanLowerOrGreaterThanUpperThreshold", "it runs far less often than usual at this time, or far more often",
    ),
    Unusual(
        "conflicts", {"table": ("ConditionalCheckFailedRequests", "Sum")},
        "GreaterThanUpperThreshold", "far more conditional writes are refused than usual at this time",
    ),
)  # fmt: skip
"""Everything that has a band. Fewer conflicts than usual are nothing to look at."""


class UnusualPlan(Plain):
    """One thing that has a band."""

    name: str
    """Of the resource: names of the alarm hold it."""
    alarm: MathAlarmPlan


class AnomaliesPlan(Plain):
    """What of a workload is compared with what is usual."""

    unusual: tuple[UnusualPlan, ...]


def plan_anomalies(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> AnomaliesPlan | None:
    """The bands of a planned workload; None where the stack wants pages only, or where too little comes to be usual."""
    found = tuple(_unusual(settings, manifest, plan)) if settings.alarms == "all" else ()
    return AnomaliesPlan(unusual=found) if found else None


def window_of(counted_a_month: float) -> Window | None:
    """The data points for so many a month; None where there are too few."""
    return next((each for each in WINDOWS if counted_a_month * each.period_seconds / SECONDS_PER_MONTH >= LEAST_PER_POINT), None)


def _unusual(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> Iterator[UnusualPlan]:
    for row in UNUSUAL:
        for thing in watched(settings, plan):
            if thing.kind in row.metrics and (window := window_of(_a_month(manifest, row, thing.name))):
                yield UnusualPlan(name=thing.name, alarm=_alarm(settings, manifest, row, thing, window))


def _a_month(manifest: Manifest, row: Unusual, name: str) -> float:
    """How often a month, by the manifest's profile; 0 for what is not watched."""
    events = manifest.profile.requests_per_month
    if row.name == "runs":
        function = manifest.functions.get(name)  # not of the platform's own
        if function is None or name in manifest.rotating_functions or not function.kinds() - BY_REQUEST - {BY_CLOCK}:
            return 0
        return events * next((each.per_event for each in runs_of(manifest) if each.function == name), 0)
    if row.name == "conflicts":
        verbs = {verb for function in manifest.functions.values() for verb in function.uses.get(name, ())}
        return events if verbs - READS and name != IDEMPOTENCY_TABLE else 0
    return events


def _alarm(settings: Settings, manifest: Manifest, row: Unusual, thing: Watched, window: Window) -> MathAlarmPlan:
    of, (metric, statistic) = ALARMS[thing.kind][0], row.metrics[thing.kind]
    counted = AlarmMetricPlan(
        namespace=of.namespace, metric_name=metric, statistic=statistic, assigned_dimensions=of.assigned_dimensions,
        dimensions={key: value.format(**thing.values) for key, value in of.dimensions.items()},
    )  # fmt: skip
    suffix = f"unusual-{row.name}"
    return MathAlarmPlan(
        suffix=suffix, physical_name=naming.alarm_name(settings, manifest.name, thing.name, suffix),
        description=described(manifest.scope(settings), f"{thing.kind.replace('_', ' ')} {thing.name}", row.why, told_to(manifest.scope(settings), "ticket"), f"{FEATURE}-{row.name}"),
        metrics={COUNTED: counted}, expression=FILLED, band=BAND, comparison_operator=row.comparison, period_seconds=window.period_seconds,
        evaluation_periods=window.points, datapoints_to_alarm=window.points, treat_missing_data="missing", api=thing.api,
    )  # fmt: skip
