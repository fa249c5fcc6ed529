"""What callers send and are told, and what is kept."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Sku = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
"""Without `#`, which parts the keys of shards."""

Status = Literal["held", "confirmed", "released", "expired"]
"""Of a reservation. It begins as held and changes once."""

LONGEST_HOLD_SECONDS = 3600


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewReservation(_Model):
    """The body of `POST /items/{sku}/reservations`: one item, for a while."""

    hold_seconds: int = Field(
        default=900, ge=1, le=LONGEST_HOLD_SECONDS, strict=True, description="Seconds for which the item is held; then it is anybody's"
    )


class NewStock(_Model):
    """The body of `PUT /items/{sku}/stock`."""

    on_hand: int = Field(ge=0, le=1_000_000, strict=True, description="Items on the shelf, those that are reserved included")


class Reservation(_Model):
    """One item that is held for one customer."""

    reservation_id: str
    sku: Sku
    status: Status
    created_at: int = Field(description="Seconds since 1970")
    held_until: int = Field(description="Seconds since 1970; from this second on a reservation that is only held is gone")


class Stock(_Model):
    """How many items of one kind there are; the sum of all shards."""

    sku: Sku
    on_hand: int = Field(ge=0, description="Items on the shelf, those that are reserved included")
    available: int = Field(ge=0, description="Items that can be reserved; never told too high")


class KeptReservation(_Model):
    """A reservation with what is never told to a caller."""

    reservation: Reservation
    customer_id: str = Field(description="The `sub` claim of the caller; only this caller may read and change the reservation")
    hold_seconds: int = Field(description="As asked for: tells a repeated request from another one")
    shard: int = Field(ge=0, description="Shard that the item was taken from; it is given back to the same one")
    expires_at: int | None = Field(
        default=None,
        description="Seconds since 1970, the table's attribute for time to live. Only of a reservation whose item is accounted for",
    )
