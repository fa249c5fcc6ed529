"""Schedules by the clocks of a time zone: what never fires, is over, or is left out in the night in which clocks go forward.

EventBridge Scheduler skips a run whose time does not exist. Source: its guide, "Daylight savings time on EventBridge Scheduler". Time zones
come from the package `tzdata`, whose version is locked, and not from the machine, which may have others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

from platform_contract.languages.schedules import Cron, Wrong, parts_of

NOT_ZONES = frozenset({"Factory"})
"""Names in tzdata that are no place."""

YEARS_AHEAD = 28
"""After so many years weekdays fall on the same dates again, and with them the nights in which clocks change."""


@cache
def time_zones() -> frozenset[str]:
    """Names of all time zones."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split()) - NOT_ZONES


@dataclass(frozen=True)
class Gap:
    """Clocks go forward: the local times from `begin` to before `end` do not exist."""

    begin: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.begin <= moment < self.end


@cache
def gaps(zone: str, first: date) -> tuple[Gap, ...]:
    """When clocks of `zone` go forward, from `first` on, for YEARS_AHEAD years."""
    with (files("tzdata.zoneinfo") / zone).open("rb") as data:
        rules = ZoneInfo.from_file(data, zone)

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(rules).utcoffset() or timedelta()

    found = []
    day = datetime.combine(first, time(), UTC)
    before = offset(day)
    for _ in range(YEARS_AHEAD * 366):
        following = day + timedelta(days=1)
        after = offset(following)
        if after > before:
            low, high = day, following  # the change is in between: to the second, as tzdata has it
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            change = high.replace(tzinfo=None, microsecond=0)
            found.append(Gap(change + before, change + after))
        day, before = following, after
    return tuple(found)


def wrong_schedule(expression: str, zone: str, today: date) -> Wrong | None:
    """Why an expression that can be read does not fire when it says it does; None if it does. `zone` is one of `time_zones()`."""
    kind, inside = parts_of(expression)
    if kind == "at":
        return _wrong_moment(datetime.fromisoformat(inside), zone, today)
    return _wrong_cron(Cron(inside), zone, today) if kind == "cron" else None


def _wrong_moment(moment: datetime, zone: str, today: date) -> Wrong | None:
    if moment.date() < today:
        return "is over, and EventBridge Scheduler takes no time of the past", "write a time to come, or remove the trigger"
    if gap := next((gap for gap in gaps(zone, today) if moment in gap), None):
        return _skipped(gap, moment, zone)
    return None


def _wrong_cron(cron: Cron, zone: str, today: date) -> Wrong | None:
    if max(cron.years) < today.year:
        return f"is over: its last year was {max(cron.years)}", "write a year to come, or `*` for every year"
    if next(cron.days(today), None) is None:
        if next(cron.days(date(today.year, 1, 1)), None):
            return f"is over: it fires in {max(cron.years)} no more", "write a year to come, or `*` for every year"
        fields = ", ".join(f"{name} {cron.fields[name]}" for name in ("day", "month", "weekday", "year") if cron.fields[name] not in ("*", "?"))
        return f"never fires: no calendar has a date with {fields}", "correct the day or the month; `L` is the last day of any month"
    for gap in gaps(zone, today):
        skipped = [moment for moment in _moments(cron, gap.begin - timedelta(days=1), gap.end + timedelta(days=1)) if moment in gap]
        if skipped and not _goes_on(cron, gap, skipped):
            return _skipped(gap, skipped[0], zone)
    return None


def _moments(cron: Cron, first: datetime, last: datetime) -> Iterator[datetime]:
    """When it fires by the clock, whether or not the clock shows that time."""
    for ahead in range((last.date() - first.date()).days + 1):
        day = first.date() + timedelta(days=ahead)
        if cron.fires_on(day):
            yield from (moment for at in cron.times if first <= (moment := datetime.combine(day, time()) + at) <= last)


def _goes_on(cron: Cron, gap: Gap, skipped: list[datetime]) -> bool:
    """Whether it runs as often as ever all the same: every hour and every ten minutes lose nothing where clocks lose an hour."""
    near = list(_moments(cron, gap.begin - timedelta(days=1), gap.end + timedelta(days=1)))
    before, after = [moment for moment in near if moment < gap.begin], [moment for moment in near if moment >= gap.end]
    if not before or not after:
        return False
    around = [before[-1], *skipped, after[0]]
    usual = min(later - earlier for earlier, later in pairwise(around))
    return after[0] - before[-1] - (gap.end - gap.begin) <= usual


def _skipped(gap: Gap, moment: datetime, zone: str) -> Wrong:
    begin, end = f"{gap.begin:%H:%M}", f"{gap.end:%H:%M}"
    return (f"is left out on {moment:%Y-%m-%d}: clocks in {zone} go from {begin} to {end} then, so {moment:%H:%M} does not exist",
            f"choose a time outside of {begin} to {end}, or write `timezone: UTC`")  # fmt: skip
