"""What the fields of one state may hold, whichever states there are beside it; JSONPath states only.

Source: specification, "State Types"; Step Functions guide, its pages on each state and "Handling errors".
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from platform_contract.kinds.workflow import limits
from platform_contract.kinds.workflow.language.intrinsics import OF_TEXT, is_call, wrong_call
from platform_contract.kinds.workflow.language.paths import wrong_path
from platform_contract.platform.diagnostics import choices, did_you_mean

Place = tuple[str | int, ...]


class Wrong(NamedTuple):
    """What is wrong at one place of a definition. refused: by Step Functions; otherwise it takes it, and fails or does something else."""

    path: Place
    value: Any
    rule: str
    fix: str
    refused: bool = True


Fits = Callable[[Any], bool]


def is_whole(least: int, most: int | None = None) -> Fits:
    """Whether a value is a whole number from `least` to `most`."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least and (most is None or value <= most)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def _is_timestamp(value: Any) -> bool:
    """RFC 3339, with capital T and Z. Source: specification, "Timestamps"."""
    if not isinstance(value, str) or not TIMESTAMP.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", value).replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


REFERENCES = ("ResultPath", "ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "MaxConcurrencyPath",
              "ToleratedFailureCountPath", "ToleratedFailurePercentagePath")  # fmt: skip
"""Fields that hold a path to one place."""
PATHS = ("InputPath", "OutputPath", *REFERENCES)
OR_NULL = ("InputPath", "OutputPath", "ResultPath")
"""Paths that may be null: nothing goes in, comes out, or is kept."""
PATH_OR_CALL = ("ErrorPath", "CausePath")
TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign")
WAITS = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
EXCLUSIVE = (("Error", "ErrorPath"), ("Cause", "CausePath"), ("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath"),
             ("MaxConcurrency", "MaxConcurrencyPath"))  # fmt: skip
"""Of each, a state has one at most."""

_SECONDS = (is_whole(1, limits.MAXIMUM_STATE_SECONDS), f"a whole number of 1 to {limits.MAXIMUM_STATE_SECONDS}")
VALUES: dict[str, tuple[Fits, str]] = {
    "TimeoutSeconds": _SECONDS, "HeartbeatSeconds": _SECONDS, "MaxConcurrency": (is_whole(0), "a whole number of 0 or more"),
    "Seconds": (is_whole(0, limits.MAXIMUM_STATE_SECONDS), f"a whole number of 0 to {limits.MAXIMUM_STATE_SECONDS}"),
    "Timestamp": (_is_timestamp, "a time such as 2030-01-31T08:00:00Z"),
    "Error": (lambda value: isinstance(value, str), "text"), "Cause": (lambda value: isinstance(value, str), "text"),
    "Comment": (lambda value: isinstance(value, str), "text"), "End": (lambda value: isinstance(value, bool), "true or false"),
}  # fmt: skip
"""Field -> what it may hold."""

_TEXT = (lambda value: isinstance(value, str), "text")
_KINDS: dict[str, tuple[Fits, str]] = {"String": _TEXT, "Numeric": (_is_number, "a number"), "Timestamp": VALUES["Timestamp"]}
_ORDERS = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
BOOLEAN: tuple[Fits, str] = (lambda value: isinstance(value, bool), "true or false")
COMPARISONS: dict[str, tuple[Fits, str] | None] = {
    **{f"{kind}{order}": fits for kind, fits in _KINDS.items() for order in _ORDERS},
    **{f"{kind}{order}Path": None for kind in _KINDS for order in _ORDERS},
    "StringMatches": (lambda value: isinstance(value, str) and not re.search(r"\\(?![*\\])", re.sub(r"\\[*\\]", "", value)),
                      r"text, in which `\` comes before `*` or `\` only"),
    "BooleanEquals": BOOLEAN, "BooleanEqualsPath": None, **{f"Is{kind}": BOOLEAN for kind in ("Null", "Present", "Numeric", "String", "Boolean", "Timestamp")},
}  # fmt: skip
"""What a case of a Choice compares with -> what it is compared to; None: a path."""

RETRY_FIELDS: dict[str, tuple[Fits, str]] = {
    "IntervalSeconds": _SECONDS, "MaxAttempts": (is_whole(0, limits.MAXIMUM_STATE_SECONDS), f"a whole number of 0 to {limits.MAXIMUM_STATE_SECONDS}"),
    "MaxDelaySeconds": (is_whole(1, limits.MAXIMUM_DELAY_SECONDS), f"a whole number of 1 to {limits.MAXIMUM_DELAY_SECONDS}"),
    "BackoffRate": (lambda value: _is_number(value) and value >= 1, "a number of 1 or more"),
    "JitterStrategy": (lambda value: value in ("FULL", "NONE"), "FULL or NONE"),
}  # fmt: skip
RETRY = {"ErrorEquals", "Comment", *RETRY_FIELDS}
CATCH = {"ErrorEquals", "Next", "ResultPath", "Comment", "Assign"}


