"""A queue, and a trigger, that belong to no manifest: what their components are asked for."""

from pydantic import Field, model_validator

from platform_contract.kinds.queue import limits
from platform_contract.kinds.queue.plan import QueueBatchesPlan, QueuePlan, plan_queue
from platform_contract.kinds.queue.spec import QueueSpec
from platform_contract.kinds.queue.trigger import QueueBatches
from platform_contract.platform import lambda_
from platform_contract.platform.diagnostics import broken
from platform_contract.platform.scope import Connections, Consumer, Scope


class QueueSpecByItself(QueueSpec):
    """A queue with its dead-letter queue."""

    consumer_timeout_seconds: int | None = Field(
        default=None, ge=1, le=lambda_.MAXIMUM_TIMEOUT_SECONDS, description="Timeout of the function that it invokes: a message is hidden for six times as long."
    )
    consumer_batching_window_seconds: int = Field(
        default=0, ge=0, le=lambda_.MAXIMUM_BATCHING_WINDOW_SECONDS, description="Batching window of that function's trigger.",
    )  # fmt: skip


class QueueBatchesByItself(QueueBatches):
    """How messages of a queue come to a function; a message fails alone, not with its batch."""

    @model_validator(mode="after")
    def _window(self) -> "QueueBatchesByItself":
        most = limits.BATCH_SIZE_WITHOUT_WINDOW
        if self.batch_size > most and not self.batching_window_seconds:
            raise broken(f"must be at most {most} without a batching window, Lambda's rule", "set `batching_window_seconds` to at least 1", field="batch_size")
        return self


def plan_by_itself(scope: Scope, name: str, spec: QueueSpecByItself) -> QueuePlan:
    """One queue, and for whom."""
    timeout = spec.consumer_timeout_seconds
    consumers = {name: Consumer("", timeout, spec.consumer_batching_window_seconds)} if timeout is not None else {}
    return plan_queue(scope, name, spec, Connections(consumers=consumers))


def plan_trigger_by_itself(scope: Scope, spec: QueueBatchesByItself) -> QueueBatchesPlan:
    """How messages come to whichever function."""
    return QueueBatchesPlan(**spec.model_dump())
