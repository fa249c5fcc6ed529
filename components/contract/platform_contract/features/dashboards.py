"""Dashboards: how releases of a workload do, and how it runs. What they draw is what the alarms watch, and the traffic beside it.

Graphs have the alarms' thresholds as lines. A metric is drawn if its kind has it as an alarm or as traffic for something that the workload
has; so none is drawn that AWS does not publish. Source of the form: CloudWatch user guide, "Dashboard body structure and syntax".
"""

from collections.abc import Iterable, Iterator, Mapping

from platform_contract.features import anomalies, backups, cold_starts, probe
from platform_contract.features.capacity import UTILIZATION, CapacityPlan
from platform_contract.features.dashboard_body import COLUMNS, DashboardPlan, LinePlan, SeriesPlan, WidgetPlan
from platform_contract.features.metrics import MetricPlan, MetricsPlan
from platform_contract.features.rollout import RolloutPlan
from platform_contract.features.slo import DAYS, SloPlan
from platform_contract.features.watched import Watched, watched
from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan, alarms_in, parts_of
from platform_contract.plan.web_acl import WebAclPlan, dimensions
from platform_contract.platform import lambda_, naming, waf
from platform_contract.platform.base import AlarmPlan, NamedAlarm, Plain
from platform_contract.platform.name_limits import checked_name
from platform_contract.platform.settings import Settings
from platform_contract.platform.usage import Use
from platform_contract.registry import ALARMS, METRICS

FEATURE = "dashboards"
ALARMS_OF_A_WIDGET = 100
"""At most. Source: CloudWatch user guide, "Service quotas"."""
IDLE = (Use("dashboards", "dashboard", 2),)
"""A month, of a workload: release health and runtime health."""
INDEX_IDLE = (Use("dashboards", "dashboard", 1),)
"""A month, of a stack that has any: the index."""


TITLES = ("APIs", "Functions", "Queues", "Dead-letter queues and failures", "Topics, rules and schedules", "Streams", "Workflows", "Tables")
"""Parts of the runtime dashboard, in their order."""


class DashboardsPlan(Plain):
    """The dashboards of a workload."""

    region: str
    release: DashboardPlan
    runtime: DashboardPlan


def dashboard_name(settings: Settings, workload: str, what: str) -> str:
    """Dashboards belong to an account and not to a region: the name carries it."""
    name = f"{naming.prefix(settings, workload)}-{what}-{settings.region}"
    return checked_name("dashboard", name, {"workload name": workload})


