"""A Kinesis stream."""

from typing import Annotated

from pydantic import Field

from platform_contract.kinds.stream import limits
from platform_contract.platform.text_types import Generation, Strict

Shards = Annotated[
    int | None,
    Field(ge=1, le=limits.MAXIMUM_SHARDS,
          description="Shards of a stream of a fixed size, 1,000 records a second each; without it the stream grows with its load, and costs more when idle."),
]  # fmt: skip

RetentionHours = Annotated[
    int,
    Field(ge=limits.MINIMUM_RETENTION_HOURS, le=limits.MAXIMUM_RETENTION_HOURS,
          description="Hours for which a record can be read: longer than the worst outage of its consumer."),
]  # fmt: skip


class StreamSpec(Strict):
    """An ordered stream of records, encrypted with the workload's key."""

    retention_hours: RetentionHours = limits.DEFAULT_RETENTION_HOURS
    shards: Shards = None
    generation: int = Generation
