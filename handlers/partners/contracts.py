"""What partners send and what they are told.

QuoteRequest is checked at the edge too, by API Gateway, which knows JSON schema draft 4: no bounds with "exclusive", no
constants, no nested models (`$defs`).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Grams = Annotated[int, Field(ge=1, le=30_000, strict=True)]
Currency = Literal["CHF", "EUR", "GBP"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuoteRequest(_Model):
    """The body of `POST /quotes`: parcels that go to one country."""

    reference: Reference = Field(description="The partner's own name for the request; the same one gives the same quote")
    destination: Country = Field(description="ISO 3166-1 alpha-2 code")
    service: Literal["standard", "express"]
    parcels_grams: list[Grams] = Field(min_length=1, max_length=50, description="Weight of each parcel in grams")


class QuoteQuery(BaseModel):
    """The query of `GET /quotes/{quote_id}`. Other parameters are ignored."""

    model_config = ConfigDict(frozen=True)

    currency: Currency


class Quote(_Model):
    """The answer of both routes."""

    quote_id: str
    reference: str
    currency: Currency
    price: int = Field(ge=0, description="In the currency's smallest unit (cents, pence, rappen)")
    status: Literal["open", "expired"]
    created_at: str = Field(description="UTC, ISO 8601")
    valid_until: str = Field(description="UTC, ISO 8601")


class KeptQuote(_Model):
    """A quote as it is kept: with its prices in all currencies, so that a later tariff does not change it."""

    quote_id: str
    caller: str = Field(description="Id of the API key; only this partner may read the quote")
    request: QuoteRequest
    prices: dict[Currency, int]
    created_at: int = Field(description="Seconds since 1970")
    valid_until: int = Field(description="Seconds since 1970")
