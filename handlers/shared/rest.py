"""What only REST APIs have. All else is `shared.http`'s."""

import hashlib

from shared.errors import Problem
from shared.http import Model, read
from shared.routes import Request

KEY_HEADER = "x-api-key"


def api_key_caller(request: Request) -> str:
    """Who calls, by the API key that the edge has checked. Raises Problem 403 where there is none.

    It is the key's id. Where the edge does not tell it (the embedded cloud), a digest of the key stands in: whoever has the
    same key is the same caller, and the key itself is neither kept nor logged.
    """
    identity = request.context.get("identity") or {}
    if identity.get("apiKeyId"):
        return str(identity["apiKeyId"])
    key = identity.get("apiKey") or request.headers.get(KEY_HEADER)
    if not key:
        raise Problem(403, "an API key is needed", KEY_HEADER)
    return "key-" + hashlib.sha256(str(key).encode()).hexdigest()[:32]


def read_query(request: Request, model: type[Model]) -> Model:
    """The query parameters as `model`; of a parameter that is sent twice the last value, as API Gateway tells it.

    Raises Problem 400 that names the first parameter at fault.
    """
    return read(request.query_string_parameters, model, "query")
