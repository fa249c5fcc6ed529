"""Rules about loans. No Lambda, no AWS."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from loans.contracts import (
    Application,
    Band,
    Decision,
    Document,
    DocumentCheck,
    LoanQuote,
    LoanQuoteRequest,
    LoanRequest,
    RecordInput,
    Validation,
)
from shared.errors import PermanentFailure

LARGEST_SHARE_PERCENT = 40
"""Of the income that goes into the loan's repayment, interest left out."""
NEEDED = ("identity", "income")
INCOME_VALID = timedelta(days=100)
"""A proof of income is no older than about a quarter of a year."""
GOOD_FROM, MIDDLE_FROM = 650, 450
RATES: tuple[tuple[int, Decimal], ...] = ((24, Decimal("5.90")), (60, Decimal("6.90")), (120, Decimal("7.90")))
"""(months up to which it holds, per cent per year)."""


def now() -> datetime:
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def loan_id(applicant_id: str, key: str) -> str:
    """Derived from the idempotency key, so that a request that is sent again finds its loan and its workflow."""
    return "loan_" + hashlib.sha256(f"{len(applicant_id)}:{applicant_id}{key}".encode()).hexdigest()[:32]


def digest(request: LoanRequest) -> str:
    return hashlib.sha256(request.model_dump_json().encode()).hexdigest()


def validate(application: Application) -> Validation:
    """The rules that need nobody else's word, all that are broken at once."""
    request = application.request
    reasons = []
    if request.amount * 100 > request.monthly_income * request.months * LARGEST_SHARE_PERCENT:
        reasons.append(f"the repayment takes more than {LARGEST_SHARE_PERCENT} % of the income")
    kinds = {document.kind for document in request.documents}
    reasons += [f"a document of kind '{kind}' is missing" for kind in NEEDED if kind not in kinds]
    ids = [document.document_id for document in request.documents]
    reasons += [f"document '{each}' is there twice" for each in sorted({each for each in ids if ids.count(each) > 1})]
    return Validation(outcome="invalid" if reasons else "valid", reasons=reasons)


def check_document(document: Document, today: date) -> DocumentCheck:
    """Whether a document counts today."""
    reason = None
    if document.issued_on > today:
        reason = "issued in the future"
    elif document.expires_on is not None and document.expires_on < today:
        reason = "expired"
    elif document.kind == "identity" and document.expires_on is None:
        reason = "a document of identity needs the day on which it expires"
    elif document.kind == "income" and today - document.issued_on > INCOME_VALID:
        reason = f"older than {INCOME_VALID.days} days"
    return DocumentCheck(document_id=document.document_id, outcome="rejected" if reason else "accepted", reason=reason)


def band(score: int) -> Band:
    """What the workflow chooses by."""
    if score >= GOOD_FROM:
        return "good"
    return "middle" if score >= MIDDLE_FROM else "poor"


def price(request: LoanQuoteRequest) -> LoanQuote:
    """Equal payments at the end of each month, half-even to the cent."""
    percent = next(rate for months, rate in RATES if request.months <= months)
    monthly = percent / 1200
    growth = (1 + monthly) ** request.months
    payment = (request.amount * monthly * growth / (growth - 1)).quantize(Decimal(1), ROUND_HALF_EVEN)
    return LoanQuote(monthly_payment=int(payment), total=int(payment) * request.months, rate_percent=str(percent))


def decision(given: RecordInput) -> Decision:
    """What is to be recorded. Raises PermanentFailure if the workflow's definition gives both sides or neither."""
    if (given.decision is None) == (given.approval is None):
        raise PermanentFailure("exactly one of decision and approval must be given")
    if given.decision is not None:
        return given.decision
    assert given.approval is not None
    return Decision(status="approved" if given.approval.approved else "declined", reason=given.approval.reason)
