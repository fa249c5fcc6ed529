"""Pages of a list: `limit` and `cursor` in the query, `next_cursor` in the answer. A cursor is opaque to callers, and checked when it comes back."""

import base64
import binascii
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import Problem

Position = TypeVar("Position", bound=BaseModel)

DEFAULT_LIMIT, MAXIMUM_LIMIT = 20, 100
"""Entries of a page."""

LONGEST_CURSOR = 1024


def limit_of(query: Mapping[str, str] | None) -> int:
    """Entries that the caller wants, DEFAULT_LIMIT if it does not say. Raises Problem 400."""
    given = (query or {}).get("limit", str(DEFAULT_LIMIT))
    if not given.isdecimal() or len(given) > 4 or not 1 <= int(given) <= MAXIMUM_LIMIT:
        raise Problem(400, f"must be a whole number from 1 to {MAXIMUM_LIMIT}", "limit")
    return int(given)


def cursor_of(position: BaseModel | None) -> str | None:
    """The cursor that leads behind `position`; None behind the last entry."""
    if position is None:
        return None
    return base64.urlsafe_b64encode(position.model_dump_json().encode()).decode().rstrip("=")


def position_of(query: Mapping[str, str] | None, model: type[Position]) -> Position | None:
    """Where the caller's cursor leads, None for the first page. Raises Problem 400 for a cursor that was never given out.

    A cursor proves nothing: it must hold no more than a place within what the caller may see anyway.
    """
    given = (query or {}).get("cursor")
    if not given:
        return None
    try:
        if len(given) > LONGEST_CURSOR:
            raise ValueError
        return model.model_validate_json(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    except (ValueError, binascii.Error, ValidationError):
        raise Problem(400, "is none that this API has given out; leave it out for the first page", "cursor") from None
