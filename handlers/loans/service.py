"""What the API's routes mean. No Lambda, no AWS: callers hand in stores and workflows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from loans import logic
from loans.contracts import Application, Approval, ApprovalRequest, Loan, LoanQuote, LoanQuoteRequest, LoanRequest
from loans.store import KeptApproval, KeptLoan
from loans.workflows import Arrival


class Loans(Protocol):
    def add(self, kept: KeptLoan) -> bool: ...

    def find(self, loan_id: str) -> KeptLoan | None: ...


class Approvals(Protocol):
    def find(self, loan_id: str) -> KeptApproval | None: ...

    def answer(self, loan_id: str, approval: Approval) -> tuple[KeptApproval, bool] | None: ...


class Startable(Protocol):
    def start(self, name: str, content: dict[str, Any]) -> None: ...


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


def receive(
    request: LoanRequest,
    applicant_id: str,
    key: str,
    correlation_id: str,
    loans: Loans,
    clock: Callable[[], datetime] = logic.now,
) -> tuple[KeptLoan, bool]:
    """Keeps the loan; the loan, and whether this call is the first one with this key. Raises KeyReused."""
    loan_id = logic.loan_id(applicant_id, key)
    kept = KeptLoan(
        loan=Loan(
            loan_id=loan_id, status="received", amount=request.amount, months=request.months, created_at=logic.iso(clock())
        ),
        application=Application(loan_id=loan_id, applicant_id=applicant_id, request=request),
        correlation_id=correlation_id,
        request_digest=logic.digest(request),
    )
    if loans.add(kept):
        return kept, True
    earlier = loans.find(loan_id)
    if earlier is None or (earlier.application.applicant_id, earlier.request_digest) != (applicant_id, kept.request_digest):
        raise KeyReused(key)
    return earlier, False


def start(kept: KeptLoan, decide: Startable) -> None:
    """Starts the loan's workflow unless it was started before, be it by the request before, which died after it had kept the loan.

    The workflow's name is the loan's id, so that a second one cannot be. What Step Functions answers does not tell who started it: the
    same name and input succeed again while the first execution runs, and are refused once it has ended.
    """
    if kept.loan.status == "received":  # a decided one is not started again, also when the name is free again (after 90 days)
        decide.start(
            kept.loan.loan_id, {"correlation_id": kept.correlation_id, "application": kept.application.model_dump(mode="json")}
        )


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
    send: Callable[[str, Approval], Arrival],
) -> Approval:
    """Keeps the decision, then answers the workflow; sent again, the same decision succeeds again.

    A workflow that waits no more may have this very answer: an earlier request, or an earlier try of this one, whose own answer was
    lost, may have brought it. Then the loan decides what is told: too late is only what came after the workflow had given up.

    Raises NotAsked, OwnLoan, AnsweredOtherwise, TooLate.
    """
    question = approvals.find(loan_id)
    if question is None:
        raise NotAsked(loan_id)
    if question.applicant_id == approver:
        raise OwnLoan(loan_id)
    given = Approval(approved=request.approved, reason=request.reason, by=approver)
    answered = approvals.answer(loan_id, given)
    if answered is None:
        raise NotAsked(loan_id)
    kept, first = answered
    if kept.approval != given:
        raise AnsweredOtherwise(loan_id)
    arrival = send(kept.task_token, given)
    sent_before = not first or arrival == "gone-after-another-try"
    if arrival != "arrived" and not (sent_before and _may_have_arrived(loan_id, loans)):
        raise TooLate(loan_id)
    return given


def _may_have_arrived(loan_id: str, loans: Loans) -> bool:
    """Whether the workflow has not given up: it has recorded a decision that people and rules give, or is on its way to do so."""
    kept = loans.find(loan_id)
    return kept is not None and kept.loan.status in ("received", "approved", "declined")


def quote(request: LoanQuoteRequest, correlation_id: str, price: Runnable) -> LoanQuote:
    """What the express workflow says that the loan would cost."""
    content = {"correlation_id": correlation_id, "request": request.model_dump(mode="json")}
    return LoanQuote.model_validate(price.run(content))
