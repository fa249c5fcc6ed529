"""What the index keeps, and the cursor with which a search goes on."""

import hashlib
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from search_index.contracts import LARGEST_PRICE, ProductId

SEQUENCE_DIGITS = 40
"""Longest sequence number of a DynamoDB stream (API reference, StreamRecord). DynamoDB's own numbers hold 38 digits, so
sequence numbers are kept as text, filled with zeros, in which form they sort like numbers."""


def sortable(sequence_number: str) -> str:
    """A stream's sequence number as text that sorts by its value. Raises ValueError for anything else than 1 to 40 digits."""
    if not (sequence_number.isascii() and sequence_number.isdigit() and len(sequence_number) <= SEQUENCE_DIGITS):
        raise ValueError("not a sequence number of a DynamoDB stream")
    return sequence_number.zfill(SEQUENCE_DIGITS)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Indexed(BaseModel):
    """A product as far as the index reads it from the stream; other attributes are the API's own."""

    model_config = ConfigDict(frozen=True)

    name: str
    tags: list[str] = []
    description: str = ""
    price_cents: int = Field(ge=0, le=LARGEST_PRICE)
    """As the API takes it. Others may write the table, and DynamoDB's numbers go up to 10^125, of which it keeps 38 digits."""


class State(_Model):
    """Which change of a product the index shows, and under which terms. Kept after a delete, so that an old change that
    comes again finds it."""

    sequence: str = Field(pattern=r"^[0-9]{40}$")
    terms: list[str] = []


class Cursor(_Model):
    """Where a search goes on. It grants nothing: it names a place in results that its holder may read anyway, so it is
    checked for its form and against the query, and carries no signature."""

    version: Literal[1] = 1
    query: str = Field(pattern=r"^[0-9a-f]{16}$", description="Digest of the query's terms")
    at: ProductId
    inclusive: bool = Field(description="Whether `at` itself is still to be looked at")


def query_digest(terms: Sequence[str]) -> str:
    """Tells queries apart; the order of words is no difference."""
    return hashlib.sha256(" ".join(sorted(terms)).encode()).hexdigest()[:16]
