"""What invokes functions besides HTTP and queues, and the queue of what they give up."""

from collections.abc import Iterable

from platform_contract.kinds.bus import limits as events
from platform_contract.kinds.queue import limits as sqs
from platform_contract.kinds.schedule import limits as scheduler
from platform_contract.kinds.stream import limits as kinesis
from platform_contract.manifest import Manifest
from platform_contract.manifest.names import SCHEDULES
from platform_contract.plan.access import failure_key_statements
from platform_contract.plan.alarms import plan_alarms
from platform_contract.plan.plain import StatementPlan
from platform_contract.plan.sources import (
    BusPlan,
    FailuresPlan,
    ListenerPlan,
    OrderedTriggerPlan,
    RulePlan,
    SchedulePlan,
    SchedulerPlan,
    StreamPlan,
    TopicPlan,
)
from platform_contract.platform import iam, lambda_, naming
from platform_contract.platform.settings import Settings

DAY = 86_400
"""Seconds."""


def plan_failures(settings: Settings, manifest: Manifest, function: str) -> FailuresPlan | None:
    """The function's queue of failures, if something that it is invoked for can be given up."""
    spec = manifest.functions[function]
    if not spec.gives_up:
        return None
    rules = tuple(
        naming.rule_arn(settings, naming.bus_name(settings, manifest.name, trigger.event.bus),
                        naming.rule_name(settings, manifest.name, function, index))
        for index, trigger in enumerate(spec.triggers)
        if trigger.event
    )  # fmt: skip
    return failures_of(settings, manifest, function, rules)


def failures_of(settings: Settings, manifest: Manifest, function: str, source_arns: tuple[str, ...] = ()) -> FailuresPlan:
    """The queue of failures of a function, the platform's own ones included. source_arns: rules that may send to it by themselves."""
    name = naming.failures_name(settings, manifest.name, function)
    return FailuresPlan(
        physical_name=name, arn=naming.queue_arn(settings, name), retention_seconds=sqs.DEAD_LETTER_RETENTION_DAYS * DAY,
        key_reuse_seconds=sqs.KEY_REUSE_SECONDS, source_arns=source_arns, protect=settings.protect_state,
        alarms=plan_alarms(settings, manifest, "failures", function, {"queue_name": name}),
    )  # fmt: skip


def plan_topics(settings: Settings, manifest: Manifest) -> dict[str, TopicPlan]:
    plans = {}
    for name, spec in manifest.topics.items():
        physical = naming.topic_name(settings, manifest.name, name)
        bucket = spec.from_bucket.bucket if spec.from_bucket else None
        queues = {
            queue: naming.queue_arn(settings, naming.queue_name(settings, manifest.name, queue, queue_spec.generation))
            for queue, queue_spec in manifest.queues.items()
            if queue_spec.from_topic == name
        }
        plans[name] = TopicPlan(
            physical_name=physical, arn=naming.topic_arn(settings, physical), emails=tuple(spec.emails), from_bucket=bucket,
            bucket_arn=_bucket_arn(settings, manifest, bucket) if bucket else None, queues=queues,
            alarms=plan_alarms(settings, manifest, "topic", name, {"topic_name": physical}),
        )  # fmt: skip
    return plans


def _bucket_arn(settings: Settings, manifest: Manifest, bucket: str) -> str:
    return naming.bucket_arn(settings, naming.bucket_name(settings, manifest.name, bucket, manifest.buckets[bucket].generation))


def plan_listeners(manifest: Manifest, bucket: str) -> tuple[ListenerPlan, ...]:
    """Who is told of new objects in a bucket."""
    functions = [
        ListenerPlan(kind="function", name=name, prefix=trigger.upload.prefix, suffix=trigger.upload.suffix)
        for name, function in manifest.functions.items()
        for trigger in function.triggers
        if trigger.upload and trigger.upload.bucket == bucket
    ]
    topics = [
        ListenerPlan(kind="topic", name=name, prefix=topic.from_bucket.prefix, suffix=topic.from_bucket.suffix)
        for name, topic in manifest.topics.items()
        if topic.from_bucket and topic.from_bucket.bucket == bucket
    ]
    return (*functions, *topics)


def plan_buses(settings: Settings, manifest: Manifest) -> dict[str, BusPlan]:
    plans = {}
    for name, spec in manifest.buses.items():
        physical = naming.bus_name(settings, manifest.name, name)
        plans[name] = BusPlan(
            physical_name=physical, arn=naming.bus_arn(settings, physical),
            archive_name=naming.archive_name(settings, manifest.name, name), archive_days=spec.archive_days,
            registry_name=naming.registry_name(settings, manifest.name, name), events=tuple(spec.events),
            schema_type=events.SCHEMA_TYPE, dead_letters=_dead_letters(settings, manifest, name, physical),
        )  # fmt: skip
    return plans


