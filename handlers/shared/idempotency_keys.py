"""The header `Idempotency-Key`: who repeats a request sends the same one. Apart from `shared.idempotency`, which costs boto3."""

import re

from shared.errors import Problem
from shared.routes import Request

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


def idempotency_key(request: Request) -> str:
    """The request's key. Raises Problem 400 if it is missing or malformed."""
    key = request.headers.get(HEADER.lower()) or ""
    if not _KEY.fullmatch(key):
        raise Problem(400, "a key of 1 to 128 visible ASCII characters is needed; repeat it when you retry", HEADER)
    return key


def optional_key(request: Request) -> str | None:
    """The request's key, None where none was sent. Raises Problem 400 if it is malformed."""
    return idempotency_key(request) if HEADER.lower() in request.headers else None


def reused() -> Problem:
    """The answer to a key that came with another request before."""
    return Problem(422, "this key was used before with another body; use a new key", HEADER)
