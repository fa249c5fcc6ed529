"""What a workload costs at 1 M events of its profile, line by line, and what it costs a month though nothing happens. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from platform_contract.fit.break_even import batch_of, events_per_second, kind_of_trigger, runs_of
from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.kinds.graphql_api.plan import GraphqlPlan
from platform_contract.kinds.queue import POLLED
from platform_contract.kinds.stream import FIXED
from platform_contract.manifest import FunctionSpec, Manifest, TriggerSpec
from platform_contract.phases import Feature, features_of
from platform_contract.plan.model import WorkloadPlan, alarms_in, parts_of
from platform_contract.planning import plan_workload
from platform_contract.platform import environment
from platform_contract.platform.base import CompositeAlarmPlan, MathAlarmPlan, ProvisionedPlan
from platform_contract.platform.prices import HOURS_PER_MONTH, MILLION, PRICES, REGION
from platform_contract.platform.settings import Settings
from platform_contract.platform.usage import (
    API_LOG_KB,
    ASSUMPTIONS,
    FLAGS,
    IDEMPOTENCY,
    LOG_KB_PER_EVENT,
    LOG_KB_PER_RUN,
    METRICS_PER_FUNCTION,
    TRACED_SHARE,
    Use,
)
from platform_contract.registry import ACTIVE, IDLE, KINDS, TRIGGERS, USAGE


@dataclass(frozen=True)
class Line:
    """One thing that is billed."""

    what: str
    quantity: float
    price: str
    """Key of PRICES."""
    feature: str = ""
    """That runs though nothing else does, and is billed for as callers are."""

    @property
    def usd(self) -> float:
        return self.quantity * PRICES[self.price].each


@dataclass(frozen=True)
class Cost:
    """Everything that is counted, and what is not."""

    workload: str
    events: int
    lines: tuple[Line, ...]
    """For `events` events."""
    idle: tuple[Line, ...]
    """A month, though nothing happens."""
    active: tuple[Line, ...]
    """A month in which something happens in every hour, besides."""
    expected: int
    """Events a month that the manifest expects."""
    assumptions: tuple[str, ...]
    uncounted: tuple[str, ...]

    @property
    def usd(self) -> float:
        """For `events` events."""
        return sum(line.usd for line in self.lines)

    @property
    def idle_usd(self) -> float:
        """A month, though nothing happens."""
        return sum(line.usd for line in self.idle)

    @property
    def active_usd(self) -> float:
        """A month in which something happens in every hour, besides."""
        return sum(line.usd for line in self.active)

    @property
    def expected_usd(self) -> float:
        """A month at the load that the manifest expects."""
        return self.usd * self.expected / self.events + self.idle_usd + self.active_usd


def cost(manifest: Manifest, settings: Settings, events: int = MILLION, plan: WorkloadPlan | None = None) -> Cost:
    """What `manifest` costs under the settings of a stack. plan: of it there, if somebody has made it."""
    plan = plan or plan_workload(manifest, settings)
    lines: list[Line] = []
    uncounted: list[str] = []
    for name, spec in manifest.functions.items():
        if name in manifest.rotating_functions:
            continue  # no event leads to it
        lines += _function(manifest, settings, name, events)
        for trigger in spec.triggers:
            kind = kind_of_trigger(trigger)
            share = 1 / _of_this_kind(spec, kind)
            runs = events / batch_of(manifest.profile, trigger)
            uses = [_of_its_kind(use, manifest, trigger) for use in TRIGGERS[kind].usage]
            lines += [_line(use, name, events * share, runs * share) for use in uses]
        lines += _uses(manifest, name, events, uncounted)
        lines += [_line(use, "flags", events, events) for use in FLAGS if environment.FLAGS_APPLICATION in plan.functions[name].environment]
    if manifest.graphql:  # resolvers work on the table without a function
        lines += [_line(use, "graphql", events, events) for use in KINDS["graphql_api"].usage]
        lines += _used("table", manifest.graphql.table, manifest.graphql.verbs, events, events)
    lines += [_line(use, "datasets", events, events) for use in KINDS["dataset"].usage if manifest.datasets]
    lines += _of_features(plan, lines)
    lines += _watching(manifest, plan, lines, events)
    assumptions = list(ASSUMPTIONS)
    if settings.region != REGION:
        assumptions.append(f"prices are those of {REGION}, and the stack is in {settings.region}")
    return Cost(
        workload=manifest.name, events=events, lines=_merged(lines), idle=_merged(idle_lines(manifest, plan)), active=_merged(_active(manifest, plan)),
        expected=manifest.profile.requests_per_month, assumptions=tuple(assumptions), uncounted=tuple(dict.fromkeys(uncounted)),
    )  # fmt: skip


def _function(manifest: Manifest, settings: Settings, name: str, events: int) -> Iterator[Line]:
    run = next(each for each in runs_of(manifest) if each.function == name)
    yield Line(f"{name}: invocations", events * run.per_event, "lambda_request")
    yield Line(f"{name}: {run.duration_s * 1000:g} ms x {run.memory_mb} MB", events * run.gb_seconds,
               f"lambda_{settings.lambda_architecture}")  # fmt: skip


def _of_this_kind(spec: FunctionSpec, kind: str) -> int:
    """Among the triggers of one kind, such as two routes, an event comes by one."""
    return sum(kind_of_trigger(trigger) == kind for trigger in spec.triggers)


def _of_its_kind(use: Use, manifest: Manifest, trigger: TriggerSpec) -> Use:
    """A FIFO queue has a price of its own; a shard is paid by the hour, so reading from it is free."""
    queue = manifest.queues.get(trigger.queue.queue) if trigger.queue else None
    if getattr(queue, "fifo", False):
        return replace(use, price="sqs_fifo_request")
    stream = manifest.streams.get(trigger.stream.stream) if trigger.stream else None
    return replace(use, quantity=0) if stream and stream.shards else use


def _line(use: Use, name: str, events: float, runs: float) -> Line:
    return Line(f"{name}: {use.what}", use.quantity * (runs if use.per_run else events), use.price)


def _uses(manifest: Manifest, name: str, events: int, uncounted: list[str]) -> Iterator[Line]:
    spec = manifest.functions[name]
    runs = events * next(each for each in runs_of(manifest) if each.function == name).per_event
    for resource, verbs in spec.uses.items():
        kind = _billed_as(manifest, resource)
        if not kind:
            uncounted.append(f"{name} uses {resource}, of another workload")
            continue
        in_batches = kind == "bucket" and any(kind_of_trigger(trigger) == "stream" for trigger in spec.triggers)
        yield from _used(kind, resource, verbs, runs if in_batches else events, runs)
    if spec.idempotency:
        yield from (_line(use, "idempotency", events, runs) for use in IDEMPOTENCY)


def _used(kind: str, resource: str, verbs: Iterable[str], events: float, runs: float) -> Iterator[Line]:
    """What is done with one resource, each verb once an event."""
    yield from (_line(use, resource, events, runs) for verb in verbs for use in USAGE[kind, verb])


def _watching(manifest: Manifest, plan: WorkloadPlan, lines: list[Line], events: int) -> Iterator[Line]:
    """Logs and traces of everything that was counted before."""
    runs = sum(line.quantity for line in lines if line.price == "lambda_request")
    requests = sum(line.quantity for line in lines if line.price in ("http_api_request", "rest_api_request", "graphql_operation"))
    log_gb = (runs * LOG_KB_PER_RUN + events * len(manifest.functions) * LOG_KB_PER_EVENT + requests * API_LOG_KB) / MILLION
    logging: list[FunctionPlan | GraphqlPlan] = [*plan.functions.values(), *plan.graphql.values()]
    days = max((each.log_retention_days for each in logging), default=0)
    yield Line("logs: written", log_gb, "logs_in")
    if any(each.log_protection for each in logging):
        yield Line("logs: searched for personal data", log_gb, "logs_masked")
    yield Line(f"logs: kept for {days} days", log_gb * days / 30, "logs_storage")
    rate = max(events_per_second(manifest.profile), 1.0)  # below one a second, every request is traced
    yield Line("traces: one a second and 5 % of the rest", events / rate + TRACED_SHARE * (events - events / rate), "trace")


def idle_lines(manifest: Manifest, plan: WorkloadPlan) -> list[Line]:
    """What a workload costs a month though nothing happens."""
    watched = len(list(alarms_in(plan))) + sum(alarm.billed_metrics for alarm in parts_of(MathAlarmPlan, plan))
    lines = [Line("alarms", watched, "alarm"), Line("key of the workload", 1, "kms_key")]
    lines.append(Line("alarms of alarms", len(list(parts_of(CompositeAlarmPlan, plan))), "composite_alarm"))
    if manifest.rest_api.cache_gb:
        lines.append(Line("cache of the REST API, asked or not", HOURS_PER_MONTH, f"rest_cache_{manifest.rest_api.cache_gb}"))
    for resource in manifest.resources:
        each = getattr(manifest.streams.get(resource), "shards", None) or 1
        uses = IDLE[_billed_as(manifest, resource)]
        lines += [Line(f"{manifest.kind_of(resource)}s: {use.what}", use.quantity * each, use.price) for use in uses]
    for spec in manifest.functions.values():
        polled = [trigger for trigger in spec.triggers if kind_of_trigger(trigger) == "queue"]
        lines += [Line(f"queues: {use.what}", use.quantity, use.price) for _ in polled for use in IDLE[POLLED]]
    lines += _starts(plan)
    lines += [
        Line(use.what, use.quantity, use.price, feature.name) for feature in _made(plan) if feature.monthly for use in feature.monthly(plan.features[feature.name])
    ]
    return lines + [Line(use.what, use.quantity, use.price) for feature in _made(plan) for use in feature.idle]


def _of_features(plan: WorkloadPlan, lines: list[Line]) -> Iterator[Line]:
    """What features of its phase cost with each request to an API, and with what is kept in tables."""
    for feature in _made(plan):
        for price, uses in feature.requests.items():
            requests = sum(line.quantity for line in lines if line.price == price)
            yield from (Line(use.what, use.quantity * requests, use.price) for use in uses)
    gigabytes = sum(line.quantity for line in lines if line.price == "dynamodb_storage")
    for feature in _made(plan):
        if feature.stored:
            yield from (Line(use.what, use.quantity, use.price) for use in feature.stored(plan.features[feature.name], gigabytes))


def _made(plan: WorkloadPlan) -> list[Feature]:
    return [feature for feature in features_of(plan.phase) if feature.name in plan.features]


def _starts(plan: WorkloadPlan) -> Iterator[Line]:
    """Runs that are kept ready, at least; and the snapshot of one version, without what each start from it costs."""
    for ready in parts_of(ProvisionedPlan, plan.features):
        function = plan.functions[ready.function]
        yield Line("runs kept ready, at least", ready.minimum * _gb_month(function), f"lambda_ready_{function.architecture}")
    yield from (Line("snapshots of functions", _gb_month(each), "lambda_snapshot") for each in plan.functions.values() if each.snap_start)


def _gb_month(function: FunctionPlan) -> float:
    """GB-s of a month in which one run is there all the time."""
    return function.memory_mb / 1024 * HOURS_PER_MONTH * 3600


def _active(manifest: Manifest, plan: WorkloadPlan) -> list[Line]:
    """A metric is billed by the hours in which it is sent, a key by the requests that a service in use makes now and then."""
    lines = [Line("metrics from code", METRICS_PER_FUNCTION * len(manifest.functions), "metric")]
    for resource in manifest.resources:
        uses = ACTIVE[_billed_as(manifest, resource)]
        lines += [Line(f"{manifest.kind_of(resource)}s: {use.what}", use.quantity, use.price) for use in uses]
    return lines + [Line(use.what, use.quantity, use.price) for feature in _made(plan) for use in feature.active]


def _billed_as(manifest: Manifest, resource: str) -> str:
    """Kind of a resource as it is billed; empty for what is of another workload."""
    stream = manifest.streams.get(resource)
    return FIXED if stream and stream.shards else manifest.kind_of(resource) or ""


def _merged(lines: list[Line]) -> tuple[Line, ...]:
    """One line for what is the same, in the order of its first appearance; what is free is left out."""
    sums: dict[tuple[str, str], float] = {}
    for line in lines:
        if line.usd:
            sums[line.what, line.price] = sums.get((line.what, line.price), 0) + line.quantity
    return tuple(Line(what, quantity, price) for (what, price), quantity in sums.items())


def report(manifest: Manifest, settings: Settings) -> str:
    """Line by line, as Markdown; the same on a page and on a terminal."""
    it = cost(manifest, settings)
    rows = ["| what | quantity | unit price in USD | USD |", "|---|---|---|---|"]
    rows += [_row(line) for line in it.lines]
    rows.append(f"| **{it.events / MILLION:g} M events** | | | **{it.usd:.2f}** |")
    rows += [_row(line) for line in it.idle]
    rows.append(f"| **every month, with or without events** | | | **{it.idle_usd:.2f}** |")
    rows += [_row(line) for line in it.active]
    rows.append(f"| **a month with events in every hour, besides** | | | **{it.active_usd:.2f}** |")
    rows.append(f"| **a month at the {it.expected:,} events that the manifest expects** (budget: {manifest.cost.monthly_budget_usd:g}) "
                f"| | | **{it.expected_usd:.2f}** |")  # fmt: skip
    if it.expected_usd > manifest.cost.monthly_budget_usd:
        rows += ["", f"**The budget is too small**: USD {it.expected_usd:.2f} are expected and {manifest.cost.monthly_budget_usd:g} allowed, so its "
                 "notices would come every month. Raise `cost.monthly_budget_usd`, or expect less."]  # fmt: skip
    rows += ["", "List prices of eu-west-1, without free tiers. Assumed:", "", *(f"- {each}" for each in it.assumptions)]
    rows += [f"- not counted: {each}" for each in it.uncounted]
    return "\n".join(rows) + "\n"


def _row(line: Line) -> str:
    quantity = f"{line.quantity:,.0f}" if line.quantity >= 100 else f"{line.quantity:.3g}"
    return f"| {line.what} | {quantity} | {PRICES[line.price]} | {line.usd:.2f} |"