def _dead_letters(settings: Settings, manifest: Manifest, name: str, bus: str) -> FailuresPlan:
    """What a bus could not process because of its key. For the bus itself, and for what it does on behalf of a rule."""
    queue = naming.dead_letter_name(settings, manifest.name, name)
    return FailuresPlan(
        physical_name=queue, arn=naming.queue_arn(settings, queue), retention_seconds=sqs.DEAD_LETTER_RETENTION_DAYS * DAY,
        key_reuse_seconds=None, source_arns=(naming.bus_arn(settings, bus), naming.rule_arn(settings, bus, "*")),
        protect=settings.protect_state, alarms=plan_alarms(settings, manifest, "bus", name, {"queue_name": queue}),
    )  # fmt: skip


def plan_rules(settings: Settings, manifest: Manifest) -> dict[str, RulePlan]:
    """By FUNCTION-INDEX."""
    plans = {}
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            if not trigger.event:
                continue
            physical = naming.rule_name(settings, manifest.name, name, index)
            bus = naming.bus_name(settings, manifest.name, trigger.event.bus)
            given = trigger.event.input
            plans[f"{name}-{index}"] = RulePlan(
                physical_name=physical, bus=trigger.event.bus, function=name, pattern=trigger.event.pattern.document(),
                input_paths=dict(given.paths) if given else None, input_template=given.template if given else None,
                maximum_age_seconds=trigger.event.maximum_age_seconds, maximum_retries=trigger.event.maximum_retries,
                alarms=plan_alarms(settings, manifest, "rule", f"{name}-{index}", {"bus_name": bus, "rule_name": physical}),
            )  # fmt: skip
    return plans


def plan_scheduler(settings: Settings, manifest: Manifest) -> SchedulerPlan | None:
    """The workload's schedules with the role that starts their functions; None without a schedule."""
    schedules, functions = {}, []
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            if not trigger.schedule:
                continue
            functions.append(name)
            schedules[f"{name}-{index}"] = SchedulePlan(
                physical_name=naming.schedule_name(settings, manifest.name, name, index), function=name,
                expression=trigger.schedule.expression, timezone=trigger.schedule.timezone,
                window_minutes=trigger.schedule.window_minutes, maximum_age_seconds=trigger.schedule.maximum_age_seconds,
                maximum_retries=trigger.schedule.maximum_retries, input=scheduler.INVOCATION_INPUT,
            )  # fmt: skip
    if not schedules:
        return None
    return scheduler_of(settings, manifest, naming.schedule_group_name(settings, manifest.name), "scheduler", functions, schedules, SCHEDULES)


def scheduler_of(
    settings: Settings, manifest: Manifest, group: str, service: str, functions: Iterable[str], schedules: dict[str, SchedulePlan], watched: str,
) -> SchedulerPlan:  # fmt: skip
    """A group of schedules with the role that starts their functions. service: ends the role's name. watched: what its alarms are called after."""
    names = sorted(set(functions))
    aliases = [f"{naming.function_arn(settings, naming.function_name(settings, manifest.name, name))}:{lambda_.ALIAS}" for name in names]
    failed = [naming.queue_arn(settings, naming.failures_name(settings, manifest.name, name)) for name in names]
    return SchedulerPlan(
        group_name=group, group_arn=naming.schedule_group_arn(settings, group),
        role_name=naming.service_role_name(settings, manifest.name, service),
        statements=(
            StatementPlan(sid="Start", actions=("lambda:InvokeFunction",), resources=tuple(aliases)),
            StatementPlan(sid="Failed", actions=iam.FAILURE_ACTIONS, resources=tuple(failed)),
        ),
        key_statements=failure_key_statements(settings), schedules=schedules,
        alarms=plan_alarms(settings, manifest, "schedule", watched, {"schedule_group": group}),
    )  # fmt: skip


def plan_streams(settings: Settings, manifest: Manifest) -> dict[str, StreamPlan]:
    plans = {}
    for name, spec in manifest.streams.items():
        physical = naming.stream_name(settings, manifest.name, name, spec.generation)
        plans[name] = StreamPlan(
            physical_name=physical, arn=naming.stream_arn(settings, physical), shards=spec.shards, retention_hours=spec.retention_hours,
            protect=settings.protect_state,
            alarms=plan_alarms(settings, manifest, "stream", name, {"stream_name": physical},
                               {"retention_ms": spec.retention_hours * 3_600_000}),
        )  # fmt: skip
    return plans


def plan_ordered_triggers(manifest: Manifest) -> dict[str, OrderedTriggerPlan]:
    """By FUNCTION-SOURCE."""
    plans = {}
    for name, function in manifest.functions.items():
        for trigger in function.triggers:
            given = trigger.changes or trigger.stream
            if not given:
                continue
            kind, source = ("table", trigger.changes.table) if trigger.changes else ("stream", trigger.stream.stream)  # type: ignore[union-attr]
            plans[f"{name}-{source}"] = OrderedTriggerPlan(
                function=name, kind=kind, source=source, batch_size=given.batch_size,
                batching_window_seconds=given.batching_window_seconds, maximum_retries=given.maximum_retries,
                maximum_record_age_seconds=given.maximum_record_age_seconds, parallelization=given.parallelization,
                starting_position=kinesis.STARTING_POSITION,
            )  # fmt: skip
    return plans
