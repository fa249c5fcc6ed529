"""What the queues bring. Fields that a sender adds later are ignored, so that senders can move first."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

OrderId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]  # becomes part of an object's key
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Sku = Annotated[str, Field(min_length=1, max_length=32)]
Time = Annotated[str, Field(min_length=10, max_length=40, description="UTC, ISO 8601; as the sender gives it")]
UnitPrice = Annotated[int, Field(ge=0, strict=True, description="In the currency's smallest unit (cents)")]

MOST_LINES = 100
"""Of one receipt."""
MOST_CORRECTIONS = 9999
"""Of one order: their numbers have four digits in the table, so that their order as text is that of the numbers."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Line(_Model):
    """One line of a paid order."""

    sku: Sku
    quantity: int = Field(ge=1, strict=True, description="Pieces")
    unit_price: UnitPrice


class PaidOrder(_Model):
    """The body of a message in the queue `paid-orders`."""

    order_id: OrderId
    currency: Currency = Field(description="ISO 4217 code")
    paid_at: Time
    lines: list[Line] = Field(min_length=1, max_length=MOST_LINES)


class CorrectedLine(_Model):
    """What a line is from now on, whatever it was before."""

    sku: Sku
    quantity: int = Field(ge=0, strict=True, description="Pieces; 0 takes the line out")
    unit_price: UnitPrice


class CorrectionNumber(_Model):
    """Which correction a message is: the part of it that must be readable to tell an old one from a new one."""

    order_id: OrderId = Field(description="Also the message's group: MessageGroupId")
    sequence: int = Field(ge=1, le=MOST_CORRECTIONS, strict=True, description="1 for the first correction of an order, then one more each")


class Correction(CorrectionNumber):
    """The body of a message in the FIFO queue `corrections`. The same number always has the same content."""

    corrected_at: Time
    reason: str = Field(min_length=1, max_length=200, description="Told on the receipt; no personal data")
    lines: list[CorrectedLine] = Field(min_length=1, max_length=MOST_LINES)
