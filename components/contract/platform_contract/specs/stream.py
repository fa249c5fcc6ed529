"""A Kinesis stream."""

from pydantic import Field

from ..standards import kinesis
from ..words import Strict
from .table import Generation


class StreamSpec(Strict):
    """An ordered stream of records, on demand, encrypted with the workload's key."""

    retention_hours: int = Field(
        default=kinesis.DEFAULT_RETENTION_HOURS, ge=kinesis.MINIMUM_RETENTION_HOURS, le=kinesis.MAXIMUM_RETENTION_HOURS,
        description="Hours for which a record can be read: longer than the worst outage of its consumer.",
    )  # fmt: skip
    generation: int = Generation
