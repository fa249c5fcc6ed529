"""`PUT` and `DELETE /products/{product_id}`, `GET /products?query=...`: parse, one call into the logic, answer."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from search_index import logic
from search_index.contracts import ProductId, ProductText
from search_index.models import Cursor
from search_index.store import IndexTable, ProductTable
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import Problem
from shared.http import answer, caller, read, read_body, serve
from shared.observability import correlation_id, count, instrumented, logger
from shared.paging import LONGEST_CURSOR, position_of
from shared.routes import Response, Routes

_PRODUCT_ID: TypeAdapter[str] = TypeAdapter(ProductId)
app = Routes()


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_products: str = Field(min_length=3)
    table_terms: str = Field(min_length=3)


@dataclass(frozen=True)
class Parts:
    """What lives as long as the execution environment."""

    products: ProductTable
    index: IndexTable


class SearchParameters(BaseModel):
    """The query string of a search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: str = Field(min_length=1, max_length=200)
    limit: int = Field(default=20, ge=1, le=50, description="Hits of one page")
    cursor: str | None = Field(default=None, max_length=LONGEST_CURSOR)


@cache
def parts() -> Parts:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    dynamodb = client("dynamodb")
    return Parts(ProductTable(dynamodb, config.table_products), IndexTable(dynamodb, config.table_terms))


@app.put("/products/{product_id}")
def put(product_id: str) -> Response:
    owner = caller(app.current_event)
    text = read_body(app.current_event, ProductText)
    kept = logic.put(checked(product_id), text, owner, correlation_id(), parts().products)
    if kept is None:
        raise Problem(403, "this product belongs to another account", "product_id")
    product, created = kept
    count("ProductsWritten")
    logger.info("product written", product_id=product.product_id, new=created)
    return answer(201 if created else 200, product.model_dump(mode="json"))


@app.delete("/products/{product_id}")
def remove(product_id: str) -> Response:
    if not parts().products.remove(checked(product_id), caller(app.current_event)):
        raise Problem(404, "you have no product of this id", "product_id")
    logger.info("product removed", product_id=product_id)
    return answer(200, {"product_id": product_id, "removed": True})


@app.get("/products")
def search() -> Response:
    query = app.current_event.query_string_parameters or {}
    wanted = read(query, SearchParameters, "query")
    cursor = position_of(query, Cursor)
    try:
        page = logic.search(wanted.query, cursor, wanted.limit, parts().index)
    except logic.OtherQuery:
        raise Problem(400, "the cursor belongs to another query", "cursor") from None
    except ValueError as error:
        raise Problem(400, str(error), "query") from None
    logger.info("products searched", hits=len(page.hits), more=page.next_cursor is not None)
    return answer(200, page.model_dump(mode="json"))


def checked(product_id: str) -> str:
    """Raises Problem 400 if this cannot be the id of a product."""
    try:
        return _PRODUCT_ID.validate_python(product_id)
    except ValidationError:
        raise Problem(400, "an id is 1 to 64 letters, digits, hyphens or underscores", "product_id") from None


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)


if in_lambda():
    parts()
