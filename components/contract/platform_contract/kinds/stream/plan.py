"""What is made of a stream in the manifest."""

from platform_contract.kinds.kind import plan_metrics
from platform_contract.kinds.stream import limits
from platform_contract.kinds.stream.metrics import METRICS
from platform_contract.kinds.stream.spec import StreamSpec
from platform_contract.kinds.stream.trigger import OrderedTrigger
from platform_contract.platform import naming
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.scope import Addressed, Connections, Scope
from platform_contract.platform.settings import Settings


class StreamPlan(Plain):
    physical_name: str
    arn: str
    shards: int | None
    """Of a stream of a fixed size; None: on demand."""
    retention_hours: int
    protect: bool
    alarms: tuple[AlarmPlan, ...]


class OrderedBatchesPlan(Plain):
    """How records of an ordered source come to a function."""

    batch_size: int
    batching_window_seconds: int
    maximum_retries: int
    maximum_record_age_seconds: int
    parallelization: int
    starting_position: str


class OrderedTriggerPlan(OrderedBatchesPlan):
    """A table's changes or a stream's records that invoke a function."""

    function: str
    kind: str
    """table or stream."""
    source: str


def plan_stream(scope: Scope, name: str, spec: StreamSpec, connections: Connections) -> StreamPlan:
    """One stream."""
    settings = scope.settings
    physical = naming.stream_name(settings, scope.workload, name, spec.generation)
    return StreamPlan(
        physical_name=physical, arn=naming.stream_arn(settings, physical), shards=spec.shards, retention_hours=spec.retention_hours,
        protect=settings.protect_state,
        alarms=plan_metrics(scope, "stream", METRICS["stream"], name, {"stream_name": physical}, {"retention_ms": spec.retention_hours * 3_600_000}),
    )  # fmt: skip


def plan_batches(trigger: OrderedTrigger) -> OrderedBatchesPlan:
    """How records come to whichever function."""
    return OrderedBatchesPlan(
        batch_size=trigger.batch_size, batching_window_seconds=trigger.batching_window_seconds, maximum_retries=trigger.maximum_retries,
        maximum_record_age_seconds=trigger.maximum_record_age_seconds, parallelization=trigger.parallelization, starting_position=limits.STARTING_POSITION,
    )  # fmt: skip


def plan_subscriptions(connections: Connections) -> dict[str, OrderedTriggerPlan]:
    """Of tables' changes and streams, by FUNCTION-SOURCE."""
    sources = {"changes": ("table", "table"), "stream": ("stream", "stream")}
    return {
        f"{it.function}-{getattr(it.trigger, field)}": OrderedTriggerPlan(
            **plan_batches(it.trigger).model_dump(), function=it.function, kind=kind, source=getattr(it.trigger, field)
        )
        for trigger, (kind, field) in sources.items()
        for it in connections.triggers.get(trigger, ())
    }


def stream_arn(settings: Settings, workload: str, name: str, spec: Addressed) -> str:
    """ARN that one will have."""
    return naming.stream_arn(settings, naming.stream_name(settings, workload, name, spec.generation))
