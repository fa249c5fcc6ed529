"""What an order is, as callers send it and as it is kept."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Sku = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{0,31}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(_Model):
    """One line of an order."""

    sku: Sku = Field(description="Stock-keeping unit: upper-case letters, digits and hyphens")
    quantity: int = Field(ge=1, le=1000, strict=True, description="Pieces")


class NewOrder(_Model):
    """The body of `POST /orders`."""

    items: list[Item] = Field(min_length=1, max_length=100)
    reference: str | None = Field(default=None, min_length=1, max_length=64, description="The caller's own name for the order")


class Order(_Model):
    """An order as it was accepted; the answer of both routes."""

    order_id: str
    status: Literal["accepted"] = "accepted"
    created_at: str = Field(description="UTC, ISO 8601")
    items: list[Item]
    reference: str | None = None


class KeptOrder(_Model):
    """An order with what is never told to a caller."""

    order: Order
    customer_id: str = Field(description="The `sub` claim of the caller; only this caller may read the order")
    request_digest: str = Field(description="SHA-256 of the request's body: tells a repeated request from another one")


class Position(_Model):
    """Where a page ended: the last order on it."""

    order_id: str = Field(min_length=1, max_length=64)
    created_at: str = Field(min_length=10, max_length=40)


class Page(_Model):
    """A customer's orders, newest first; the answer of `GET /orders`."""

    orders: list[Order]
    end: Position | None = Field(default=None, description="None: there are no more")
