"""REST APIs (Lambda proxy, payload format 1.0): what differs from HTTP APIs. All else is `shared.http`'s."""

import hashlib
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from shared.errors import Problem
from shared.http import Model, read, telling

KEY_HEADER = "x-api-key"


def make_resolver() -> APIGatewayRestResolver:
    """A resolver for REST APIs, with problems told as `shared.http.telling` does."""
    return telling(APIGatewayRestResolver())


def api_key_caller(event: Any) -> str:
    """Who calls, by the API key that the edge has checked. Raises Problem 403 where there is none.

    It is the key's id. Where the edge does not tell it (the embedded cloud), a digest of the key stands in: whoever has the
    same key is the same caller, and the key itself is neither kept nor logged.
    """
    identity = (event.raw_event.get("requestContext") or {}).get("identity") or {}
    if identity.get("apiKeyId"):
        return str(identity["apiKeyId"])
    sent = {name.lower(): value for name, value in (event.raw_event.get("headers") or {}).items()}
    key = identity.get("apiKey") or sent.get(KEY_HEADER)
    if not key:
        raise Problem(403, "an API key is needed", KEY_HEADER)
    return "key-" + hashlib.sha256(str(key).encode()).hexdigest()[:32]


def read_query(event: Any, model: type[Model]) -> Model:
    """The query parameters as `model`; of a parameter that is sent twice the last value, as API Gateway tells it.

    Raises Problem 400 that names the first parameter at fault.
    """
    return read(event.raw_event.get("queryStringParameters") or {}, model, "query")
