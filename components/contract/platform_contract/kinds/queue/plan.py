"""What is made of a queue in the manifest."""

from platform_contract.kinds.kind import plan_metrics
from platform_contract.kinds.queue import limits
from platform_contract.kinds.queue.metrics import METRICS
from platform_contract.kinds.queue.spec import QueueSpec
from platform_contract.platform import dead_letters, naming
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.scope import Addressed, Connections, Scope
from platform_contract.platform.settings import Settings

DAY = 86_400
"""Seconds."""
UNCONSUMED_VISIBILITY_SECONDS = 30
"""SQS's own default, for a queue that no function of its workload is triggered by."""


class QueuePlan(Plain):
    physical_name: str
    arn: str
    dead_letter_name: str
    dead_letter_arn: str
    visibility_timeout_seconds: int
    retention_seconds: int
    dead_letter_retention_seconds: int
    max_receive_count: int
    key_reuse_seconds: int
    fifo: bool
    topic_arn: str | None
    """ARN of the topic that may send to it."""
    protect: bool
    alarms: tuple[AlarmPlan, ...]
    dead_letter_alarms: tuple[AlarmPlan, ...]


class QueueBatchesPlan(Plain):
    batch_size: int
    batching_window_seconds: int
    maximum_concurrency: int | None


class QueueTriggerPlan(QueueBatchesPlan):
    function: str
    queue: str


def plan_queue(scope: Scope, name: str, spec: QueueSpec, connections: Connections) -> QueuePlan:
    """One queue. Its visibility timeout follows from the function that consumes it."""
    settings, workload = scope.settings, scope.workload
    physical = naming.queue_name(settings, workload, name, spec.generation, fifo=spec.fifo)
    dead = naming.dead_letter_name(settings, workload, name, spec.generation, fifo=spec.fifo)
    consumer, visibility = connections.consumers.get(name), UNCONSUMED_VISIBILITY_SECONDS
    if consumer:
        visibility = limits.visibility_timeout_seconds(consumer.timeout_seconds, consumer.batching_window_seconds)
    facts = {"retention_seconds": spec.retention_days * DAY, "visibility_seconds": visibility}
    return QueuePlan(
        physical_name=physical, arn=naming.queue_arn(settings, physical), dead_letter_name=dead,
        dead_letter_arn=naming.queue_arn(settings, dead), visibility_timeout_seconds=visibility, retention_seconds=spec.retention_days * DAY,
        dead_letter_retention_seconds=dead_letters.DEAD_LETTER_RETENTION_DAYS * DAY, max_receive_count=spec.max_receive_count,
        key_reuse_seconds=dead_letters.KEY_REUSE_SECONDS, fifo=spec.fifo,
        topic_arn=naming.topic_arn(settings, naming.topic_name(settings, workload, spec.from_topic)) if spec.from_topic else None, protect=settings.protect_state,
        alarms=plan_metrics(scope, "queue", METRICS["queue"], name, {"queue_name": physical}, facts),
        dead_letter_alarms=plan_metrics(scope, "dead_letter_queue", METRICS["dead_letter_queue"], name, {"queue_name": dead}),
    )  # fmt: skip


def plan_queue_triggers(connections: Connections) -> dict[str, QueueTriggerPlan]:
    """By FUNCTION-QUEUE."""
    return {
        f"{it.function}-{it.trigger.queue}": QueueTriggerPlan(
            function=it.function, queue=it.trigger.queue, batch_size=it.trigger.batch_size,
            batching_window_seconds=it.trigger.batching_window_seconds, maximum_concurrency=it.trigger.maximum_concurrency,
        )
        for it in connections.triggers.get("queue", ())
    }  # fmt: skip


def queue_arn(settings: Settings, workload: str, name: str, spec: Addressed) -> str:
    """ARN that one will have."""
    return naming.queue_arn(settings, naming.queue_name(settings, workload, name, spec.generation, fifo=spec.fifo))
