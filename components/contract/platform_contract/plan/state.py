"""Tables, queues and buckets of a workload."""

from platform_contract.naming import arn, physical_name
from platform_contract.plan.alarms import plan_alarms
from platform_contract.plan.model import BucketPlan, QueuePlan, QueueTriggerPlan, TablePlan
from platform_contract.settings import Settings
from platform_contract.specs import Manifest, TableSpec
from platform_contract.standards import dynamodb, s3, sqs

DAY = 86_400
"""Seconds."""
UNCONSUMED_VISIBILITY_SECONDS = 30  # SQS's own default; a queue of this manifest that no function of it consumes


def plan_tables(settings: Settings, manifest: Manifest) -> dict[str, TablePlan]:
    """The manifest's tables, and the one for idempotency where a function asks for it."""
    specs = dict(manifest.tables)
    if any(function.idempotency for function in manifest.functions.values()):
        specs[dynamodb.IDEMPOTENCY_TABLE] = TableSpec(
            partition_key=dynamodb.IDEMPOTENCY_PARTITION_KEY, expires_at=dynamodb.IDEMPOTENCY_EXPIRY
        )
    plans = {}
    for name, spec in specs.items():
        physical = physical_name("table", settings, manifest.name, name, generation=spec.generation)
        plans[name] = TablePlan(
            physical_name=physical, arn=arn(settings, "dynamodb", f"table/{physical}"), partition_key=spec.partition_key,
            sort_key=spec.sort_key, expires_at=spec.expires_at, protect=settings.protect_state,
            recovery_days=dynamodb.RECOVERY_DAYS["protected" if settings.protect_state else "unprotected"],
            alarms=plan_alarms(settings, manifest, "table", name, {"TableName": physical}),
        )  # fmt: skip
    return plans


def plan_queue_triggers(manifest: Manifest) -> dict[str, QueueTriggerPlan]:
    """By FUNCTION-QUEUE."""
    return {
        f"{name}-{trigger.queue.queue}": QueueTriggerPlan(
            function=name, queue=trigger.queue.queue, batch_size=trigger.queue.batch_size,
            batching_window_seconds=trigger.queue.batching_window_seconds,
            maximum_concurrency=trigger.queue.maximum_concurrency,
        )
        for name, function in manifest.functions.items()
        for trigger in function.triggers
        if trigger.queue
    }  # fmt: skip


def plan_queues(settings: Settings, manifest: Manifest) -> dict[str, QueuePlan]:
    """Visibility timeouts follow from the function that consumes the queue."""
    consumers = {trigger.queue: trigger for trigger in plan_queue_triggers(manifest).values()}
    plans = {}
    for name, spec in manifest.queues.items():
        physical = physical_name("queue", settings, manifest.name, name, generation=spec.generation)
        dead = physical_name("dead_letter_queue", settings, manifest.name, name, generation=spec.generation)
        visibility = UNCONSUMED_VISIBILITY_SECONDS
        if trigger := consumers.get(name):
            timeout = manifest.functions[trigger.function].timeout_seconds
            visibility = sqs.visibility_timeout_seconds(timeout, trigger.batching_window_seconds)
        plans[name] = QueuePlan(
            physical_name=physical, arn=arn(settings, "sqs", physical), dead_letter_name=dead,
            dead_letter_arn=arn(settings, "sqs", dead), visibility_timeout_seconds=visibility,
            retention_seconds=spec.retention_days * DAY, dead_letter_retention_seconds=sqs.DEAD_LETTER_RETENTION_SECONDS,
            max_receive_count=spec.max_receive_count, key_reuse_seconds=sqs.KEY_REUSE_SECONDS, protect=settings.protect_state,
            alarms=plan_alarms(
                settings, manifest, "queue", name, {"QueueName": physical}, {"visibility_timeout_seconds": visibility}
            ),
            dead_letter_alarms=plan_alarms(settings, manifest, "dead_letter_queue", name, {"QueueName": dead}),
        )  # fmt: skip
    return plans


def plan_buckets(settings: Settings, manifest: Manifest) -> dict[str, BucketPlan]:
    plans = {}
    for name, spec in manifest.buckets.items():
        physical = physical_name("bucket", settings, manifest.name, name, generation=spec.generation)
        plans[name] = BucketPlan(
            physical_name=physical, arn=arn(settings, "s3", physical), expire_after_days=spec.expire_after_days,
            noncurrent_days=s3.NONCURRENT_DAYS, protect=settings.protect_state,
        )  # fmt: skip
    return plans