def plan_dashboards(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> DashboardsPlan:
    """The dashboards of a planned workload. Comes after the other features, whose alarms and functions it shows."""
    return DashboardsPlan(
        region=settings.region,
        release=DashboardPlan(physical_name=dashboard_name(settings, plan.name, "release"), widgets=tuple(_release(settings, manifest, plan))),
        runtime=DashboardPlan(physical_name=dashboard_name(settings, plan.name, "runtime"), widgets=tuple(_runtime(settings, manifest, plan))),
    )  # fmt: skip


def _head(settings: Settings, manifest: Manifest, what: str, other: str) -> WidgetPlan:
    team, name = settings.teams[manifest.owner], dashboard_name(settings, manifest.name, other)
    return _text(
        f"# {manifest.name}: {what} health, {settings.environment}\n{manifest.summary} Owner: {manifest.owner} ({team.contact}). "
        f"See also [{other} health]({_link(name)}).", 2,
    )  # fmt: skip


def _text(markdown: str, height: int = 1) -> WidgetPlan:
    return WidgetPlan(kind="text", width=COLUMNS, height=height, text=markdown)


def _link(dashboard: str) -> str:
    return f"#dashboards/dashboard/{dashboard}"


def _alarms(settings: Settings, title: str, names: Iterable[str], elsewhere: Iterable[NamedAlarm] = ()) -> Iterator[WidgetPlan]:
    """The states of alarms, in as many widgets as they need. elsewhere: those that may be in another region."""
    arns = [naming.alarm_arn(settings, name) for name in dict.fromkeys(names)]
    arns += [naming.alarm_arn(settings, it.physical_name, it.region) for it in elsewhere]
    for start in range(0, len(arns), ALARMS_OF_A_WIDGET):
        part = tuple(arns[start : start + ALARMS_OF_A_WIDGET])
        yield WidgetPlan(kind="alarm", title=title, width=COLUMNS, height=2 + len(part) // 12, alarm_arns=part)


def _release(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> Iterator[WidgetPlan]:
    """Which version answers, how it does beside the one before, what has stopped a release."""
    yield _head(settings, manifest, "release", "runtime")
    rollout = plan.features.get("rollout")
    if not isinstance(rollout, RolloutPlan):
        return
    groups = rollout.groups.values()
    yield from _alarms(settings, "Alarms that roll a release back", (
        name for group in groups
        for name in (*(each.physical_name for each in (*group.version_alarms, *group.alias_alarms)), *group.api_alarm_names)
    ))  # fmt: skip
    for name, group in rollout.groups.items():
        alarms = (*group.alias_alarms, *group.version_alarms)
        for metric, statistic in (("Invocations", "Sum"), ("Errors", "Average"), ("Duration", "p99")):
            of_alias = SeriesPlan(
                label="all versions", namespace="AWS/Lambda", metric_name=metric, statistic=statistic,
                dimensions={"FunctionName": group.physical_name, "Resource": f"{group.physical_name}:{lambda_.ALIAS}"},
            )  # fmt: skip
            by_version = of_alias.model_copy(update={"label": "version ${PROP('Dim.ExecutedVersion')}", "by_version": True})
            lines = (LinePlan(label=each.suffix, value=each.threshold) for each in alarms if each.metric_name == metric)
            yield WidgetPlan(kind="metric", title=f"{name}: {metric}, {statistic}", series=(by_version, of_alias), lines=_distinct(lines))
    yield _text(
        f"## Deployments\n[{rollout.application_name} in CodeDeploy](https://{settings.region}.console.aws.amazon.com/codesuite/codedeploy/"
        f"applications/{rollout.application_name}?region={settings.region}). Each release asks the checks once before and once after it gets traffic.", 2,
    )  # fmt: skip
    checks = rollout.checks
    runs = [
        SeriesPlan(label=metric, namespace="AWS/Lambda", metric_name=metric, statistic="Sum", dimensions={"FunctionName": checks.physical_name})
        for metric in ("Invocations", "Errors")
    ]
    yield WidgetPlan(kind="metric", title="Checks of new versions", series=tuple(runs))
    # What is wrong is logged as an error, one line each (platform_functions/release/handler.py).
    query = f"SOURCE '{checks.log_group_name}' | fields @timestamp, message | filter level = 'ERROR' | sort @timestamp desc | limit 20"
    yield WidgetPlan(kind="log", title="Why new versions were refused", width=16, text=query)


def _runtime(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> Iterator[WidgetPlan]:
    """Alarms, and each kind of thing that the workload has: traffic first, then what alarms watch."""
    yield _head(settings, manifest, "runtime", "release")
    alarms = list(alarms_in(plan))
    yield from _alarms(settings, "Alarms", (), parts_of(NamedAlarm, plan))
    yield from _error_budgets(plan)
    metrics = plan.features.get("metrics")
    if isinstance(metrics, MetricsPlan):
        yield _text("## Business")
        yield from (_counted(name, metric) for name, metric in metrics.metrics.items())
    yield from _ready(plan)
    yield from _unusual(plan)
    things = list(watched(settings, plan))
    for title in TITLES:
        kinds = [kind for kind, metrics_of in METRICS.items() if metrics_of.title == title]
        graphs = [graph for kind in kinds for graph in _graphs(kind, [each for each in things if each.kind == kind], alarms, plan.name)]
        if graphs:
            yield _text(f"## {title}")
            yield from graphs
        cold = plan.features.get(cold_starts.FEATURE)
        if title == "Functions" and isinstance(cold, cold_starts.ColdStartsPlan):
            yield from (_cold(cold, what, statistic) for what, statistic in (("how many", "SampleCount"), ("milliseconds, p99", "p99")))
    yield from _probe(plan)
    yield from _refused(settings, plan)
    yield from _backups(plan)


def _refused(settings: Settings, plan: WorkloadPlan) -> Iterator[WidgetPlan]:
    """What the firewall lets in, refuses and only counts."""
    for acl in parts_of(WebAclPlan, plan.features):
        here = acl.scope == waf.REGIONAL
        yield _text(f"## Firewall{'' if here else ' of the distribution'}")
        for metric in (waf.ALLOWED, waf.BLOCKED, waf.COUNTED):
            series = SeriesPlan(
                label=acl.physical_name, namespace=waf.NAMESPACE, metric_name=metric, statistic="Sum",
                dimensions=dimensions(settings, acl.physical_name, acl.scope),
            )  # fmt: skip
            yield WidgetPlan(kind="metric", title=f"{acl.physical_name}: {metric}, Sum", series=(series,), region="" if here else waf.GLOBAL_REGION)


def _cold(plan: cold_starts.ColdStartsPlan, what: str, statistic: str) -> WidgetPlan:
    series = SeriesPlan(label="cold starts", namespace=plan.namespace, metric_name=cold_starts.METRIC, statistic=statistic, dimensions={})
    return WidgetPlan(kind="metric", title=f"cold starts: {what}", series=(series,))


def _counted(name: str, metric: MetricPlan) -> WidgetPlan:
    series = SeriesPlan(
        label=metric.metric_name, namespace=metric.namespace, metric_name=metric.metric_name, statistic="Sum", dimensions=metric.dimensions
    )
    lines = (LinePlan(label=alarm.suffix, value=alarm.threshold) for alarm in metric.alarms)
    graph = WidgetPlan(kind="metric", title=f"{name}: {metric.description}", series=(series,), lines=_distinct(lines))
    # As much time as the alarm looks at, so that points and line are of one measure.
    return graph.model_copy(update={"period_seconds": metric.alarms[0].period_seconds}) if metric.alarms else graph


def _ready(plan: WorkloadPlan) -> Iterator[WidgetPlan]:
    """What is kept ready: how much of it is in use, and who found nothing ready."""
    found = plan.features.get("capacity")
    if not isinstance(found, CapacityPlan):
        return
    yield _text("## Kept ready")
    for name, ready in found.functions.items():
        dimensions = {"FunctionName": ready.physical_name, "Resource": f"{ready.physical_name}:{lambda_.ALIAS}"}
        for metric, statistic in ((UTILIZATION, "Maximum"), *((each.metric_name, each.statistic or "") for each in ready.alarms)):
            series = SeriesPlan(label=name, namespace="AWS/Lambda", metric_name=metric, statistic=statistic, dimensions=dimensions)
            lines = (LinePlan(label=each.suffix, value=each.threshold) for each in ready.alarms if each.metric_name == metric)
            yield WidgetPlan(kind="metric", title=f"{name}: {metric}, {statistic}", series=(series,), lines=_distinct(lines))


def _unusual(plan: WorkloadPlan) -> Iterator[WidgetPlan]:
    """What is compared with what is usual, in the band that was learnt."""
    part = plan.features.get(anomalies.FEATURE)
    if not isinstance(part, anomalies.AnomaliesPlan):
        return
    yield _text("## Usual, and not")
    for name, alarm in ((each.name, each.alarm) for each in part.unusual):
        yield WidgetPlan(kind="band", title=f"{name}: {alarm.suffix.partition('-')[2]}", text=alarm.expression, metrics=alarm.metrics,
                         band=alarm.band or 0, api=alarm.api, period_seconds=alarm.period_seconds)  # fmt: skip


def _backups(plan: WorkloadPlan) -> Iterator[WidgetPlan]:
    """What was backed up and restored, and how long a restore takes: as long as callers would have to wait."""
    part = plan.features.get(backups.FEATURE)
    if not isinstance(part, backups.BackupsPlan):
        return
    yield _text("## Backups")
    restores = [(name, alarm) for name, alarms in part.restore_alarms.items() for alarm in alarms]
    for name, alarm in (*((part.vault_name, alarm) for alarm in part.alarms), *restores):
        series = SeriesPlan(label=name, namespace=alarm.namespace, metric_name=alarm.metric_name, statistic="Sum", dimensions=alarm.dimensions)
        line = LinePlan(label=alarm.suffix, value=alarm.threshold)
        yield WidgetPlan(kind="metric", title=f"{name}: {alarm.metric_name}", series=(series,), lines=(line,), period_seconds=alarm.period_seconds)
    took = tuple(
        SeriesPlan(label=name, namespace=alarm.namespace, metric_name=backups.SECONDS, statistic="Maximum", dimensions=alarm.dimensions)
        for name, alarm in restores
    )
    if took:
        yield WidgetPlan(kind="metric", title="A restore took, in seconds, at most", series=took, period_seconds=restores[0][1].period_seconds)


def _probe(plan: WorkloadPlan) -> Iterator[WidgetPlan]:
    """What a client sees of each route that the probe calls: whether it is answered as it should be, and after how long."""
    part = plan.features.get(probe.FEATURE)
    if not isinstance(part, probe.ProbePlan) or part.runner is None:
        return
    yield _text("## As a client sees it")
    routes, alarms = [of_route[0] for of_route in part.runner.alarms.values() if of_route], list(alarms_in(part.runner.alarms))
    for metric, statistic in ((probe.SUCCEEDED, "Minimum"), (probe.SUCCEEDED, "SampleCount"), (probe.MILLISECONDS, "Maximum")):
        series = tuple(
            SeriesPlan(label=alarm.dimensions["route"], namespace=alarm.namespace, metric_name=metric, statistic=statistic, dimensions=alarm.dimensions)
            for alarm in routes
        )
        lines = _distinct(LinePlan(label=it.suffix, value=it.threshold) for it in alarms if (it.metric_name, it.statistic) == (metric, statistic))
        yield WidgetPlan(kind="metric", title=f"probe: {metric}, {statistic}", series=series, lines=lines, period_seconds=part.every_minutes * 60)


def _error_budgets(plan: WorkloadPlan) -> Iterator[WidgetPlan]:
    slo = plan.features.get("slo")
    for it in slo.objectives if isinstance(slo, SloPlan) else ():
        yield WidgetPlan(kind="number", title=it.left.label, height=4, text=it.left.expression, metrics=it.left.metrics, days=DAYS, api=it.left.api)


def _graphs(kind: str, things: list[Watched], alarms: list[AlarmPlan], workload: str) -> Iterator[WidgetPlan]:
    """One graph for each metric of a kind, with a line for each thing."""
    if not things:
        return
    rows = ALARMS[kind]
    wanted = [(each.metric_name, each.statistic) for each in METRICS[kind].traffic]
    wanted += [(row.metric_name, row.statistic or row.extended_statistic or "") for row in rows]
    for metric, statistic in dict.fromkeys(wanted):
        series = [
            SeriesPlan(
                label=each.name, namespace=rows[0].namespace, metric_name=metric, statistic=statistic, api=each.api,
                dimensions={name: value.format(workload=workload, **each.values) for name, value in rows[0].dimensions.items()},
                assigned_dimensions=rows[0].assigned_dimensions,
            )
            for each in things
        ]  # fmt: skip
        lines = [
            LinePlan(label=f"{it.label} {alarm.suffix}" if len(series) > 1 else alarm.suffix, value=alarm.threshold)
            for it in series for alarm in alarms if _watches(alarm, it)
        ]  # fmt: skip
        words = kind.replace("_", " ")
        yield WidgetPlan(kind="metric", title=f"{words}: {metric}, {statistic}", series=tuple(series), lines=_distinct(lines))


def _watches(alarm: AlarmPlan, series: SeriesPlan) -> bool:
    return (alarm.namespace, alarm.metric_name, alarm.dimensions, alarm.statistic or alarm.extended_statistic) == (
        series.namespace, series.metric_name, series.dimensions, series.statistic,
    )  # fmt: skip


def _distinct(lines: Iterable[LinePlan]) -> tuple[LinePlan, ...]:
    """Each threshold once: of many alarms at one height the label names all."""
    by_value: dict[float, list[str]] = {}
    for line in lines:
        by_value.setdefault(line.value, []).append(line.label)
    return tuple(LinePlan(label=", ".join(dict.fromkeys(labels)), value=value) for value, labels in by_value.items())


def index_of(settings: Settings, plans: Mapping[str, WorkloadPlan]) -> DashboardPlan | None:
    """The index of a stack: every workload, with links to its dashboards and the states of its alarms. None where no workload has any."""
    if not any(FEATURE in plan.features for plan in plans.values()):
        return None
    rows, states = ["| workload | owner | phase | dashboards |", "|---|---|---|---|"], []
    for name, plan in sorted(plans.items()):
        found = plan.features.get(FEATURE)
        links = [f"[{what} health]({_link(dashboard_name(settings, name, what))})" for what in ("release", "runtime")] if found else []
        rows.append(f"| {name} | {plan.owner} | {plan.phase} | {', '.join(links) or 'from the phase standardize on'} |")
        if found:
            states += list(_alarms(settings, name, (), sorted(parts_of(NamedAlarm, plan), key=lambda alarm: alarm.physical_name)))
    widgets = [_text(f"# Workloads, {settings.environment}\n" + "\n".join(rows), 2 + len(rows) // 2), *states]
    return DashboardPlan(physical_name=dashboard_name(settings, "platform", "index"), widgets=tuple(widgets))
