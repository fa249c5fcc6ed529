"""Which file of the lake a record belongs to, and what the files of a batch hold. No Lambda, no AWS.

Keys make repeats harmless. Lambda hands over a batch again, whole, halved or with newer records behind it, but always from the
same record on, because it goes on only behind what was reported as done. So a file is named for the first record in it:

- whatever the end of the batch, the first record of an hour's file stays the same, and the file is overwritten;
- a shorter batch writes a shorter file, and the rest follows under a name of its own.

This holds as long as where a record belongs depends on the record alone. "Late" is therefore reckoned from the time at which
Kinesis took the record, never from the clock of an attempt.
"""

import base64
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import ValidationError

from clickstream.contracts import ClickRecord
from shared.errors import first_fault

LATE_AFTER = timedelta(hours=24)
AHEAD = timedelta(minutes=5)
"""What a browser's clock may be fast. Later than that is the future."""
GZIP = 16 + zlib.MAX_WBITS
"""Format of zlib's compressor: gzip whose header holds no time, so the same records are the same bytes."""

Kind = Literal["clicks", "late", "malformed"]


@dataclass(frozen=True)
class Arrived:
    """A record as the stream has it."""

    shard: str
    sequence_number: str
    arrived_at: datetime
    data: bytes | None
    fault: str | None = None
    """What of it could not be read; then something else stands in its place."""


@dataclass(frozen=True)
class Placed:
    """A record with its place in the lake. `hour`: of the event for clicks; of arrival for what is set apart, because any hour
    may be claimed there, and each would be a file."""

    kind: Kind
    hour: datetime
    line: bytes
    reason: str | None = None
    correlation_id: str | None = None


def place(arrived: Arrived) -> Placed:
    """Where a record belongs. Nothing that a producer sends raises: what is no click is set apart with the reason."""
    if arrived.fault or arrived.data is None:
        return _malformed(arrived, arrived.fault or "there is no data")
    try:
        record = ClickRecord.model_validate_json(arrived.data)
    except ValidationError as error:
        return _malformed(arrived, first_fault(error, "record").text)
    reason, ahead = None, record.data.occurred_at - arrived.arrived_at
    if ahead > AHEAD:
        reason = "in the future"
    elif ahead < -LATE_AFTER:
        reason = "late"
    content = record.data.model_dump(mode="json", exclude={"occurred_at"}) | {
        # A claimed time far away may have no equivalent in UTC: it stays as it came.
        "occurred_at": record.data.occurred_at.isoformat() if reason else _iso(record.data.occurred_at),
        "arrived_at": _iso(arrived.arrived_at),
        "correlation_id": record.meta.correlation_id,
    }
    if reason:
        line = _line(content | {"reason": reason})
        return Placed("late", _hour(arrived.arrived_at), line, reason, record.meta.correlation_id)
    return Placed("clicks", _hour(record.data.occurred_at), _line(content), None, record.meta.correlation_id)


def key(kind: Kind, hour: datetime, shard: str, first_sequence_number: str) -> str:
    """Key of a file, in the partitions that Athena reads."""
    return f"{kind}/{hour:year=%Y/month=%m/day=%d/hour=%H}/{shard}-{first_sequence_number}.json.gz"


class _File:
    """Lines of one file, compressed as they come."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj(wbits=GZIP)
        self._content = bytearray()

    def add(self, line: bytes) -> None:
        self._content += self._compressor.compress(line)

    def end(self) -> bytes:
        return bytes(self._content + self._compressor.flush())


@dataclass
class Batch:
    """The files of one batch. Memory is bounded: an invocation brings 6 MB at most, which are held compressed, in at most one
    file for each of 26 hours of events and two more for each hour of arrival."""

    counts: Counter[str] = field(default_factory=Counter)
    """Records by kind."""
    by_correlation_id: Counter[str] = field(default_factory=Counter)
    _files: dict[tuple[Kind, datetime, str], tuple[str, _File]] = field(default_factory=dict)

    def add(self, arrived: Arrived) -> Placed:
        """Takes one record; those of a shard must come in their order."""
        placed = place(arrived)
        name = (placed.kind, placed.hour, arrived.shard)
        if name not in self._files:
            self._files[name] = (key(*name, arrived.sequence_number), _File())
        self._files[name][1].add(placed.line)
        self.counts[placed.kind] += 1
        if placed.correlation_id:
            self.by_correlation_id[placed.correlation_id] += 1
        return placed

    def end(self) -> Iterator[tuple[str, bytes]]:
        """Key and content of every file; one at a time, and no more records after it."""
        while self._files:
            _, (name, file) = self._files.popitem()
            yield name, file.end()


def _malformed(arrived: Arrived, reason: str) -> Placed:
    data = None if arrived.data is None else base64.b64encode(arrived.data).decode()
    content = {
        "reason": reason, "arrived_at": _iso(arrived.arrived_at), "shard": arrived.shard,
        "sequence_number": arrived.sequence_number, "data": data,
    }  # fmt: skip
    return Placed("malformed", _hour(arrived.arrived_at), _line(content), reason)


def _hour(time: datetime) -> datetime:
    return time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _line(content: dict[str, Any]) -> bytes:
    """One line of JSON, its keys sorted."""
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode() + b"\n"
