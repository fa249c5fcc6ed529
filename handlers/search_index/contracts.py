"""What callers send to and get from the products API."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ProductId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""ASCII alone: DynamoDB sorts keys by their UTF-8 bytes, Python by code point, and for ASCII that is the same order."""

LARGEST_PRICE = 10**12


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProductText(_Model):
    """The body of `PUT /products/{product_id}`: the whole product, what is left out is gone."""

    name: str = Field(min_length=1, max_length=200)
    tags: list[Annotated[str, StringConstraints(min_length=1, max_length=64)]] = Field(default=[], max_length=20)
    description: str = Field(default="", max_length=2000, description="Found by its words as far as the 45 of a product reach")
    price_cents: int = Field(ge=0, le=LARGEST_PRICE, strict=True, description="In the currency's smallest unit")


class Product(ProductText):
    """A product as it is kept."""

    product_id: ProductId
    updated_at: str = Field(description="UTC, ISO 8601")


class Hit(_Model):
    """One product that has all words of the query."""

    product_id: ProductId
    name: str
    price_cents: int


class SearchPage(_Model):
    """The answer of `GET /products?query=...`, hits in the order of their ids."""

    hits: list[Hit]
    next_cursor: str | None = Field(
        description="Send it back as `cursor` for what follows; null at the end. A page may be short, or empty, and still have one"
    )
