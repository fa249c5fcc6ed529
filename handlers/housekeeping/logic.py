"""What it means to sweep. No Lambda, no AWS: callers hand in the stores, the lease, the clock and the time that is left."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pydantic import ValidationError

from housekeeping.contracts import SweepReport, SweepRequest
from shared.errors import PermanentFailure, first_fault

LOOK_BACK_DAYS = 35
"""Days before today whose entries are looked at: longer than the schedule may be switched off without leaving drafts behind.
A day without entries costs one read of half a unit."""
PAGE = 49
"""Drafts of one transaction: two actions each and the lease's make 99 of the 100 that DynamoDB allows."""
MARGIN_SECONDS = 5.0
"""Left for the report and the release of the lease when the sweep stops. One page takes far less."""


class Entry(Protocol):
    """One draft that is due."""

    @property
    def owner(self) -> str: ...


class Drafts(Protocol):
    """Where drafts are kept, found by the day on which they expire."""

    def due(self, day: str, cutoff: int, limit: int) -> list[Any]:
        """At most `limit` entries of `day` (YYYY-MM-DD) that expire at `cutoff` (seconds since 1970) or before."""

    def remove(self, entries: list[Any], cutoff: int, fence: dict[str, Any]) -> list[Any]:
        """Removes the entries and their drafts, if `fence` allows; returns the entries whose drafts were kept, because
        they expire after `cutoff` by now. Raises LeaseLost."""


class Reports(Protocol):
    """Where reports are kept."""

    def add(self, key: str, content: str) -> None: ...


class Lease(Protocol):
    """The part of `shared.lease.Lease` that a sweep needs."""

    token: int

    def condition(self) -> dict[str, Any]: ...

    def check(self) -> None: ...

    def renew(self) -> None: ...


def now() -> datetime:
    return datetime.now(UTC)


def read(event: dict[str, Any]) -> SweepRequest:
    """The schedule's input. Raises PermanentFailure naming the first field at fault."""
    try:
        return SweepRequest.model_validate(event)
    except ValidationError as error:
        raise PermanentFailure(first_fault(error, "input").text) from None


def days(cutoff: datetime, back: int = LOOK_BACK_DAYS) -> Iterator[str]:
    """Days to look at, the oldest first, so that nothing waits behind what is newer."""
    for past in range(back, -1, -1):
        yield (cutoff - timedelta(days=past)).strftime("%Y-%m-%d")


def sweep(
    request: SweepRequest,
    correlation_id: str,
    lease: Lease,
    drafts: Drafts,
    reports: Reports,
    seconds_left: Callable[[], float],
    clock: Callable[[], datetime] = now,
) -> tuple[str, SweepReport]:
    """Removes what has expired, page by page, until nothing is left or the time is nearly over; returns the report's key
    and the report.

    Raises LeaseLost as soon as another run has the lease: each page is removed in one transaction with the lease's check.
    """
    started = clock()
    cutoff = int(started.timestamp())
    removed, kept, owners, complete = 0, 0, set(), True
    for day in days(started):
        while True:
            if seconds_left() < MARGIN_SECONDS:
                complete = False
                break
            due = drafts.due(day, cutoff, PAGE)
            if not due:
                break
            lease.renew()
            staying = drafts.remove(due, cutoff, lease.condition())
            kept += len(staying)
            gone = {entry.draft for entry in due if entry not in staying}
            removed += len(gone)
            owners |= {owner for owner, _ in gone}
        if not complete:
            break
    lease.check()  # a run that was held up for long must not report
    report = SweepReport(
        scheduled_time=request.scheduled_time,
        correlation_id=correlation_id,
        started_at=started,
        finished_at=clock(),
        fencing_token=lease.token,
        removed=removed,
        kept=kept,
        owners=len(owners),
        complete=complete,
    )
    key = report_key(request.scheduled_time, lease.token)
    reports.add(key, report.model_dump_json())
    return key, report


def report_key(planned: datetime, token: int) -> str:
    """One object per run: with the fencing token in the key, a late run never replaces the report of another one."""
    at = planned.astimezone(UTC)
    return f"sweeps/{at:%Y/%m/%d}/{at:%H%M%S}-{token:010d}.json"
