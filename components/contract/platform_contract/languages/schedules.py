"""Schedules of EventBridge Scheduler: whether it reads an expression, and on which days a cron expression fires.

Source: its guide, "Schedule types". When they fire by the clocks of a time zone is in `clocks`.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

LAST_YEAR = 2199


@dataclass(frozen=True)
class Field:
    """A field of a cron expression."""

    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()
    """Names of its values, the first one for `least`."""
    special: str = ""
    """What it may be besides numbers, as a pattern."""

    @property
    def range(self) -> str:
        return f"{self.least} to {self.most}" + (f" or {self.words[0]} to {self.words[-1]}" if self.words else "")


FIELDS = (
    Field("minute", 0, 59), Field("hour", 0, 23), Field("day", 1, 31, special=r"\?|L|LW|\d{1,2}W"), Field("month", 1, 12, MONTHS),
    Field("weekday", 1, 7, WEEKDAYS, special=r"\?|L|[1-7]L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5]"), Field("year", 1970, LAST_YEAR),
)  # fmt: skip
"""In the order of the expression. Weekdays count from Sunday = 1."""

FORM = r"rate\([1-9]\d{0,4} (minutes?|hours?|days?)\)|cron\(\S+( \S+){5}\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)"
EXAMPLES = "rate(1 hour), cron(30 3 * * ? *) or at(2030-01-31T08:00:00)"

Wrong = tuple[str, str]
"""Rule, fix."""


def wrong_expression(expression: str) -> Wrong | None:
    """The first thing in an expression that the service does not read; None if it reads it."""
    if not re.fullmatch(FORM, expression):
        return "must be rate(...), cron(...) with six fields, or at(...)", f"write it like {EXAMPLES}"
    kind, inside = parts_of(expression)
    if kind == "cron":
        return _wrong_cron(inside.split())
    if kind == "at":
        try:
            datetime.fromisoformat(inside)
        except ValueError:
            return "names a time that no calendar has", "write it like at(2030-01-31T08:00:00)"
    elif (inside.split()[0] == "1") == inside.endswith("s"):
        return "has the wrong number: one minute, two minutes", "write it like rate(1 hour) or rate(2 hours)"
    return None


def parts_of(expression: str) -> tuple[str, str]:
    """rate, cron or at, and what is between its brackets."""
    kind, _, inside = expression.removesuffix(")").partition("(")
    return kind, inside


def _wrong_cron(given: list[str]) -> Wrong | None:
    day, weekday = given[2], given[4]
    if day == weekday == "?":
        return "leaves both the day and the weekday open", "write `*` for one of them"
    if "?" not in (day, weekday):
        return f"gives both the day {day} and the weekday {weekday}, and one of them must be `?`", "put `?` where the day does not matter"
    if "#" in weekday and "," in weekday:
        return f"lists {weekday} for the weekday, and a weekday with # stands alone", "write a schedule for each"
    for field, text in zip(FIELDS, given, strict=True):
        for part in text.split(","):
            if wrong := _wrong_part(field, part):
                return wrong
    return None


def _wrong_part(field: Field, part: str) -> Wrong | None:
    if not _fits(field, part):
        steps = ", with steps of 1 or more" if "/" in part else ""
        return f"has {part or 'nothing'} for the {field.name}, which is {field.range}{steps}", f"correct the {field.name}"
    begin, dash, end = part.partition("/")[0].partition("-")
    if dash and (first := _value(field, begin) or 0) > (last := _value(field, end) or 0):
        return f"goes from {begin} down to {end} for the {field.name}", f"write {first}-{field.most},{field.least}-{last}"
    return None


def _fits(field: Field, part: str) -> bool:
    if field.special and re.fullmatch(field.special, part, re.IGNORECASE):
        number = re.match(r"\d+", part)
        return number is None or field.least <= int(number.group()) <= field.most
    spread, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and 1 <= int(step) <= field.most):
        return False
    if spread == "*":
        return True
    begin, dash, end = spread.partition("-")
    values = [_value(field, begin)] + ([_value(field, end)] if dash else [])
    return all(value is not None for value in values)


def _value(field: Field, text: str) -> int | None:
    if text.upper() in field.words:
        return field.least + field.words.index(text.upper())
    return int(text) if text.isdecimal() and field.least <= int(text) <= field.most else None


def _numbers(field: Field, text: str) -> frozenset[int]:
    """The values that parts of a field stand for; its special ones left out."""
    found: set[int] = set()
    for part in text.split(","):
        if field.special and re.fullmatch(field.special, part, re.IGNORECASE):
            continue
        spread, slash, step = part.partition("/")
        begin, dash, end = spread.partition("-")
        first = field.least if spread == "*" else _value(field, begin) or 0
        last = _value(field, end) or 0 if dash else field.most if slash or spread == "*" else first
        found.update(range(first, last + 1, int(step) if slash else 1))
    return frozenset(found)


def _last_day(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _weekday(day: date) -> int:
    """1 for Sunday."""
    return day.isoweekday() % 7 + 1


def _nearest_weekday(day: date, wanted: int) -> int:
    """Day of the month that is the Monday to Friday nearest to `wanted`, in the same month."""
    last = _last_day(day)
    if wanted > last:
        return 0
    at = day.replace(day=wanted)
    if at.isoweekday() == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if at.isoweekday() == 7:
        return wanted + 1 if wanted < last else wanted - 2
    return wanted


class Cron:
    """A cron expression that `wrong_expression` takes, such as `30 3 * * ? *`."""

    def __init__(self, text: str) -> None:
        self.fields = dict(zip((field.name for field in FIELDS), text.split(), strict=True))
        numbers = {field.name: _numbers(field, self.fields[field.name]) for field in FIELDS}
        self.months, self.years = numbers["month"], numbers["year"]
        self._numbers = numbers
        by, fits = ("day", _fits_month) if self.fields["weekday"] == "?" else ("weekday", _fits_week)
        self._fits = [fits(part, numbers[by]) for part in self.fields[by].upper().split(",")]

    @cached_property
    def times(self) -> tuple[timedelta, ...]:
        """When it fires on a day on which it does, from midnight."""
        return tuple(timedelta(hours=hour, minutes=minute) for hour in sorted(self._numbers["hour"]) for minute in sorted(self._numbers["minute"]))

    def fires_on(self, day: date) -> bool:
        return day.month in self.months and day.year in self.years and any(fits(day) for fits in self._fits)

    def days(self, first: date) -> Iterator[date]:
        """The days on which it fires, from `first` on."""
        for year in sorted(year for year in self.years if year >= first.year):
            for month in sorted(self.months):
                for number in range(1, calendar.monthrange(year, month)[1] + 1):
                    if (day := date(year, month, number)) >= first and self.fires_on(day):
                        yield day


def _fits_month(part: str, numbers: frozenset[int]) -> Callable[[date], bool]:
    """Whether a date fits a part of the field for days. numbers: those of all its parts that are plain."""
    if part == "L":
        return lambda day: day.day == _last_day(day)
    if part == "LW":
        return lambda day: day.day == _nearest_weekday(day, _last_day(day))
    if part.endswith("W"):
        wanted = int(part[:-1])
        return lambda day: day.day == _nearest_weekday(day, wanted)
    return lambda day: day.day in numbers


def _fits_week(part: str, numbers: frozenset[int]) -> Callable[[date], bool]:
    """Whether a date fits a part of the field for weekdays."""
    name, nth, count = part.partition("#")
    if part == "L":
        return lambda day: _weekday(day) == 7
    if part.endswith("L"):
        wanted = int(part[:-1])
        return lambda day: _weekday(day) == wanted and day.day > _last_day(day) - 7
    if nth:
        named, which = _value(FIELDS[4], name), int(count)
        return lambda day: _weekday(day) == named and (day.day + 6) // 7 == which
    return lambda day: _weekday(day) in numbers
