"""Whether EventBridge reads a pattern: each field is a mapping of fields, or a list of what it may be."""

from collections.abc import Mapping
from typing import Any

from ..problems import choices, did_you_mean

OPERATORS = ("prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but", "numeric", "cidr", "exists")
"""Source: EventBridge guide, "Comparison operators"."""

OR = "$or"

Wrong = tuple[str, str, str]
"""Place in the pattern, rule, fix."""


def wrong_pattern(pattern: Mapping[str, Any], at: str) -> Wrong | None:
    """The first thing in `pattern` that EventBridge refuses; None if it takes it."""
    for name, wanted in pattern.items():
        place = f"{at}.{name}"
        if name == OR:
            if not isinstance(wanted, list) or len(wanted) < 2 or not all(isinstance(each, dict) and each for each in wanted):
                return place, "must be a list of two or more mappings", 'write it like {"$or": [{"a": ["x"]}, {"b": ["y"]}]}'
            found = [wrong_pattern(each, f"{place}[{index}]") for index, each in enumerate(wanted)]
        elif isinstance(wanted, dict):
            if not wanted:
                return place, "is empty, and a field needs a condition", 'list what it may be, or write [{"exists": true}]'
            found = [wrong_pattern(wanted, place)]
        elif isinstance(wanted, list):
            if not wanted:
                return place, "lists nothing, so no event would match", 'list what it may be, or write [{"exists": true}]'
            found = [_wrong_condition(each, f"{place}[{index}]") for index, each in enumerate(wanted)]
        else:
            return place, "must be a list of what it may be, also of one", f"write [{wanted}]"
        if first := next(filter(None, found), None):
            return first
    return None


def _wrong_condition(condition: Any, place: str) -> Wrong | None:
    if isinstance(condition, list):
        return place, "is a list within a list", "write one list"
    if not isinstance(condition, dict):
        return None
    if len(condition) != 1:
        return place, "must have one operator", f"choose one of {choices(OPERATORS)}"
    (operator, value), = condition.items()
    if operator not in OPERATORS:
        return f"{place}.{operator}", f"is no operator of EventBridge; there is {choices(OPERATORS)}", did_you_mean(operator, OPERATORS) or "choose one of them"
    good, form = {
        "exists": (isinstance(value, bool), "true or false"),
        "numeric": (_numeric(value), 'a list of comparisons and numbers, such as [">=", 10, "<", 20]'),
        "anything-but": (isinstance(value, (str, int, float, dict)) or (isinstance(value, list) and bool(value)), "a value, a list, or one operator"),
        "prefix": (isinstance(value, (str, dict)), "text"),
        "suffix": (isinstance(value, (str, dict)), "text"),
    }.get(operator, (isinstance(value, str), "text"))
    return None if good else (f"{place}.{operator}", f"must be {form}", "correct it")


def _numeric(value: Any) -> bool:
    if not isinstance(value, list) or len(value) not in (2, 4):
        return False
    signs, numbers = value[::2], value[1::2]
    return all(sign in ("<", "<=", "=", ">", ">=") for sign in signs) and all(
        isinstance(number, (int, float)) and not isinstance(number, bool) for number in numbers
    )
