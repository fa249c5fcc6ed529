"""The API's routes, for its OpenAPI description (`shared.openapi`)."""

from search_index.api import SearchParameters
from search_index.contracts import Product, ProductText, SearchPage
from shared.openapi import Answer, Described


class Removed(Answer):
    """A product that is there no more."""

    product_id: str
    removed: bool


ROUTES = {
    "PUT /products/{product_id}": Described({200: Product, 201: Product}, body=ProductText),
    "DELETE /products/{product_id}": Described({200: Removed}),
    "GET /products": Described({200: SearchPage}, query=SearchParameters),
}
