"""What the queue brings and what is kept."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

OrderId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]  # becomes part of an object's key
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Line(BaseModel):
    """One line of a paid order. Fields that a sender adds later are ignored, so that senders can move first."""

    model_config = ConfigDict(frozen=True)

    sku: str = Field(min_length=1, max_length=32)
    quantity: int = Field(ge=1, strict=True, description="Pieces")
    unit_price: int = Field(ge=0, strict=True, description="In the currency's smallest unit (cents)")


class PaidOrder(BaseModel):
    """The body of a message."""

    model_config = ConfigDict(frozen=True)

    order_id: OrderId
    currency: Currency = Field(description="ISO 4217 code")
    paid_at: str = Field(min_length=10, max_length=40, description="UTC, ISO 8601; as the sender gives it")
    lines: list[Line] = Field(min_length=1, max_length=100)


class Receipt(BaseModel):
    """The object that is kept. The same message gives the same bytes."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    paid_at: str
    currency: str
    lines: list[Line]
    total: int = Field(description="In the currency's smallest unit (cents)")
