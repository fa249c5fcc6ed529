"""The order in which a sweep does its work, on a record of its steps."""

from datetime import UTC, datetime

import pytest

from housekeeping import logic
from housekeeping.store import DueEntry

NOW = datetime.now(UTC)
EVENT = {
    "schedule_arn": "arn:aws:scheduler:eu-west-1:000000000000:schedule/default/sweep",
    "scheduled_time": "2026-01-31T03:00:00Z",
    "execution_id": "execution-1",
    "attempt": "1",
}


def test_the_oldest_day_comes_first_and_the_look_back_is_bounded():
    from housekeeping.logic import LOOK_BACK_DAYS, days

    found = list(days(datetime(2026, 3, 1, tzinfo=UTC)))
    assert (found[0], found[-1], len(found)) == ("2026-01-25", "2026-03-01", LOOK_BACK_DAYS + 1)


def test_a_page_fits_into_one_transaction():
    from housekeeping.logic import PAGE

    assert 1 + 2 * PAGE <= 100  # DynamoDB: actions of one TransactWriteItems


class Trace:
    """Stands for lease, drafts and reports of one run: what was asked of them, in order. `ends_after`: removals until the lease is lost."""

    def __init__(self, pages: int, ends_after: int = 99) -> None:
        self.asked: list[str] = []
        self.pages, self.ends_after, self.token = pages, ends_after, 7

    def condition(self) -> dict:
        return {}

    def renew(self) -> None:
        self.asked.append("renew")

    def check(self) -> None:
        from shared.lease import LeaseLost

        self.asked.append("check")
        if self.asked.count("remove") >= self.ends_after:
            raise LeaseLost("the lease is over")

    def due(self, day: str, cutoff: int, limit: int) -> list:
        if not self.pages:
            return []
        self.pages -= 1
        return [DueEntry(day, f"{cutoff:012d}#anna#{self.pages}", "anna", str(self.pages))]

    def remove(self, entries: list, cutoff: int, fence: dict) -> list:
        self.asked.append("remove")
        return []

    def add(self, key: str, content: str) -> None:
        self.asked.append("report")


def swept(trace: Trace) -> list[str]:
    logic.sweep(logic.read(EVENT), "c", trace, trace, trace, lambda: 60.0, lambda: NOW)
    return trace.asked


def test_the_lease_is_renewed_before_every_page_and_looked_at_before_the_report():
    assert swept(Trace(pages=3)) == [*["renew", "remove"] * 3, "check", "report"]


def test_a_run_that_was_held_up_until_its_lease_was_over_does_not_report():
    from shared.lease import LeaseLost

    trace = Trace(pages=2, ends_after=2)
    with pytest.raises(LeaseLost):
        swept(trace)
    assert trace.asked == [*["renew", "remove"] * 2, "check"]
