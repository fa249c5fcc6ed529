"""Follows the stream of the products table: the index shows every product as its newest change left it.

A change that cannot be read fails like any other: it and those after it stay until the event source mapping gives it up to its
on-failure destination. The index would otherwise show for good what the table does not hold, and nobody would know.
"""

from functools import cache
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from search_index import logic
from search_index.contracts import ProductId
from search_index.models import Indexed, sortable
from search_index.store import IndexTable
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import PermanentFailure, first_fault
from shared.observability import count, instrumented, logger
from shared.streams import Change, changes, process_in_order

_PRODUCT_ID: TypeAdapter[str] = TypeAdapter(ProductId)


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_terms: str = Field(min_length=3)


@cache
def parts() -> IndexTable:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    return IndexTable(client("dynamodb"), load_config(Config).table_terms)


def read(change: Change) -> tuple[str, Indexed | None, str]:
    """Product id, content (None: removed) and place in the stream. Raises PermanentFailure naming the field at fault."""
    try:
        product_id = _PRODUCT_ID.validate_python(change.keys.get("product_id"))
    except ValidationError:
        raise PermanentFailure("product_id: not an id of a product") from None
    try:
        sequence = sortable(change.sequence_number)
    except ValueError as error:
        raise PermanentFailure(f"SequenceNumber: {error}") from None
    if change.kind == "REMOVE":
        return product_id, None, sequence
    if change.new is None:
        raise PermanentFailure("NewImage: missing; the stream must carry new images")
    try:
        return product_id, Indexed.model_validate(change.new), sequence
    except ValidationError as error:
        raise PermanentFailure(first_fault(error, "NewImage").text) from None


def apply(change: Change) -> None:
    product_id, content, sequence = read(change)
    shown = logic.follow(product_id, content, sequence, parts())
    if shown:
        count("ProductsIndexed")
    logger.info("index follows" if shown else "index was newer", product_id=product_id, kind=change.kind)


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return process_in_order(changes(event), apply)


if in_lambda():
    parts()
