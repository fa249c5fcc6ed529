"""A Kinesis stream."""

from typing import Annotated

from pydantic import Field

from ..standards import kinesis
from ..words import Strict
from .table import Generation

Shards = Annotated[
    int | None,
    Field(ge=1, le=kinesis.MAXIMUM_SHARDS,
          description="Shards of a stream of a fixed size, 1,000 records a second each; without it the stream grows with its load, and costs more when idle."),
]  # fmt: skip

RetentionHours = Annotated[
    int,
    Field(ge=kinesis.MINIMUM_RETENTION_HOURS, le=kinesis.MAXIMUM_RETENTION_HOURS,
          description="Hours for which a record can be read: longer than the worst outage of its consumer."),
]  # fmt: skip


class StreamSpec(Strict):
    """An ordered stream of records, encrypted with the workload's key."""

    retention_hours: RetentionHours = kinesis.DEFAULT_RETENTION_HOURS
    shards: Shards = None
    generation: int = Generation
