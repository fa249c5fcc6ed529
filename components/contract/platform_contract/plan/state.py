"""Tables, queues and buckets of a workload."""

from platform_contract.kinds.bucket import limits as s3
from platform_contract.kinds.dataset import limits as athena
from platform_contract.kinds.queue import limits as sqs
from platform_contract.kinds.table import limits as dynamodb
from platform_contract.manifest import Manifest, TableSpec
from platform_contract.plan.alarms import plan_alarms
from platform_contract.plan.model import BucketPlan, QueuePlan, QueueTriggerPlan, TablePlan
from platform_contract.plan.plain import AlarmPlan, IndexPlan
from platform_contract.plan.triggers import plan_listeners
from platform_contract.platform import naming
from platform_contract.platform.settings import Settings
from platform_contract.registry import METRICS

DAY = 86_400
"""Seconds."""
UNCONSUMED_VISIBILITY_SECONDS = 30
"""SQS's own default, for a queue that no function of its workload is triggered by."""


def plan_tables(settings: Settings, manifest: Manifest) -> dict[str, TablePlan]:
    """The manifest's tables, and the one for idempotency where a function asks for it."""
    specs = dict(manifest.tables)
    if any(function.idempotency for function in manifest.functions.values()):
        specs[dynamodb.IDEMPOTENCY_TABLE] = TableSpec(
            partition_key=dynamodb.IDEMPOTENCY_PARTITION_KEY, expires_at=dynamodb.IDEMPOTENCY_EXPIRES_AT
        )
    plans = {}
    for name, spec in specs.items():
        physical = naming.table_name(settings, manifest.name, name, spec.generation)
        plans[name] = TablePlan(
            physical_name=physical, arn=naming.table_arn(settings, physical), partition_key=spec.partition_key,
            sort_key=spec.sort_key, expires_at=spec.expires_at, stream_view=dynamodb.STREAM_VIEW if spec.stream else None,
            indexes={index: IndexPlan(partition_key=it.partition_key, sort_key=it.sort_key) for index, it in spec.indexes.items()},
            # The account's quota until the phase scale (features/capacity.py): a table that named no maximum would keep the one that it had there.
            maximum_read_units=dynamodb.MAXIMUM_UNITS_PER_SECOND if spec.maximum_read_units_per_second else None,
            maximum_write_units=dynamodb.MAXIMUM_UNITS_PER_SECOND if spec.maximum_write_units_per_second else None,
            protect=settings.protect_state,
            recovery_days=dynamodb.RECOVERY_DAYS,
            alarms=_table_alarms(settings, manifest, name, physical, spec),
        )  # fmt: skip
    return plans


def _table_alarms(settings: Settings, manifest: Manifest, name: str, physical: str, spec: TableSpec) -> tuple[AlarmPlan, ...]:
    """Of the table, and of each of its indexes: AWS counts what is throttled at an index apart."""
    alarms = plan_alarms(settings, manifest, "table", name, {"table_name": physical})
    for index in spec.indexes:
        of_index = plan_alarms(settings, manifest, "index", f"{name}-{index}", {"table_name": physical, "index_name": index})
        alarms += tuple(alarm.model_copy(update={"suffix": f"{index}{METRICS['index'].name_suffix}-{alarm.suffix}"}) for alarm in of_index)
    return alarms


def plan_queue_triggers(manifest: Manifest) -> dict[str, QueueTriggerPlan]:
    """By FUNCTION-QUEUE."""
    return {
        f"{name}-{trigger.queue}": QueueTriggerPlan(
            function=name, queue=trigger.queue, batch_size=trigger.batch_size,
            batching_window_seconds=trigger.batching_window_seconds, maximum_concurrency=trigger.maximum_concurrency,
        )
        for name, function in manifest.functions.items()
        for trigger in function.queue_triggers
    }  # fmt: skip


def plan_queues(settings: Settings, manifest: Manifest) -> dict[str, QueuePlan]:
    """Visibility timeouts follow from the function that consumes the queue."""
    consumers = {trigger.queue: trigger for trigger in plan_queue_triggers(manifest).values()}
    plans = {}
    for name, spec in manifest.queues.items():
        physical = naming.queue_name(settings, manifest.name, name, spec.generation, fifo=spec.fifo)
        dead = naming.dead_letter_name(settings, manifest.name, name, spec.generation, fifo=spec.fifo)
        topic = naming.topic_name(settings, manifest.name, spec.from_topic) if spec.from_topic else None
        visibility = UNCONSUMED_VISIBILITY_SECONDS
        if trigger := consumers.get(name):
            timeout = manifest.functions[trigger.function].timeout_seconds
            visibility = sqs.visibility_timeout_seconds(timeout, trigger.batching_window_seconds)
        facts = {"retention_seconds": spec.retention_days * DAY, "visibility_seconds": visibility}
        plans[name] = QueuePlan(
            physical_name=physical, arn=naming.queue_arn(settings, physical), dead_letter_name=dead,
            dead_letter_arn=naming.queue_arn(settings, dead), visibility_timeout_seconds=visibility,
            retention_seconds=spec.retention_days * DAY,
            dead_letter_retention_seconds=sqs.DEAD_LETTER_RETENTION_DAYS * DAY,
            max_receive_count=spec.max_receive_count, key_reuse_seconds=sqs.KEY_REUSE_SECONDS, fifo=spec.fifo,
            topic_arn=naming.topic_arn(settings, topic) if topic else None, protect=settings.protect_state,
            alarms=plan_alarms(settings, manifest, "queue", name, {"queue_name": physical}, facts),
            dead_letter_alarms=plan_alarms(settings, manifest, "dead_letter_queue", name, {"queue_name": dead}),
        )  # fmt: skip
    return plans


def plan_buckets(settings: Settings, manifest: Manifest) -> dict[str, BucketPlan]:
    plans = {}
    for name, spec in manifest.buckets.items():
        physical = naming.bucket_name(settings, manifest.name, name, spec.generation)
        queried = any(dataset.bucket == name for dataset in manifest.datasets.values())
        plans[name] = BucketPlan(
            physical_name=physical, arn=naming.bucket_arn(settings, physical), expire_after_days=spec.expire_after_days,
            expiring_prefixes={athena.RESULTS_PREFIX: athena.RESULTS_DAYS} if queried else {},
            noncurrent_days=s3.NONCURRENT_DAYS, upload_origins=tuple(spec.upload_origins), upload_headers=s3.UPLOAD_HEADERS,
            listeners=plan_listeners(manifest, name), protect=settings.protect_state,
        )  # fmt: skip
    return plans
