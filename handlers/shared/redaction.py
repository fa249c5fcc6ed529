"""What logs and traces of a function do not show, by the class of its workload's data (`DATA_CLASS`), and how long a line gets.

public, internal: they show everything. confidential: fields with the name of something personal or secret are masked, and so is what
looks like it in any text. restricted: only fields that are listed here are shown, and even those are searched.

A log line never fails or delays what it tells of: a value of any shape and size is cut before it is searched, and where a line
cannot be made all the same, another one says so.

Powertools has a utility for data masking, but it erases paths that one has to know beforehand, and brings a JSON path parser with it: a
log line has any shape. What is used of Powertools is the place: a formatter's serializer sees each line whole, with all keys and the exception.
"""

import json
import logging
import math
import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Literal

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from shared.sensitive import MASK, is_sensitive, masked

Mode = Literal["nothing", "personal", "unlisted"]

MODES: Mapping[str, Mode] = {"public": "nothing", "internal": "nothing", "confidential": "personal", "restricted": "unlisted"}
"""Class of data -> what is masked. A class that is not here is treated as the most secret one."""

LISTED = frozenset({
    "level", "location", "message", "timestamp", "service", "cold_start", "function_name", "function_memory_size", "function_arn",
    "function_request_id", "correlation_id", "exception_name", "api", "attempt", "codes", "failures", "kind", "log_failed", "more",
    "outcome", "permanent", "records", "status", "step",
})  # fmt: skip
"""Fields that logs of restricted data show, besides those that end as in LISTED_ENDS. Not `reason`: it quotes."""
LISTED_ENDS = ("_id", "_ids", "_count", "_ms", "_seconds", "_bytes", "_number")

LONGEST_TEXT = 8_000
LONGEST_LINE = 32_000
"""Characters of all texts of a line. CloudWatch Logs takes events of 1 MB, escapes and names of fields included."""
LONGEST_NAME = 100
MOST_VALUES = 1_000
MOST_ITEMS = 100
"""Of one list or object."""
DEEPEST = 12
LONGEST_NUMBER_BITS = 256
SHORTEST_CARD = 10**11
CUT = "…"
MARGIN = 1_000
"""Characters that are searched beyond those that are kept, so that nothing is recognised only in half at the cut."""

_OF_THE_LOGGER = frozenset({
    "level", "timestamp", "service", "function_name", "function_memory_size", "function_arn", "function_request_id", "xray_trace_id",
})  # fmt: skip
"""Fields that no caller has written."""
_PLACE = re.compile(r"[\w<>.]{1,100}:\d{1,7}")


def mode_of(data_class: str | None) -> Mode:
    """What is masked for a class of data; for one that is unknown or not told, as much as for the most secret."""
    return MODES.get(data_class or "", "unlisted")


def redacted(value: Any, mode: Mode) -> Any:
    """A value of any shape as JSON can say it: cut, and without what `mode` masks."""
    return _Line(mode).value(value, 0)


def serializer(mode: Mode) -> Callable[[Mapping[str, Any]], str]:
    """Makes a log line of its keys and values, as Powertools does, cut and without what `mode` masks."""

    def line(log: Mapping[str, Any]) -> str:
        made, names = _Line(mode), list(log)[:MOST_ITEMS]
        shown = dict.fromkeys(names)
        for name in sorted(names, key=lambda name: not _is_short(log[name])):  # so that no long value leaves no room for the ids
            shown[name] = log[name] if _is_of_the_logger(name, log[name]) else made.field(name, log[name], 0)
        if mode == "unlisted":
            shown |= _places(log)
        text = json.dumps(shown, separators=(",", ":"), ensure_ascii=False)
        # What does not print is escaped: other ends of lines, and halves of surrogate pairs, which cannot be written at all.
        return text if text.isprintable() else "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)

    return line


class Formatter(LambdaPowertoolsFormatter):
    """Powertools' formatter, which never raises: where a line cannot be made, another one tells where and why, and quotes nothing."""

    def __init__(self, mode: Mode) -> None:
        super().__init__(json_serializer=serializer(mode), json_deserializer=_json, use_rfc3339=True, utc=True)

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:  # RecursionError among them, which logging would let through to the handler
            kept = {name: value for name in ("service", "correlation_id") if isinstance(value := self.log_format.get(name), str)}
            return json.dumps({
                "level": record.levelname, "location": f"{record.funcName}:{record.lineno}", "message": MASK,
                "timestamp": self.formatTime(record), **kept, "log_failed": type(error).__name__,
            })  # fmt: skip


def told(error: BaseException, mode: Mode) -> BaseException:
    """What may be said of an error outside of the function: an exception of the same name, with its text redacted and cut.

    The runtime logs an error that leaves the handler, and the trace keeps its text. The name stays: workflows decide by it.
    """
    text = text_of(error)
    if mode == "nothing" and len(text) <= LONGEST_TEXT:
        return error
    said = MASK if mode == "unlisted" else redacted(text, mode)
    stand_in = type(type(error).__name__, (Exception,), {"__module__": type(error).__module__})
    return stand_in(said).with_traceback(error.__traceback__)


