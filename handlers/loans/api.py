"""The HTTP side: `POST /loans`, `GET /loans/{loan_id}`, `POST /loans/{loan_id}/approval`, `POST /quotes-for-loans`."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import Field

from loans import service
from loans.contracts import ApprovalRequest, LoanQuoteRequest, LoanRequest
from loans.store import ApprovalStore, LoanStore
from loans.workflows import Decide, Price, send_answer
from shared.clients import client, in_lambda
from shared.config import GROUPS_CLAIM, FunctionConfig, load_config
from shared.errors import Problem
from shared.http import answer, caller, read_body, serve
from shared.idempotency_keys import idempotency_key, reused
from shared.observability import correlation_id, count, instrumented, logger
from shared.routes import Response, Routes

APPROVERS = "approvers"
"""Group whose members decide about loans, others' only."""
PRICE_SECONDS = 6
"""How long the caller of a price waits: cold starts of its step included, below the function's timeout."""
app = Routes()


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_loans: str = Field(min_length=3)
    table_approvals: str = Field(min_length=3)
    workflow_decide: str = Field(pattern=r"^arn:")
    workflow_price: str = Field(pattern=r"^arn:")
    token_groups_claim: str = GROUPS_CLAIM


@dataclass(frozen=True)
class Parts:
    """What lives as long as the execution environment."""

    loans: LoanStore
    approvals: ApprovalStore
    decide: Decide
    price: Price
    stepfunctions: Any
    groups_claim: str


@cache
def parts() -> Parts:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    dynamodb, stepfunctions = client("dynamodb"), client("stepfunctions")
    waiting = client("stepfunctions", read_timeout_seconds=PRICE_SECONDS, attempts=1)
    return Parts(
        LoanStore(dynamodb, config.table_loans),
        ApprovalStore(dynamodb, config.table_approvals),
        Decide(stepfunctions, config.workflow_decide),
        Price(waiting, config.workflow_price),
        stepfunctions,
        config.token_groups_claim,
    )


@app.post("/loans")
def create() -> Response:
    applicant_id = caller(app.current_event)
    key = idempotency_key(app.current_event)
    request = read_body(app.current_event, LoanRequest)
    try:
        kept, new = service.receive(request, applicant_id, key, correlation_id(), parts().loans)
    except service.KeyReused:
        raise reused() from None
    if new:
        count("LoansReceived")
    service.start(kept, parts().decide)
    logger.info("loan accepted" if new else "loan was accepted before", loan_id=kept.loan.loan_id)
    return answer(202, kept.loan.model_dump(mode="json"), {"location": f"/loans/{kept.loan.loan_id}"})


@app.get("/loans/{loan_id}")
def get(loan_id: str) -> Response:
    loan = service.get(loan_id, caller(app.current_event), parts().loans)
    if loan is None:
        raise Problem(404, "you have no loan of this id", "loan_id")
    logger.info("loan read", loan_id=loan.loan_id)
    return answer(200, loan.model_dump(mode="json"))


@app.post("/loans/{loan_id}/approval")
def approve(loan_id: str) -> Response:
    approver = caller(app.current_event)
    if APPROVERS not in groups(app.current_event):
        raise Problem(403, f"only members of the group '{APPROVERS}' decide about loans")
    request = read_body(app.current_event, ApprovalRequest)
    used = parts()
    try:
        approval = service.approve(
            loan_id,
            request,
            approver,
            used.approvals,
            used.loans,
            lambda token, given: send_answer(used.stepfunctions, token, given),
        )
    except service.NotAsked:
        raise Problem(404, "no decision about a loan of this id is asked for", "loan_id") from None
    except service.OwnLoan:
        raise Problem(403, "nobody decides about their own loan") from None
    except service.AnsweredOtherwise:
        raise Problem(409, "somebody has decided otherwise") from None
    except service.TooLate:
        raise Problem(409, "it is too late: nobody waits for this decision any more") from None
    logger.info("decision about loan given", loan_id=loan_id, approved=approval.approved)
    return answer(200, {"loan_id": loan_id, "approved": approval.approved, "reason": approval.reason})


@app.post("/quotes-for-loans")
def quote() -> Response:
    caller(app.current_event)
    request = read_body(app.current_event, LoanQuoteRequest)
    given = service.quote(request, correlation_id(), parts().price)
    logger.info("loan priced", months=request.months)
    return answer(200, given.model_dump(mode="json"))


def groups(event: Any) -> frozenset[str]:
    """Groups of the verified token's user: API Gateway gives the claim as text, `[a b]`."""
    context = event.raw_event.get("requestContext", {})
    claims = ((context.get("authorizer") or {}).get("jwt") or {}).get("claims", {})
    told = claims.get(parts().groups_claim) or ""
    return frozenset(told if isinstance(told, list) else re.split(r"[\s,]+", told.strip("[] ")))


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)


if in_lambda():
    parts()
