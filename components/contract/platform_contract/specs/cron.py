"""Whether EventBridge Scheduler reads an expression: cron, rate and at. Source: its guide, "Schedule types"."""

import re
from dataclasses import dataclass
from datetime import datetime

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


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


FIELDS = (
    Field("minute", 0, 59), Field("hour", 0, 23), Field("day", 1, 31, special=r"\?|L|LW|\d{1,2}W"), Field("month", 1, 12, MONTHS),
    Field("weekday", 1, 7, WEEKDAYS, special=r"\?|L|[1-7]L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5]"), Field("year", 1970, 2199),
)  # fmt: skip
"""In the order of the expression. Weekdays count from Sunday = 1."""

Wrong = tuple[str, str]
"""Rule, fix."""


def wrong_expression(expression: str) -> Wrong | None:
    """What is wrong with an expression of the right form: the first thing, or None."""
    kind, _, inside = expression.removesuffix(")").partition("(")
    if kind == "cron":
        return _wrong_cron(inside.split())
    if kind == "at":
        try:
            datetime.fromisoformat(inside)
        except ValueError:
            return "names a time that no calendar has", "write it like at(2027-01-31T08:00:00)"
        return None
    if re.match(r"1 \w+s$|(?!1 )\d+ (minute|hour|day)$", inside):
        return "has the wrong number: one minute, two minutes", "write it like rate(1 hour) or rate(2 hours)"
    return None


def _wrong_cron(given: list[str]) -> Wrong | None:
    day, weekday = given[2], given[4]
    if day == weekday == "?":
        return "leaves both the day and the weekday open", "write `*` for one of them"
    if "?" not in (day, weekday):
        return f"gives both the day {day} and the weekday {weekday}, and one of them must be `?`", "put `?` where the day does not matter"
    for field, text in zip(FIELDS, given, strict=True):
        for part in text.split(","):
            if not _fits(field, part):
                words = f" or {field.words[0]} to {field.words[-1]}" if field.words else ""
                steps = ", with steps of 1 or more" if "/" in part else ""
                return f"has {part or 'nothing'} for the {field.name}, which is {field.least} to {field.most}{words}{steps}", f"correct the {field.name}"
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
