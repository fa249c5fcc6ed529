"""Logs, metrics and traces behind one module, without what the class of the workload's data hides (`redaction`)."""

import gc
import logging
import os
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from functools import wraps
from typing import Any, TypeVar

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from . import redaction, segments

CORRELATION_HEADER = "x-correlation-id"
CORRELATION_ATTRIBUTE = "correlation_id"
"""Of a message of SQS or SNS, of an item, of an event's `meta`, of a workflow's input."""
CORRELATION_METADATA = "correlation-id"
"""Of an object in S3. They all carry the same id from the edge to the last log line."""

HANDLER_PART, MESSAGE_PART = "## handler", "## message"
"""Names of an invocation's and a message's part of a trace."""

_RAISED_UNDER = "_raised_under"
_CORRELATION_ID = re.compile(r"[A-Za-z0-9._=-]{1,128}")

HIDDEN = redaction.mode_of(os.environ.get("DATA_CLASS"))

logger = Logger(logger_formatter=redaction.Formatter(HIDDEN))
logging.raiseExceptions = False  # of a line that cannot be written: logging would print it, unmasked
metrics = Metrics()
_is_cold = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "provisioned-concurrency"

Result = TypeVar("Result")
Handler = Callable[[dict[str, Any], Any], Any]


def instrumented(handler: Handler) -> Handler:
    """A Lambda handler with logger, metrics and trace around it.

    An exception that leaves the handler is logged before it becomes a Lambda error, with the correlation id under which it was
    raised, also where that was inside of `correlated`, which has ended by then. Lambda logs it once more by itself, and the trace
    keeps it: they get its name, and of its text what may be shown.
    """

    @wraps(handler)
    def traced(event: dict[str, Any], context: Any) -> Any:
        global _is_cold
        if not gc.isenabled():
            gc.freeze()  # what INIT has made is not looked at again
            gc.enable()
        with segments.invocation(HANDLER_PART) as part:
            annotate("function", os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""))
            annotate("Service", os.environ.get("POWERTOOLS_SERVICE_NAME", ""))
            annotate("ColdStart", _is_cold)
            _is_cold = False
            try:
                return handler(event, context)
            except Exception as error:
                logger.exception("the function failed", **getattr(error, _RAISED_UNDER, {}))
                shown = redaction.told(error, HIDDEN)
                _fail(part, error, shown)
                if shown is error:
                    raise
                raise shown from None
            finally:
                if metrics.metric_set:  # an empty flush warns, and most requests count nothing
                    metrics.flush_metrics()

    return logger.inject_lambda_context(traced, clear_state=True)


def accept_correlation_id(*candidates: str | None) -> str:
    """The first well-formed id of `candidates`, else a new one; every later log line and the trace carry it.

    Ids come from callers: at most 128 letters, digits and `. _ = -`, so that none forges a log line or a header. What looks like
    a card, a phone or a token is none either: logs of some classes of data would mask it, and it does not belong into those of others.
    """
    for candidate in candidates:
        if candidate and _CORRELATION_ID.fullmatch(candidate) and redaction.redacted(candidate, "personal") == candidate:
            break
    else:
        candidate = uuid.uuid4().hex
    logger.set_correlation_id(candidate)
    annotate(CORRELATION_ATTRIBUTE, candidate)
    return candidate


def sent_id(content: Any, *path: str) -> str | None:
    """The text at `path` of what somebody sent, for `accept_correlation_id`; None where there is none. Never raises, so that
    the id is known before the content is judged, and a refusal is logged under it."""
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return content if isinstance(content, str) else None


def annotate(name: str, value: str | bool) -> None:
    """Makes traces findable by `value`: an annotation of the invocation's part of the trace, or of the message's at work."""
    if part := segments.here():
        part.annotate(name, value)


def in_this_trace(work: Callable[..., Result]) -> Callable[..., Result]:
    """`work`, to be run in other threads: what it calls belongs to this invocation's trace, which a thread does not know of."""
    here = copy_context()

    @wraps(work)
    def run(*arguments: Any) -> Result:
        return here.copy().run(work, *arguments)  # a context is entered by one thread at a time

    return run


@contextmanager
def called(method: str, address: str) -> Iterator[Callable[[int], None]]:
    """A call to somebody else's API is a part of the trace; what is yielded is to be told the status of the answer."""
    with segments.remote(method, address) as part:
        try:
            yield lambda status: segments.answered(part, status)
        except Exception as error:
            if part:
                part.fail(type(error).__name__, text_for_traces(redaction.text_of(error)))
            raise


def text_for_traces(text: str) -> str:
    """What a trace may keep of a text that quotes: traces leave the protection that logs have in the account."""
    return redaction.MASK if HIDDEN == "unlisted" else str(redaction.redacted(text, HIDDEN))


def correlation_id() -> str:
    """The id that was accepted for the request or message at work."""
    return logger.get_correlation_id() or ""


@contextmanager
def correlated(*candidates: str | None, **keys: Any) -> Iterator[str]:
    """Inside the block every log line carries the correlation id of one message and `keys`; afterwards the outer ones.

    In the trace the block is a part of its own, with its duration and its error.
    """
    outer = logger.get_correlation_id()
    try:
        with segments.part(MESSAGE_PART) as part:
            accepted = accept_correlation_id(*candidates)
            with logger.append_context_keys(**keys):
                try:
                    yield accepted
                except Exception as error:
                    _fail(part, error, redaction.told(error, HIDDEN))
                    if not hasattr(error, _RAISED_UNDER):  # the innermost block knows best
                        with suppress(AttributeError):
                            setattr(error, _RAISED_UNDER, {CORRELATION_ATTRIBUTE: accepted, **keys})
                    raise
    finally:
        logger.set_correlation_id(outer)


def _fail(part: segments.Part | None, error: BaseException, shown: BaseException) -> None:
    if part:
        part.fail(type(error).__name__, redaction.text_of(shown), error)


def count(name: str, value: int = 1) -> None:
    """Adds to a business metric (unit: count), written as one embedded-metric line when the invocation ends."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def count_by_function(name: str, value: int = 1) -> None:
    """As `count`, for this function alone: the metric has the dimension `function_name` besides, so that an alarm can tell
    the functions of a workload apart. Written at once."""
    with single_metric(name=name, unit=MetricUnit.Count, value=value) as metric:
        metric.add_dimension("service", os.environ.get("POWERTOOLS_SERVICE_NAME", ""))
        metric.add_dimension("function_name", os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""))
