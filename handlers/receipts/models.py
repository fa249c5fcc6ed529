"""What is kept."""

from pydantic import BaseModel, ConfigDict, Field

from receipts.contracts import Currency, Line


class Receipt(BaseModel):
    """The object that is kept. The same message gives the same bytes."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    paid_at: str
    currency: Currency
    lines: list[Line]
    total: int = Field(description="In the currency's smallest unit (cents)")


class CorrectedReceipt(BaseModel):
    """A receipt as one correction left it. It is never changed: the next correction makes another one."""

    model_config = ConfigDict(frozen=True)

    receipt: Receipt
    sequence: int = Field(description="Number of the correction")
    corrected_at: str
    reason: str
    digest: str = Field(description="SHA-256 of the correction's content: tells a repeated correction from another of the same number")
