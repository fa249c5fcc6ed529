"""Step `ask`: keeps the task token until a person answers. The workflow waits for the token, not for this function."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, Field

from loans import logic
from loans.contracts import AskInput
from loans.steps import run_step
from loans.store import ApprovalStore, KeptApproval
from loans.workflows import send_answer
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.observability import instrumented

KEPT = timedelta(days=30)
"""Longer than the workflow waits; `expires_at` is the table's attribute for time to live."""


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_approvals: str = Field(min_length=3)
    workflow_decide: str = Field(pattern=r"^arn:", description="ARN; named so that the manifest grants the answering of tasks")


class Asked(BaseModel):
    outcome: Literal["asked", "answered-before"]


@dataclass(frozen=True)
class Parts:
    """What lives as long as the execution environment."""

    approvals: ApprovalStore
    stepfunctions: Any


@cache
def parts() -> Parts:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    return Parts(ApprovalStore(client("dynamodb"), config.table_approvals), client("stepfunctions"))


def ask(given: AskInput) -> Asked:
    """Keeps the token. If this step ran before and a person has answered its token, the new one gets that answer: nobody
    is asked twice, and the workflow does not wait for an answer that was given."""
    at = logic.now()
    application = given.application
    question = KeptApproval(loan_id=application.loan_id, applicant_id=application.applicant_id, task_token=given.task_token)
    parts().approvals.ask(question, at, at + KEPT, given.correlation_id)
    kept = parts().approvals.find(application.loan_id)
    if kept is None or kept.approval is None:
        return Asked(outcome="asked")
    send_answer(parts().stepfunctions, given.task_token, kept.approval)
    return Asked(outcome="answered-before")


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """AskInput -> nothing that the workflow reads; its result is the Approval that is sent with the token."""
    return run_step(event, context, AskInput, ask)


if in_lambda():
    parts()
