"""The API's routes, for its OpenAPI description (`shared.openapi`)."""

from partners.contracts import Quote, QuoteQuery, QuoteRequest
from shared.openapi import Described

ROUTES = {
    "POST /quotes": Described({200: Quote, 201: Quote}, body=QuoteRequest),
    "GET /quotes/{quote_id}": Described({200: Quote}, query=QuoteQuery),
}
