"""Changes of a table, or records of a stream, that invoke a function in order."""

from pydantic import Field

from platform_contract.kinds.stream import limits
from platform_contract.platform import lambda_
from platform_contract.platform.text_types import Name, Strict


class OrderedTrigger(Strict):
    """How an ordered source is read. A batch that fails is halved and tried again, then given up into the function's queue of failures."""

    batch_size: int = Field(
        default=limits.DEFAULT_BATCH_SIZE, ge=1, le=limits.MAXIMUM_BATCH_SIZE, description="Most records in one invocation."
    )
    batching_window_seconds: int = Field(
        default=1, ge=0, le=lambda_.MAXIMUM_BATCHING_WINDOW_SECONDS, description="Seconds for which a batch is collected."
    )
    maximum_retries: int = Field(
        default=limits.DEFAULT_RETRIES, ge=0, le=limits.MAXIMUM_RETRIES,
        description="How often a batch is tried again; the records behind it wait.",
    )  # fmt: skip
    maximum_record_age_seconds: int = Field(
        default=limits.DEFAULT_RECORD_AGE_SECONDS, ge=limits.MINIMUM_RECORD_AGE_SECONDS, le=limits.MAXIMUM_RECORD_AGE_SECONDS,
        description="Age from which a record is given up.",
    )  # fmt: skip
    parallelization: int = Field(
        default=1, ge=1, le=limits.MAXIMUM_PARALLELIZATION, description="Batches of one shard at the same time; order holds within a key."
    )


class ChangesTrigger(OrderedTrigger):
    """A table of the same workload, with `stream: true`, whose changes invoke the function."""

    table: Name = Field(description="Name of the table, as under `tables`.")


class StreamTrigger(OrderedTrigger):
    """A stream of the same workload whose records invoke the function."""

    stream: Name = Field(description="Name of the stream, as under `streams`.")
