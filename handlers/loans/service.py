"""What the API's routes mean. No Lambda, no AWS: callers hand in stores and workflows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from loans import logic
from loans.contracts import Application, Approval, ApprovalRequest, Loan, LoanQuote, LoanQuoteRequest, LoanRequest
from loans.store import KeptApproval, KeptLoan


class Loans(Protocol):
    def add(self, kept: KeptLoan) -> bool: ...

    def find(self, loan_id: str) -> KeptLoan | None: ...


class Approvals(Protocol):
    def find(self, loan_id: str) -> KeptApproval | None: ...

    def answer(self, loan_id: str, approval: Approval) -> KeptApproval | None: ...


class Startable(Protocol):
    def start(self, name: str, content: dict[str, Any]) -> bool: ...


class Runnable(Protocol):
    def run(self, content: dict[str, Any]) -> dict[str, Any]: ...


class KeyReused(Exception):
    """The same caller used the same idempotency key for another request."""


class NotAsked(Exception):
    """No workflow has asked for a decision about this loan."""


class OwnLoan(Exception):
    """Who asked for a loan must not approve it."""


class AnsweredOtherwise(Exception):
    """Another decision was given first."""


class TooLate(Exception):
    """The workflow waits no more: its time is over."""


def create(
    request: LoanRequest,
    applicant_id: str,
    key: str,
    correlation_id: str,
    loans: Loans,
    decide: Startable,
    clock: Callable[[], datetime] = logic.now,
) -> tuple[Loan, bool]:
    """Keeps the loan and starts its workflow; the loan, and whether this call started it.

    A function that died between the two is mended by the next attempt: it finds the loan as received and starts the
    workflow, whose name is the loan's id, so that a second one cannot be. Raises KeyReused.
    """
    loan_id = logic.loan_id(applicant_id, key)
    kept = KeptLoan(
        loan=Loan(
            loan_id=loan_id, status="received", amount=request.amount, months=request.months, created_at=logic.iso(clock())
        ),
        application=Application(loan_id=loan_id, applicant_id=applicant_id, request=request),
        correlation_id=correlation_id,
        request_digest=logic.digest(request),
    )
    if not loans.add(kept):
        earlier = loans.find(loan_id)
        if earlier is None or (earlier.application.applicant_id, earlier.request_digest) != (applicant_id, kept.request_digest):
            raise KeyReused(key)
        kept = earlier
    # A decided loan is not started again, also when the workflow's name is free again (after 90 days).
    started = kept.loan.status == "received" and decide.start(
        loan_id, {"correlation_id": kept.correlation_id, "application": kept.application.model_dump(mode="json")}
    )
    return kept.loan, started


def get(loan_id: str, applicant_id: str, loans: Loans) -> Loan | None:
    """The applicant's own loan, else None: whether somebody else has one of that id is not told."""
    kept = loans.find(loan_id)
    return kept.loan if kept and kept.application.applicant_id == applicant_id else None


def approve(
    loan_id: str,
    request: ApprovalRequest,
    approver: str,
    approvals: Approvals,
    loans: Loans,
    send: Callable[[str, Approval], bool],
) -> Approval:
    """Keeps the decision, then answers the workflow; sent again, the same decision succeeds again.

    Raises NotAsked, OwnLoan, AnsweredOtherwise, TooLate.
    """
    question = approvals.find(loan_id)
    if question is None:
        raise NotAsked(loan_id)
    if question.applicant_id == approver:
        raise OwnLoan(loan_id)
    given = Approval(approved=request.approved, reason=request.reason, by=approver)
    repeated = question.approval is not None
    kept = approvals.answer(loan_id, given)
    if kept is None or kept.approval is None:
        raise NotAsked(loan_id)
    if kept.approval != given:
        raise AnsweredOtherwise(loan_id)
    if not send(kept.task_token, given) and not (repeated and _arrived(loan_id, loans)):
        raise TooLate(loan_id)
    return given


def _arrived(loan_id: str, loans: Loans) -> bool:
    """Whether an answer that is sent once more may have reached the workflow the first time."""
    kept = loans.find(loan_id)
    return kept is not None and kept.loan.status in ("received", "approved", "declined")


def quote(request: LoanQuoteRequest, correlation_id: str, price: Runnable) -> LoanQuote:
    """What the express workflow says that the loan would cost."""
    content = {"correlation_id": correlation_id, "request": request.model_dump(mode="json")}
    return LoanQuote.model_validate(price.run(content))
