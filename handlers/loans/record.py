"""Step `record`: writes what was decided, once."""

from functools import cache
from typing import Any

from pydantic import Field

from loans import logic
from loans.contracts import Recorded, RecordInput
from loans.steps import run_step
from loans.store import LoanStore
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import PermanentFailure
from shared.observability import count, instrumented


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_loans: str = Field(min_length=3)


@cache
def store() -> LoanStore:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    return LoanStore(client("dynamodb"), load_config(Config).table_loans)


def record(given: RecordInput) -> Recorded:
    """The decision that counts: the first. A step that is retried after it wrote tells what it wrote, and counts it no more."""
    counts = store().decide(given.application.loan_id, logic.decision(given), logic.now())
    if counts is None:
        raise PermanentFailure("there is no loan of this id")
    if counts.first:
        count("LoansDecided")
    return Recorded(loan_id=given.application.loan_id, status=counts.status, reason=counts.reason)


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """RecordInput -> Recorded."""
    return run_step(event, context, RecordInput, record)


if in_lambda():
    store()
