"""`POST /quotes` and `GET /quotes/{quote_id}?currency=`: parse, one call into the logic, answer.

The edge checks bodies, parameters and keys first; all of it is checked here again, because a method that somebody adds
without its validator must not open a way in.
"""

from functools import cache
from typing import Any

from pydantic import Field

from partners import logic
from partners.contracts import QuoteQuery, QuoteRequest
from partners.store import QuoteStore
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import Problem
from shared.http import answer, read_body, serve
from shared.observability import count, instrumented, logger
from shared.rest import api_key_caller, read_query
from shared.routes import Response, Routes

app = Routes()


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_quotes: str = Field(min_length=3)


@cache
def store() -> QuoteStore:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    return QuoteStore(client("dynamodb"), load_config(Config).table_quotes)


@app.post("/quotes")
def create() -> Response:
    caller = api_key_caller(app.current_event)
    request = read_body(app.current_event, QuoteRequest)
    try:
        quote, new = logic.create(request, caller, store())
    except logic.ReferenceReused:
        raise Problem(422, "this reference was used before with another body; use a new one", "reference") from None
    if new:
        count("QuotesMade")
    logger.info("quote made" if new else "quote was made before", quote_id=quote.quote_id, caller=caller)
    return answer(201 if new else 200, quote.model_dump(mode="json"), {"location": f"/quotes/{quote.quote_id}"})


@app.get("/quotes/{quote_id}")
def get(quote_id: str) -> Response:
    caller = api_key_caller(app.current_event)
    query = read_query(app.current_event, QuoteQuery)
    quote = logic.get(quote_id, caller, query.currency, store())
    if quote is None:
        raise Problem(404, "you have no quote of this id", "quote_id")
    logger.info("quote read", quote_id=quote.quote_id, caller=caller)
    return answer(200, quote.model_dump(mode="json"))


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)


if in_lambda():
    store()
