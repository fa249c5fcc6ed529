"""What the fields of a workflow's states may hold. Source: Amazon States Language (states-language.net), JSONPath."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..problems import choices, did_you_mean
from ..standards import states as standard
from .loose_ends import Broken

PATHS = ("InputPath", "OutputPath", "ResultPath", "ItemsPath", "SecondsPath", "TimestampPath", "ErrorPath", "CausePath")
OR_NULL = ("InputPath", "OutputPath", "ResultPath")
"""Paths that may be null: nothing goes in, comes out, or is kept."""
TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector")
WAITS = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
RETRY = {"ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment"}
CATCH = {"ErrorEquals", "Next", "ResultPath", "Comment"}
EXPRESSION = re.compile(r"\$|States\.[A-Za-z0-9]+\(")
"""Begin of what is looked up or reckoned when the state runs."""

Fits = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$")


def whole(least: int) -> Fits:
    """Whether a value is a whole number, and not below `least`."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least


_KINDS: dict[str, tuple[Fits, str]] = {
    "String": (_is_text, "text"), "Numeric": (_is_number, "a number"), "Timestamp": (_is_text, "text such as 2027-01-31T08:00:00Z"),
}  # fmt: skip
COMPARISONS: dict[str, tuple[Fits, str]] = {
    **{f"{kind}{how}": fits for kind, fits in _KINDS.items() for how in ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")},
    **{f"{kind}{how}Path": (_is_path, "a path that begins with $") for kind in _KINDS
       for how in ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")},
    "StringMatches": (_is_text, "text"), "BooleanEquals": (_is_bool, "true or false"), "BooleanEqualsPath": (_is_path, "a path that begins with $"),
    **{f"Is{kind}": (_is_bool, "true or false") for kind in ("Null", "Present", "Numeric", "String", "Boolean", "Timestamp")},
}  # fmt: skip
"""What a case of a Choice compares with -> what it is compared to."""

RETRY_FIELDS: dict[str, tuple[Fits, str]] = {
    "IntervalSeconds": (whole(1), "a whole number of 1 or more"), "MaxAttempts": (whole(0), "a whole number of 0 or more"),
    "MaxDelaySeconds": (whole(1), "a whole number of 1 or more"),
    "BackoffRate": (lambda value: _is_number(value) and value >= 1, "a number of 1 or more"),
    "JitterStrategy": (lambda value: value in ("FULL", "NONE"), "FULL or NONE"),
}  # fmt: skip
SECONDS: dict[str, tuple[Fits, str]] = {
    "TimeoutSeconds": (whole(1), "a whole number of 1 or more"), "HeartbeatSeconds": (whole(1), "a whole number of 1 or more"),
    "Seconds": (whole(0), "a whole number of 0 or more"), "Callback": (_is_bool, "true or false"),
}  # fmt: skip


def check_fields(path: str, kind: str, state: Mapping[str, Any]) -> Iterator[Broken]:
    """What is wrong with the fields of one state, whichever states there are beside it."""
    try:
        json.dumps(state, allow_nan=False)
    except (TypeError, ValueError):
        yield path, None, "holds a date or another value that JSON does not have", "write it in quotes"
        return
    for field in PATHS:
        value = state.get(field)
        if field in state and not _is_path(value) and not (value is None and field in OR_NULL):
            yield f"{path}.{field}", value, "must be a path that begins with $", "write it like $.order"
    for field in TEMPLATES:
        if field in state:
            yield from _template(f"{path}.{field}", state[field], inside=False)
    for field, (fits, wanted) in SECONDS.items():
        if field in state and not fits(state[field]):
            yield f"{path}.{field}", state[field], f"must be {wanted}", "write it without quotes" if isinstance(state[field], str) else "correct it"
    if kind == "Wait" and len(given := [field for field in WAITS if field in state]) != 1:
        yield (path, None, f"must have exactly one of {choices(WAITS)}, and has {choices(given) if given else 'none'}",
               "say how long, or until when, it waits")  # fmt: skip
    if kind == "Choice":
        yield from _cases(path, state.get("Choices"))
    yield from _errors(f"{path}.Retry", state.get("Retry"), RETRY)
    yield from _errors(f"{path}.Catch", state.get("Catch"), CATCH)


def _template(path: str, value: Any, *, inside: bool) -> Iterator[Broken]:
    """A key that ends with `.$` is looked up, every other one is passed on as it is written."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _template(f"{path}[{index}]", each, inside=True)
    elif isinstance(value, dict):
        for key, each in value.items():
            looked_up = isinstance(each, str) and bool(EXPRESSION.match(each))
            if str(key).endswith(".$") and not looked_up:
                yield f"{path}.{key}", each, "is looked up, so it must be a path or a function", "begin it with $ or States., or take `.$` from the key"
            elif isinstance(each, str) and re.match(r"\$\$?\.", each) and not str(key).endswith(".$"):
                yield f"{path}.{key}", each, "would be passed on as these very letters", f"write the key as `{key}.$` to have it looked up"
            else:
                yield from _template(f"{path}.{key}", each, inside=True)
    elif not inside:
        yield path, value, "must be a mapping", "write name: value"


def _cases(path: str, cases: Any) -> Iterator[Broken]:
    if not isinstance(cases, list) or not cases or not all(isinstance(case, dict) for case in cases):
        yield f"{path}.Choices", None, "is required in a Choice: a list of cases", "list the cases, each with Next"
        return
    for index, case in enumerate(cases):
        if "Next" not in case:
            yield f"{path}.Choices[{index}].Next", None, "is required: where this case leads", "name a state"
        yield from _case(f"{path}.Choices[{index}]", {key: value for key, value in case.items() if key not in ("Next", "Comment")})


def _case(path: str, case: Mapping[str, Any]) -> Iterator[Broken]:
    """One condition, or several joined by And, Or, Not."""
    joined = [word for word in ("And", "Or", "Not") if word in case]
    if joined:
        (word, *more), inner = joined, case[joined[0]]
        parts = [inner] if word == "Not" else inner
        if more or len(case) > 1 or not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
            yield f"{path}.{word}", None, f"must stand alone and hold {'a condition' if word == 'Not' else 'a list of conditions'}", "write one inside the other"
            return
        for index, part in enumerate(parts):
            yield from _case(f"{path}.{word}" + ("" if word == "Not" else f"[{index}]"), part)
        return
    compared = [key for key in case if key != "Variable"]
    if not _is_path(case.get("Variable")):
        yield f"{path}.Variable", case.get("Variable"), "must be a path that begins with $", "say what is compared, like $.order.status"
    elif len(compared) != 1:
        yield path, None, f"must compare once, and has {choices(compared) if compared else 'no comparison'}", "write one, such as StringEquals, or join several with And"
    elif compared[0] not in COMPARISONS:
        yield f"{path}.{compared[0]}", None, "is no comparison", did_you_mean(compared[0], COMPARISONS) or "write one such as StringEquals or IsPresent"
    elif not (rule := COMPARISONS[compared[0]])[0](case[compared[0]]):
        yield f"{path}.{compared[0]}", case[compared[0]], f"must be {rule[1]}", "correct it"


def _errors(path: str, given: Any, known: set[str]) -> Iterator[Broken]:
    """The entries of Retry or Catch: the first one that names the error counts."""
    if given is None:
        return
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        yield path, None, "must be a list", "write each as `- ErrorEquals: [...]`"
        return
    for index, each in enumerate(given):
        here, names = f"{path}[{index}]", each.get("ErrorEquals")
        for field in each:
            if field not in known:
                yield f"{here}.{field}", None, "is not known here", did_you_mean(field, known) or f"known are {choices(sorted(known))}"
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            yield f"{here}.ErrorEquals", None, "must be a list of errors, also of one", "write [States.ALL] for every error"
            continue
        for name in names:
            if name.startswith("States.") and name not in standard.ERRORS:
                yield f"{here}.ErrorEquals", name, "is no error of Step Functions", did_you_mean(name, standard.ERRORS) or f"there is {choices(standard.ERRORS)}"
        if "States.ALL" in names and (len(names) > 1 or index < len(given) - 1):
            yield f"{here}.ErrorEquals", "States.ALL", "stands for every error, so it must stand alone and come last", "move it to the end, alone"
        if known is CATCH and "Next" not in each:
            yield f"{here}.Next", None, "is required: where an error leads", "name a state"
        if known is CATCH and "ResultPath" in each and not (each["ResultPath"] is None or _is_path(each["ResultPath"])):
            yield f"{here}.ResultPath", each["ResultPath"], "must be a path that begins with $", "write it like $.error"
        for field, (fits, wanted) in RETRY_FIELDS.items() if known is RETRY else ():
            if field in each and not fits(each[field]):
                yield f"{here}.{field}", each[field], f"must be {wanted}", "correct it"
