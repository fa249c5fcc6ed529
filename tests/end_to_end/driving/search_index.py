"""Drives search-index."""

import uuid

from local.smoke import Access
from tests.end_to_end.drivers import called, eventually


def drive(access: Access) -> None:
    """A product that is found by its words, by other words after a change, and not at all once it is removed."""
    product, old, new = f"driven-{uuid.uuid4().hex[:8]}", f"old{uuid.uuid4().hex[:8]}", f"new{uuid.uuid4().hex[:8]}"

    def found(word: str) -> bool:
        hits = called(access, "search-index", f"GET /products?query={word}")["hits"]
        return [hit["product_id"] for hit in hits] == [product]

    called(access, "search-index", f"PUT /products/{product}", {"name": old, "price_cents": 100}, 201)
    eventually("the product was found", lambda: found(old))
    called(access, "search-index", f"PUT /products/{product}", {"name": new, "price_cents": 100})
    eventually("it was found by its new name", lambda: found(new))
    eventually("it was no longer found by its old one", lambda: not found(old))
    called(access, "search-index", f"DELETE /products/{product}")
    eventually("it was gone", lambda: not found(new))
