"""Lays a batch of the stream down in the lake: clicks by the hour in which they happened, what is late or malformed apart.

A malformed record is kept with its reason and counts as done, because a click is not worth the shard's standstill. Where a file
cannot be written the invocation fails: nothing of the batch counts as done, Lambda tries it again whole or halved, and the
files' names (see `logic`) make every attempt overwrite the last.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import Field

from clickstream.logic import Arrived, Batch
from clickstream.store import Lake
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import PermanentFailure
from shared.observability import correlated, count, instrumented, logger
from shared.streams import Event, events, held_up, process_in_order

UNKNOWN_SHARD, UNKNOWN_ARRIVAL = "unknown", datetime.fromtimestamp(0, UTC)
Value = TypeVar("Value")
Other = TypeVar("Other")
METRICS = {"clicks": "ClicksLaidDown", "late": "LateClicks", "malformed": "MalformedRecords"}


class Config(FunctionConfig):
    """What the platform must set for this function."""

    bucket_lake: str = Field(min_length=3)


@cache
def parts() -> Lake:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    return Lake(client("s3"), load_config(Config).bucket_lake)


def arrived(event: Event) -> Arrived:
    """The record as far as it can be read; what cannot be has a place among the malformed all the same."""
    faults: list[str] = []

    def read(field: Callable[[], Value], otherwise: Other) -> Value | Other:
        try:
            return field()
        except PermanentFailure as failure:
            faults.append(str(failure))
            return otherwise

    shard, at = read(lambda: event.shard, UNKNOWN_SHARD), read(lambda: event.arrived_at, UNKNOWN_ARRIVAL)
    data = read(lambda: event.data, None)
    return Arrived(shard, event.sequence_number, at, data, faults[0] if faults else None)


def lay_down(event: dict[str, Any]) -> dict[str, Any]:
    """The records of one batch into files; returns what Lambda is to try again."""
    batch = Batch()

    def take(record: Event) -> None:
        placed = batch.add(arrived(record))
        if placed.kind == "malformed":
            with correlated(record.correlation_id, record.sequence_number):
                logger.warning("malformed record set apart", sequence_number=record.sequence_number, reason=placed.reason)

    reply = process_in_order(events(event), take, context_per_record=False)
    files = 0
    with held_up(batch.by_correlation_id):
        for key, content in batch.end():
            parts().put(key, content)
            files += 1
    for kind, number in batch.counts.items():
        count(METRICS[kind], number)
    for correlation_id, records in batch.by_correlation_id.items():
        with correlated(correlation_id):
            logger.info("clicks laid down", records=records)
    logger.info("batch laid down", files=files, records=dict(batch.counts))
    return reply


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return lay_down(event)


if in_lambda():
    parts()