def text_of(value: Any) -> str:
    """What a value says of itself, a stand-in where it cannot."""
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"


class _Line:
    """One line in the making: what is left of its size."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._values = MOST_VALUES
        self._characters = LONGEST_LINE

    def value(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        self._values -= 1
        if self._values < 0 or depth > DEEPEST:  # a cycle ends here, too
            return CUT
        if isinstance(value, str):
            return self._text(value, depth)
        if isinstance(value, int | float):
            return self._number(value)
        if isinstance(value, bytes | bytearray | memoryview):
            text = bytes(value[: LONGEST_TEXT + MARGIN]).decode("utf-8", "backslashreplace")
            return self._text(text, depth, max(0, len(value) - LONGEST_TEXT - MARGIN))
        if isinstance(value, list | tuple | set | frozenset):
            return self._list(value, depth)
        fields = value if isinstance(value, Mapping) else _fields(value)
        if fields is not None:
            return self._object(fields, depth)
        return self._text(text_of(value), depth)

    def field(self, name: str, value: Any, depth: int) -> Any:
        return MASK if self._is_hidden(name, value) else self.value(value, depth)

    def _object(self, fields: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        shown = {}
        for key, each in islice(fields.items(), MOST_ITEMS):
            name = key if isinstance(key, str) else text_of(key)
            shown[self._name(name)] = self.field(name, each, depth + 1)
        return shown | ({CUT: f"{len(fields) - MOST_ITEMS} more"} if len(fields) > MOST_ITEMS else {})

    def _list(self, values: Any, depth: int) -> list[Any]:
        shown = [self.value(each, depth + 1) for each in islice(values, MOST_ITEMS)]
        return [*shown, f"{CUT} {len(values) - MOST_ITEMS} more"] if len(values) > MOST_ITEMS else shown

    def _name(self, name: str) -> str:
        kept = name[:LONGEST_NAME]
        self._characters -= len(kept)
        shown = kept if self._mode == "nothing" else masked(kept)
        return shown if len(name) <= LONGEST_NAME else f"{shown}{CUT}"

    def _is_hidden(self, name: str, value: Any) -> bool:
        if self._mode == "nothing" or value is None or (self._mode == "personal" and isinstance(value, bool)):
            return False
        if len(name) > LONGEST_NAME:  # what it says at its end is not looked at
            return True
        sensitive = is_sensitive(name)
        listed = name in LISTED or (name.endswith(LISTED_ENDS) and not sensitive)
        return not listed and (sensitive or self._mode == "unlisted")

    def _number(self, value: int | float) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)  # which JSON has no number for
        if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER_BITS:
            return f"{CUT} a number of {value.bit_length()} bits"
        if self._mode != "nothing" and abs(value) >= SHORTEST_CARD and masked(text := repr(value)) != text:
            return MASK  # a card's number is one without its quotes, too
        return value

    def _text(self, text: str, depth: int, beyond: int = 0) -> str:
        """`beyond`: how much more there was of it."""
        whole, longest = len(text) + beyond, min(LONGEST_TEXT, self._characters)
        if longest <= 0:
            return f"{CUT} ({whole} characters)" if text else text
        if self._mode == "nothing":
            kept = text[:longest]
        elif text.lstrip()[:1] in ("{", "["):  # a body or a message that is JSON itself
            kept = MASK if whole > longest else self._text_of_json(text, depth)
        else:
            searched = text[: longest + MARGIN]
            kept = masked(searched)[: longest if len(searched) == whole else -MARGIN]
        self._characters -= len(kept)
        return f"{kept}{CUT} ({whole} characters)" if whole > longest else kept

    def _text_of_json(self, text: str, depth: int) -> str:
        try:
            content = _json(text)
        except ValueError:
            return masked(text)
        return json.dumps(self.value(content, depth + 1), separators=(",", ":"), ensure_ascii=False)


def _fields(value: Any) -> Mapping[str, Any] | None:
    """Of a model of pydantic or a dataclass, so that they are masked by name; None of anything else."""
    if isinstance(value, type) or not (hasattr(type(value), "model_fields") or hasattr(type(value), "__dataclass_fields__")):
        return None
    fields = getattr(value, "__dict__", None)
    return fields if isinstance(fields, dict) else None


def _json(text: Any) -> Any:
    """What a JSON text says. Raises ValueError for what is none, is nested too deeply or is longer than a text may be."""
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise ValueError("not a short JSON text")
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _is_short(value: Any) -> bool:
    return (isinstance(value, str) and len(value) <= LONGEST_NAME) or isinstance(value, int | float)


def _is_of_the_logger(name: str, value: Any) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return False
    return name in _OF_THE_LOGGER or (name == "location" and _PLACE.fullmatch(value) is not None)


def _places(log: Mapping[str, Any]) -> dict[str, Any]:
    """Of an exception, where it was raised: places in the code, which quote no value. Its text may, in no form that a pattern knows."""
    trace = log.get("stack_trace")
    return {"stack_trace": redacted({key: trace.get(key) for key in ("type", "module", "frames")}, "personal")} if isinstance(trace, dict) else {}