def wrong_fields(path: Place, kind: str, state: Mapping[str, Any], *, variables: bool = False) -> Iterator[Wrong]:
    """What is wrong with the fields of a state of that kind. variables: whether states may set and use them."""
    for field in PATHS:
        value = state.get(field)
        if field in state and not (value is None and field in OR_NULL):
            yield from _path((*path, field), value, reference=field in REFERENCES, variables=variables)
    if isinstance(result := state.get("ResultPath"), str) and result.startswith("$$"):
        yield Wrong((*path, "ResultPath"), result, "is in the context object, where nothing can be written", "write it like $.result")
    for field in PATH_OR_CALL:
        if field in state and not (isinstance(state[field], str) and is_call(state[field])):
            yield from _path((*path, field), state[field], reference=True, variables=variables)
        elif field in state and (wrong := _call_of_text(state[field], variables)):
            yield Wrong((*path, field), state[field], wrong, "correct it")
    for field in TEMPLATES:
        if field in state:
            yield from _template((*path, field), state[field], variables)
    for field, (fits, wanted) in VALUES.items():
        if field in state and not fits(state[field]):
            yield Wrong((*path, field), state[field], f"must be {wanted}", "write it without quotes" if isinstance(state[field], str) and wanted != "text" and
                        field != "Timestamp" else "correct it")  # fmt: skip
    for pair in EXCLUSIVE:
        if all(field in state for field in pair):
            yield Wrong(path, None, f"has both {pair[0]} and {pair[1]}", "keep the one that is meant")
    if kind == "Wait" and len(given := [field for field in WAITS if field in state]) != 1:
        yield Wrong(path, None, f"must have exactly one of {choices(WAITS)}, and has {choices(given) if given else 'none'}", "say how long, or until when, it waits")
    if kind == "Choice":
        yield from _cases(path, state.get("Choices"), variables)
    yield from _errors((*path, "Retry"), state.get("Retry"), RETRY)
    yield from _errors((*path, "Catch"), state.get("Catch"), CATCH)
    beat, end = state.get("HeartbeatSeconds"), state.get("TimeoutSeconds")
    if isinstance(beat, int) and isinstance(end, int) and beat >= end:
        yield Wrong((*path, "HeartbeatSeconds"), beat, f"must be less than TimeoutSeconds, {end}", "lower it")


def _path(place: Place, value: Any, *, reference: bool, variables: bool) -> Iterator[Wrong]:
    wrong = wrong_path(value, reference=reference, variables=variables) if isinstance(value, str) else "must be a path that begins with `$`"
    if wrong:
        yield Wrong(place, value, wrong, "write it like $.order")


def _call_of_text(text: str, variables: bool) -> str | None:
    name = text.partition("(")[0]
    return wrong_call(text, variables=variables) or (None if name in OF_TEXT else f"calls {name}, and this field takes only {choices(OF_TEXT)}")


def _template(path: Place, value: Any, variables: bool, *, inside: bool = False) -> Iterator[Wrong]:
    """A key that ends with `.$` is looked up, every other one is passed on as it is written."""
    if isinstance(value, list) and inside:
        for index, each in enumerate(value):
            yield from _template((*path, index), each, variables, inside=True)
    elif isinstance(value, dict):
        for key, each in value.items():
            here, name = (*path, key), str(key)
            if name.endswith(".$"):
                if wrong := _looked_up(each, variables):
                    yield Wrong(here, each, *wrong)
                if name.removesuffix(".$") in value:
                    yield Wrong(here, None, f"is there twice: as {name.removesuffix('.$')}, too", "keep the one that is meant")
            elif isinstance(each, str) and (re.match(r"\$\$?[.\[]", each) or is_call(each)):
                yield Wrong(here, each, "would be passed on as these very letters", f"write the key as `{key}.$` to have it looked up", refused=False)
            else:
                yield from _template(here, each, variables, inside=True)
    elif not inside:
        yield Wrong(path, value, "must be a mapping", "write name: value")


def _looked_up(value: Any, variables: bool) -> tuple[str, str] | None:
    if not isinstance(value, str) or not (value.startswith("$") or is_call(value)):
        return "is looked up, so it must be a path or a function", "begin it with $ or States., or take `.$` from the key"
    if value.startswith("$"):
        wrong = wrong_path(value, variables=variables)
        return (wrong, "write it like $.order") if wrong else None
    wrong = wrong_call(value, variables=variables)
    return (wrong, "write it like States.Format('order {}', $.id)") if wrong else None


def _cases(path: Place, cases: Any, variables: bool) -> Iterator[Wrong]:
    if not isinstance(cases, list) or not cases or not all(isinstance(case, dict) for case in cases):
        yield Wrong((*path, "Choices"), None, "is required in a Choice: a list of cases", "list the cases, each with Next")
        return
    for index, case in enumerate(cases):
        here = (*path, "Choices", index)
        if "Next" not in case:
            yield Wrong((*here, "Next"), None, "is required: where this case leads", "name a state")
        yield from _case(here, {key: value for key, value in case.items() if key not in ("Next", "Comment", "Assign")}, variables)


