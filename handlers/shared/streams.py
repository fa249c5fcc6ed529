"""Batches from streams (DynamoDB, Kinesis): records of a shard in their order, and none after one that failed.

The first record that fails ends the batch. Its sequence number is reported, so what came before it counts as done, and it
and everything after it come again: a later change of the same key never overtakes an earlier one. A stream has no queue of
single dead letters. A record that can never succeed holds its shard until the event source mapping gives it up (bisect,
retry attempts, record age) and tells the on-failure destination, so what to do with one is the workload's decision:

- raise PermanentFailure where order matters more than flow (search-index): the mapping's limits decide;
- keep the record elsewhere and return, where flow matters more (clickstream: `malformed/`): it counts as done.

A record without a sequence number comes from no stream, where it is never missing, and nothing could be reported of it: it is told and
left out. Whatever else somebody has put into a record raises when it is read, so it fails in its turn, and what came before it is done.

The mapping must have ReportBatchItemFailures; without it Lambda takes a batch whose failure is reported for a success.
The embedded cloud does not try a record again that is reported as failed, it goes on with the next batch; a handler that
raises is tried again there without end. On AWS both come again within the mapping's limits.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol, TypeVar

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import StreamRecord as DynamoDbRecord

from shared.errors import PermanentFailure
from shared.observability import CORRELATION_ATTRIBUTE, correlated, count_by_function, logger, sent_id
from shared.refusals import kind_of

KINDS = ("INSERT", "MODIFY", "REMOVE")
_NUMBER = re.compile(r"[0-9]{1,128}")
_SHARD = re.compile(r"[\w-]{1,128}", re.ASCII)
"""It becomes part of keys."""


class Record(Protocol):
    """What any record of a stream has."""

    @property
    def sequence_number(self) -> str:
        """Order in the shard: a decimal number of up to 40 digits for DynamoDB, 56 for Kinesis; empty where there is none."""

    @property
    def correlation_id(self) -> str | None:
        """The id of the request that caused the record, where its producer told it. Never raises."""


AnyRecord = TypeVar("AnyRecord", bound=Record)


@dataclass(frozen=True)
class Change:
    """One change of a DynamoDB item. Attributes that cannot be read raise when they are read, inside the batch's order."""

    raw: dict[str, Any]

    @property
    def kind(self) -> str:
        """INSERT, MODIFY or REMOVE; items that DynamoDB expires are removed as well."""
        kind = sent_id(self.raw, "eventName")
        if kind not in KINDS:
            raise PermanentFailure(f"eventName: is none of {', '.join(KINDS)}")
        return kind

    @property
    def sequence_number(self) -> str:
        return _number(self._told.get("SequenceNumber"))

    @cached_property
    def keys(self) -> dict[str, Any]:
        """The item's key, numbers as Decimal."""
        return self._read("Keys")

    @cached_property
    def new(self) -> dict[str, Any] | None:
        """The item after the change, None where it was removed."""
        return self._read("NewImage") if "NewImage" in self._told else None

    @cached_property
    def old(self) -> dict[str, Any] | None:
        """The item before the change, None where it is new."""
        return self._read("OldImage") if "OldImage" in self._told else None

    @property
    def correlation_id(self) -> str | None:
        """Attribute `correlation_id` of the item; for a removed one that is the id of the last request that wrote it."""
        image = self._told.get("NewImage") or self._told.get("OldImage")
        return sent_id(image, CORRELATION_ATTRIBUTE, "S")

    @property
    def _told(self) -> dict[str, Any]:
        return _part(self.raw, "dynamodb")

    def _read(self, image: str) -> dict[str, Any]:
        record = DynamoDbRecord({image: self._told.get(image)})
        try:
            read = {"Keys": lambda: record.keys, "NewImage": lambda: record.new_image, "OldImage": lambda: record.old_image}[image]()
        except (TypeError, AttributeError, ValueError, ArithmeticError, LookupError):
            read = None
        if not isinstance(read, dict) or not read:
            raise PermanentFailure(f"{image} is not a DynamoDB item")
        return read


