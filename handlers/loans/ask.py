"""Step `ask`: keeps the task token until a person answers. The workflow waits for the token, not for this function."""

from datetime import timedelta
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, Field

from loans import logic
from loans.contracts import AskInput
from loans.steps import run_step
from loans.store import ApprovalStore, KeptApproval
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.observability import instrumented

KEPT = timedelta(days=30)
"""Longer than the workflow waits; `expires_at` is the table's attribute for time to live."""


class Config(FunctionConfig):
    """What the platform must set for this function. Not the workflow's ARN: the workflow needs this function's first."""

    table_approvals: str = Field(min_length=3)


class Asked(BaseModel):
    outcome: Literal["asked"] = "asked"


@cache
def approvals() -> ApprovalStore:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    return ApprovalStore(client("dynamodb"), load_config(Config).table_approvals)


def ask(given: AskInput) -> Asked:
    """Keeps the token. If this step ran before, a person is asked again: had the answer to the earlier token arrived, the
    workflow would not have come here."""
    at = logic.now()
    application = given.application
    question = KeptApproval(loan_id=application.loan_id, applicant_id=application.applicant_id, task_token=given.task_token)
    approvals().ask(question, at, at + KEPT, given.correlation_id)
    return Asked()


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """AskInput -> nothing that the workflow reads; its result is the Approval that is sent with the token."""
    return run_step(event, context, AskInput, ask)


if in_lambda():
    approvals()
