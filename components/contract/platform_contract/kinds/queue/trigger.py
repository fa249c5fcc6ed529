"""A queue that invokes a function."""

from pydantic import Field

from platform_contract.kinds.queue import limits
from platform_contract.platform import lambda_
from platform_contract.platform.text_types import Name, Strict


class QueueBatches(Strict):
    """How messages of a queue come to a function; a message fails alone, not with its batch."""

    batch_size: int = Field(
        default=limits.DEFAULT_BATCH_SIZE, ge=1, le=limits.MAXIMUM_BATCH_SIZE,
        description="Most messages in one invocation; above 10 only with a batching window.",
    )  # fmt: skip
    batching_window_seconds: int = Field(
        default=0, ge=0, le=lambda_.MAXIMUM_BATCHING_WINDOW_SECONDS, description="Seconds for which a batch is collected.",
    )  # fmt: skip
    maximum_concurrency: int | None = Field(
        default=None, ge=limits.MINIMUM_CONCURRENCY, le=limits.MAXIMUM_CONCURRENCY,
        description="Most invocations at the same time from this queue; the rest waits in the queue.",
    )  # fmt: skip


class QueueTrigger(QueueBatches):
    """A queue of the same workload whose messages invoke the function."""

    queue: Name = Field(description="Name of the queue, as under `queues`.")
