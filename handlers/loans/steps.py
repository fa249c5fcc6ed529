"""The form of a step of a workflow: plain JSON in, plain JSON out, the correlation id in every log line.

How a step tells what happened, so that a workflow can route by it:

- An expected outcome of the business (an invalid application, a bureau that is taken for broken) is a field of the result,
  and a Choice state goes by it. It is no failure: no alarm, no retry.
- TransientFailure is raised for what the workflow should retry, with backoff. Errors of AWS that may pass become one, by the table
  of all workers (`shared.refusals`); a denied permission as well, because an operator may be faster than the last retry.
- PermanentFailure, and every exception that nobody foresaw, is raised for what no retry helps: a Catch ends the workflow. What AWS
  refuses for good becomes one.

`Retry` and `Catch` match the exception's class name exactly (`"ErrorEquals": ["TransientFailure"]`). The embedded cloud calls
every error of a Python function `Runtime.HandlerError`, so there such a matcher never matches, and one that names
`Runtime.HandlerError` too retries both kinds: a business outcome must therefore never be routed by an exception.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from loans.contracts import Step
from shared.errors import PermanentFailure, TransientFailure, first_fault
from shared.observability import CORRELATION_ATTRIBUTE, accept_correlation_id, logger, sent_id
from shared.refusals import kind_of

Given = TypeVar("Given", bound=Step)
LOGGED = ("outcome", "status")
"""Fields of a result that are logged: what was decided, never about whom."""


def run_step(event: Any, context: Any, model: type[Given], work: Callable[[Given], BaseModel]) -> dict[str, Any]:
    """The step's result as JSON. Raises PermanentFailure naming the first field at fault if the input is not `model`'s."""
    accept_correlation_id(sent_id(event, CORRELATION_ATTRIBUTE), context.aws_request_id)
    try:
        given = model.model_validate(event)
    except ValidationError as error:
        raise PermanentFailure(first_fault(error, "input").text) from None
    result = _worded(work, given).model_dump(mode="json")
    logger.info("step done", loan_id=_loan_id(event), **{name: result[name] for name in LOGGED if name in result})
    return result


def _worded(work: Callable[[Given], BaseModel], given: Given) -> BaseModel:
    """`work`, whose errors of AWS are raised by a name that the workflow knows."""
    try:
        return work(given)
    except (PermanentFailure, TransientFailure):
        raise
    except Exception as error:
        kind, text = kind_of(error), f"{type(error).__name__}: {error}"
        if kind == "permanent":
            raise PermanentFailure(text) from error
        if kind != "unknown":
            raise TransientFailure(text, kind) from error
        raise


def _loan_id(event: dict[str, Any]) -> str | None:
    return event.get("loan_id") or (event.get("application") or {}).get("loan_id")
