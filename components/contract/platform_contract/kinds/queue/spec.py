"""An SQS queue."""

from pydantic import Field

from platform_contract.kinds.queue import limits
from platform_contract.platform.text_types import Generation, Name, Strict


class QueueSpec(Strict):
    """A queue with its dead-letter queue, both encrypted with the workload's key."""

    max_receive_count: int = Field(
        default=limits.MAX_RECEIVE_COUNT_DEFAULT, ge=limits.MAX_RECEIVE_COUNT_LEAST, le=limits.MAX_RECEIVE_COUNT_MOST,
        description="Receives after which a message goes to the dead-letter queue; a throttled call counts as one.",
    )  # fmt: skip
    retention_days: int = Field(
        default=limits.DEFAULT_RETENTION_DAYS, ge=1, le=limits.MAXIMUM_RETENTION_DAYS,
        description="Days for which a message waits for its consumer; the dead-letter queue keeps it for 14 days from its first arrival.",
    )  # fmt: skip
    fifo: bool = Field(
        default=False,
        description="Whether messages of one group are handled one after the other, and one that is sent twice within 5 minutes once.",
    )
    from_topic: Name | None = Field(
        default=None, description="Topic of this workload whose messages come here, as they were published, without an envelope."
    )
    generation: int = Generation
