"""What callers send, and what goes from step to step of the workflows `decide` and `price`.

Every step's input holds `correlation_id`. Amounts are whole numbers of the smallest unit (cents) of one currency, EUR.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
LoanId = Annotated[str, StringConstraints(pattern=r"^loan_[0-9a-f]{32}$")]
Cents = Annotated[int, Field(strict=True)]
Months = Annotated[int, Field(ge=6, le=120, strict=True)]
Status = Literal["received", "approved", "declined", "expired", "failed"]
Band = Literal["good", "middle", "poor", "unknown"]


class _Sent(BaseModel):
    """From callers: nothing but what is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Passed(BaseModel):
    """From step to step: a workflow may add what one step does not need."""

    model_config = ConfigDict(frozen=True)


class Document(_Sent):
    """What an applicant shows."""

    document_id: Id
    kind: Literal["identity", "income"]
    issued_on: date
    expires_on: date | None = None


class LoanRequest(_Sent):
    """The body of `POST /loans`."""

    amount: Cents = Field(ge=50_000, le=7_500_000, description="Cents")
    months: Months
    monthly_income: Cents = Field(ge=0, le=100_000_000, description="Cents, after tax")
    documents: list[Document] = Field(min_length=1, max_length=10)


class LoanQuoteRequest(_Sent):
    """The body of `POST /quotes-for-loans`."""

    amount: Cents = Field(ge=50_000, le=7_500_000, description="Cents")
    months: Months


class ApprovalRequest(_Sent):
    """The body of `POST /loans/{loan_id}/approval`."""

    approved: bool = Field(strict=True)
    reason: str = Field(min_length=1, max_length=500)


class Loan(_Passed):
    """What an applicant is told of a loan."""

    loan_id: LoanId
    status: Status
    amount: int = Field(description="Cents")
    months: int
    created_at: str = Field(description="UTC, ISO 8601")
    decided_at: str | None = Field(default=None, description="UTC, ISO 8601")
    reason: str | None = None


class LoanQuote(_Passed):
    """What a loan would cost: the output of `price` and the answer of `POST /quotes-for-loans`."""

    monthly_payment: int = Field(description="Cents; the last one may differ by rounding")
    total: int = Field(description="Cents")
    rate_percent: str = Field(description="Nominal, per year")


class Application(_Passed):
    """The loan as the workflow knows it."""

    loan_id: LoanId
    applicant_id: str = Field(min_length=1, max_length=128)
    request: LoanRequest


class Step(_Passed):
    """What the input of every step has."""

    correlation_id: str = Field(min_length=1, max_length=128)


class ValidateInput(Step):
    """The workflow's own input, too."""

    application: Application


class Validation(_Passed):
    """Output of `validate`. An application that breaks a rule is an outcome and no failure."""

    outcome: Literal["valid", "invalid"]
    reasons: list[str] = []


class ScoreInput(Step):
    application: Application
    attempt: int = Field(default=0, ge=0, description="How often the workflow has tried this step again: its RetryCount")
    retries: int = Field(default=3, ge=0, description="How often it does: MaxAttempts of its Retry")


class ScoreResult(_Passed):
    """Output of `score`. `unavailable`: the bureau is taken for broken, or the last retry failed too; a person decides."""

    outcome: Literal["scored", "no-history", "unavailable"]
    band: Band
    score: int | None = Field(default=None, ge=0, le=1000)
    reference: str | None = Field(default=None, description="The bureau's, for questions")


class CheckInput(Step):
    """One item of the map over the application's documents."""

    loan_id: LoanId
    document: Document


class DocumentCheck(_Passed):
    """Output of `check-document`."""

    document_id: str
    outcome: Literal["accepted", "rejected"]
    reason: str | None = None


class AskInput(Step):
    """`task_token` comes from the context object; the workflow waits until it is answered or its time is over."""

    task_token: str = Field(min_length=1, max_length=2048)
    application: Application
    score: ScoreResult | None = None
    documents: list[DocumentCheck] = []


class Approval(_Passed):
    """What a person decided: the output of `ask`, sent with the task token."""

    approved: bool
    reason: str
    by: str = Field(description="The `sub` claim of who decided")


class Decision(_Passed):
    """What the workflow's own rules, its clock or a failure decided."""

    status: Literal["approved", "declined", "expired", "failed"]
    reason: str = Field(default="", max_length=2000)


class RecordInput(Step):
    """Exactly one of `decision` and `approval`."""

    application: Application
    decision: Decision | None = None
    approval: Approval | None = None


class Recorded(_Passed):
    """Output of `record` and of the workflow."""

    loan_id: LoanId
    status: Status
    reason: str


class PriceInput(Step):
    """The input of the express workflow."""

    request: LoanQuoteRequest


class BureauScore(BaseModel):
    """The credit bureau's answer; fields that it adds are ignored."""

    model_config = ConfigDict(frozen=True)

    score: int = Field(ge=0, le=1000, strict=True)
    reference: str = Field(min_length=1, max_length=128)