def _case(path: Place, case: Mapping[str, Any], variables: bool) -> Iterator[Wrong]:
    """One condition, or several joined by And, Or, Not."""
    joined = [word for word in ("And", "Or", "Not") if word in case]
    if joined:
        (word, *more), inner = joined, case[joined[0]]
        parts = [inner] if word == "Not" else inner
        if more or len(case) > 1 or not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
            yield Wrong((*path, word), None, f"must stand alone and hold {'a condition' if word == 'Not' else 'a list of conditions'}", "write one inside the other")
            return
        for index, part in enumerate(parts):
            here = (*path, word) if word == "Not" else (*path, word, index)
            if "Next" in part:
                yield Wrong((*here, "Next"), part["Next"], "is for the whole case, and not for a condition within it", "put it beside the outermost And, Or or Not")
            yield from _case(here, {key: value for key, value in part.items() if key not in ("Next", "Comment")}, variables)
        return
    compared = [key for key in case if key != "Variable"]
    if "Variable" not in case or not isinstance(case["Variable"], str):
        yield Wrong((*path, "Variable"), case.get("Variable"), "must be a path that begins with `$`", "say what is compared, like $.order.status")
    elif wrong := wrong_path(case["Variable"], variables=variables):
        yield Wrong((*path, "Variable"), case["Variable"], wrong, "say what is compared, like $.order.status")
    elif len(compared) != 1:
        yield Wrong(path, None, f"must compare once, and has {choices(compared) if compared else 'no comparison'}",
                    "write one, such as StringEquals, or join several with And")  # fmt: skip
    elif compared[0] not in COMPARISONS:
        yield Wrong((*path, compared[0]), None, "is no comparison", did_you_mean(compared[0], COMPARISONS) or "write one such as StringEquals or IsPresent")
    elif (rule := COMPARISONS[compared[0]]) is None:
        yield from _path((*path, compared[0]), case[compared[0]], reference=False, variables=variables)
    elif not rule[0](case[compared[0]]):
        yield Wrong((*path, compared[0]), case[compared[0]], f"must be {rule[1]}", "correct it")


def _errors(path: Place, given: Any, known: set[str]) -> Iterator[Wrong]:
    """The entries of Retry or Catch: the first one that names the error counts."""
    if given is None:
        return
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        yield Wrong(path, None, "must be a list", "write each as `- ErrorEquals: [...]`")
        return
    taken: dict[str, int] = {}
    for index, each in enumerate(given):
        here, names = (*path, index), each.get("ErrorEquals")
        for field in each:
            if field not in known:
                yield Wrong((*here, field), None, "is not known here", did_you_mean(field, known) or f"known are {choices(sorted(known))}")
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            yield Wrong((*here, "ErrorEquals"), None, "must be a list of errors, also of one", "write [States.ALL] for every error")
            continue
        yield from _names((*here, "ErrorEquals"), names, index, last=index == len(given) - 1, taken=taken)
        if known is CATCH and "Next" not in each:
            yield Wrong((*here, "Next"), None, "is required: where an error leads", "name a state")
        if known is CATCH and each.get("ResultPath") is not None:
            yield from _path((*here, "ResultPath"), each["ResultPath"], reference=True, variables=False)
        if known is RETRY:
            yield from _retry(here, each)


def _names(path: Place, names: list[str], index: int, *, last: bool, taken: dict[str, int]) -> Iterator[Wrong]:
    for name in names:
        if name.startswith("States.") and name not in limits.ERRORS:
            yield Wrong(path, name, "is no error of Step Functions", did_you_mean(name, limits.ERRORS) or f"there is {choices(limits.ERRORS)}")
        elif name == "States.Runtime":
            yield Wrong(path, name, "always fails the execution, whatever is said here", "remove it", refused=False)
        elif name in taken:
            yield Wrong(path, name, f"is never met here: {path[-3]}[{taken[name]}] has it already", "remove one of the two", refused=False)
        taken.setdefault(name, index)
    if "States.ALL" in names and (len(names) > 1 or not last):
        yield Wrong(path, "States.ALL", "stands for every error, so it must stand alone and come last", "move it to the end, alone")


def _retry(path: Place, retry: Mapping[str, Any]) -> Iterator[Wrong]:
    for field, (fits, wanted) in RETRY_FIELDS.items():
        if field in retry and not fits(retry[field]):
            yield Wrong((*path, field), retry[field], f"must be {wanted}", "correct it")
    first, longest = retry.get("IntervalSeconds", 1), retry.get("MaxDelaySeconds")
    if isinstance(first, int) and isinstance(longest, int) and 0 < longest < first:
        yield Wrong((*path, "MaxDelaySeconds"), longest, f"is less than IntervalSeconds, {first}, so no retry would wait as long as it says",
                    "raise it, or lower IntervalSeconds", refused=False)  # fmt: skip