@dataclass(frozen=True)
class Event:
    """One record of a Kinesis stream."""

    raw: dict[str, Any]

    @property
    def sequence_number(self) -> str:
        return _number(self._told.get("sequenceNumber"))

    @property
    def shard(self) -> str:
        """Name of the shard, such as `shardId-000000000001`. Raises PermanentFailure where there is none."""
        shard = (sent_id(self.raw, "eventID") or "").partition(":")[0]
        if not _SHARD.fullmatch(shard):
            raise PermanentFailure("eventID: names no shard")
        return shard

    @property
    def arrived_at(self) -> datetime:
        """When Kinesis took the record (UTC, to the millisecond): the same in every attempt, unlike a clock. Raises PermanentFailure
        where there is no such time."""
        told = self._told.get("approximateArrivalTimestamp")
        try:
            if isinstance(told, bool) or not isinstance(told, (int, float)):
                raise ValueError
            return datetime.fromtimestamp(told, UTC)
        except (ValueError, OverflowError, OSError):
            raise PermanentFailure("approximateArrivalTimestamp: is no time") from None

    @cached_property
    def data(self) -> bytes:
        """What the producer sent. Raises PermanentFailure where it is not base64."""
        try:
            return base64.b64decode(self._told["data"], validate=True)
        except (LookupError, binascii.Error, ValueError, TypeError):
            raise PermanentFailure("the record's data is not base64") from None

    @cached_property
    def content(self) -> Any:
        """The JSON that the producer sent. Raises PermanentFailure where it is none."""
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError):
            raise PermanentFailure("the record is not JSON") from None

    @property
    def correlation_id(self) -> str | None:
        """`meta.correlation_id` of the envelope that every producer of this platform uses."""
        try:
            return sent_id(self.content, "meta", CORRELATION_ATTRIBUTE)
        except PermanentFailure:
            return None

    @property
    def _told(self) -> dict[str, Any]:
        return _part(self.raw, "kinesis")


def _part(raw: dict[str, Any], name: str) -> dict[str, Any]:
    part = raw.get(name)
    return part if isinstance(part, dict) else {}


def _number(told: Any) -> str:
    return told if isinstance(told, str) and _NUMBER.fullmatch(told) else ""


def changes(event: dict[str, Any]) -> Iterator[Change]:
    """The records of a DynamoDB stream's batch, one at a time."""
    return (Change(record if isinstance(record, dict) else {}) for record in event["Records"])


def events(event: dict[str, Any]) -> Iterator[Event]:
    """The records of a Kinesis stream's batch, one at a time."""
    return (Event(record if isinstance(record, dict) else {}) for record in event["Records"])


def process_in_order(
    records: Iterable[AnyRecord], handle: Callable[[AnyRecord], None], context_per_record: bool = True
) -> dict[str, Any]:
    """Calls `handle` with each record until one raises; returns Lambda's partial batch response.

    Inside `handle` every log line carries the record's correlation id (its sequence number where it has none), and the trace
    has a part for it. `context_per_record` False leaves that out for all but a failure: for thousands of small records, whose
    parts of a trace would cost more than the work. The failure is one ERROR line with `reason` and `sequence_number`, which is
    what an on-failure destination's message names, and one `BatchItemFailures`.
    """
    for record in records:
        number = record.sequence_number
        try:
            if not number:
                _tell(PermanentFailure("the record has no sequence number"), "record left out: no stream has sent it")
                continue
            if context_per_record:
                with _context(record):
                    _told(handle, record)
            else:
                _in_the_batch(handle, record)
        except Exception:
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


@contextmanager
def held_up(correlation_ids: Iterable[str]) -> Iterator[None]:
    """Around what is done once for many records: if it raises, the log tells of every request that waits because of it.

    One WARNING for each of the ids, under that id. The exception leaves the function, whose one ERROR is about the batch.
    """
    try:
        yield
    except Exception as error:
        for sent in correlation_ids:
            with correlated(sent):
                logger.warning("the batch failed; the records of this request are left for the next attempt", reason=type(error).__name__)
        raise


def _told(handle: Callable[[AnyRecord], None], record: AnyRecord) -> None:
    try:
        handle(record)
    except Exception as error:
        _tell(error)
        raise


def _in_the_batch(handle: Callable[[AnyRecord], None], record: AnyRecord) -> None:
    try:
        handle(record)
    except Exception as error:
        with _context(record):
            _tell(error)
        raise


def _context(record: Record) -> AbstractContextManager[Any]:
    return correlated(record.correlation_id, record.sequence_number, sequence_number=record.sequence_number)


def _tell(error: Exception, message: str = "record failed; it and those after it are left for the next attempt") -> None:
    named = isinstance(error, PermanentFailure)
    count_by_function("BatchItemFailures")
    logger.error(
        message,
        reason=str(error) if named else f"{type(error).__name__}: {error}",
        permanent=kind_of(error) == "permanent",
        exc_info=not named,  # where the code may be at fault, the place matters
    )
