"""Failures that a caller or an operator must understand. Plain exceptions: logic may raise them without knowing Lambda.

Refusals quote what callers sent: names of fields, values, what a model says of them. `shown` makes that fit to be answered and
logged. Every failure below does it with its own text, so that no place that raises one has to.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pydantic import ValidationError

LONGEST_MESSAGE = 500
LONGEST_FIELD = 200
LONGEST_NAME = 60
"""Of one name in a field's path. All in characters, before escaping: an escape is at most 10 for one."""
MOST_NAMES = 12


def shown(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """`text` on one line of at most `longest` characters and a few that tell of the rest, with everything escaped that does not
    print: line breaks, controls, marks that turn the direction of writing, halves of surrogate pairs."""
    kept = text if len(text) <= longest else text[:longest]
    if not kept.isprintable():
        kept = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in kept)
    return kept if len(text) <= longest else f"{kept}… ({len(text)} characters)"


def path_of(names: Sequence[object], nowhere: str = "") -> str:
    """`items.0.quantity`, of the names that lead to a field; `nowhere` where there are none. A name may be a caller's own."""
    parts = [shown(str(name), LONGEST_NAME) for name in names[:MOST_NAMES]]
    return ".".join([*parts, *(["…"] if len(names) > MOST_NAMES else [])]) or nowhere


class Fault(NamedTuple):
    """What a model refuses."""

    field: str
    """`items.0.quantity`"""
    text: str
    """`items.0.quantity: Input should be greater than 0 (and 2 more)`"""


def first_fault(error: "ValidationError", nowhere: str = "body") -> Fault:
    """The first of what a model refuses, never with the value; its field is `nowhere` where no field is at fault."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field, others = path_of(first["loc"], nowhere), error.error_count() - 1
    return Fault(field, f"{field}: {shown(first['msg'])}" + (f" (and {others} more)" if others else ""))


class Problem(Exception):
    """A request that cannot be served, told to its sender as `{message, field, correlation_id}`.

    `status` is the HTTP status (4xx), `field` the path of the offending field in the body (`items.0.quantity`), the
    name of a header, or None where no single field is at fault.
    """

    def __init__(self, status: int, message: str, field: str | None = None, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.message = shown(message)
        self.field = None if field is None else shown(field, LONGEST_FIELD)
        self.headers = headers or {}
        super().__init__(self.message)


class PermanentFailure(Exception):
    """A message that will fail however often it is tried: it goes to the dead-letter queue without waiting.

    The text is the reason that an operator reads in the log, so it names the field at fault and carries no personal data.
    """

    def __init__(self, message: str) -> None:
        super().__init__(shown(message))


class TransientFailure(Exception):
    """Something that may succeed when it is tried again later: another service is away, slow or overloaded.

    The class's name is what a workflow's `Retry` matches, so subclasses would not be matched: `reason` tells them apart.
    """

    def __init__(self, message: str, reason: str = "unavailable", retry_after_seconds: float | None = None) -> None:
        super().__init__(shown(message))
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
