"""What it means to quote. No Lambda, no AWS: callers hand in the store and the clock."""

import hashlib
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from partners.contracts import Currency, KeptQuote, Quote, QuoteRequest

QUOTE_ID = re.compile(r"quo_[0-9a-f]{32}")
VALID_SECONDS = 24 * 3600
POST_CURRENCY: Currency = "EUR"
"""The answer to `POST /quotes` tells the price in it; the others are asked for by `GET`."""

TARIFF: dict[Currency, dict[str, tuple[int, int]]] = {
    "EUR": {"standard": (490, 110), "express": (1190, 240)},
    "GBP": {"standard": (420, 95), "express": (1010, 205)},
    "CHF": {"standard": (520, 120), "express": (1250, 260)},
}
"""Currency -> service -> (price of a parcel, of each begun kilogram), in the smallest unit. A price list of its own for each
currency, not an exchange rate."""
ABROAD_PERCENT = 140
HOME = frozenset({"AT", "BE", "DE", "ES", "FR", "IE", "IT", "LU", "NL", "PT"})
"""Countries without the surcharge."""


class Store(Protocol):
    """Where quotes are kept."""

    def add(self, kept: KeptQuote) -> bool:
        """Keeps a new quote. False, and nothing written, if its id is taken."""

    def find(self, quote_id: str) -> KeptQuote | None:
        """The quote as written, or None."""


class ReferenceReused(Exception):
    """The same partner used the same reference for another request."""


def quote_id(caller: str, reference: str) -> str:
    """Derived, so that a request that is sent again, at once or later, finds its quote. The length keeps the parts apart."""
    return "quo_" + hashlib.sha256(f"{len(caller)}:{caller}{reference}".encode()).hexdigest()[:32]


def price(request: QuoteRequest, currency: Currency) -> int:
    """Price of all parcels, rounded up to the smallest unit."""
    parcel, kilogram = TARIFF[currency][request.service]
    total = sum(parcel + kilogram * -(-grams // 1000) for grams in request.parcels_grams)
    percent = 100 if request.destination in HOME else ABROAD_PERCENT
    return -(-total * percent // 100)


def create(request: QuoteRequest, caller: str, store: Store, clock: Callable[[], float] = time.time) -> tuple[Quote, bool]:
    """The quote and whether it is new: a partner's reference gives the same quote ever after.

    Raises ReferenceReused if the partner has another request under this reference.
    """
    now = int(clock())
    kept = KeptQuote(
        quote_id=quote_id(caller, request.reference),
        caller=caller,
        request=request,
        prices={currency: price(request, currency) for currency in TARIFF},
        created_at=now,
        valid_until=now + VALID_SECONDS,
    )
    if store.add(kept):
        return told(kept, POST_CURRENCY, now), True
    earlier = store.find(kept.quote_id)
    if earlier is None or (earlier.caller, earlier.request) != (caller, request):
        raise ReferenceReused(request.reference)
    return told(earlier, POST_CURRENCY, now), False


def get(wanted: str, caller: str, currency: Currency, store: Store, clock: Callable[[], float] = time.time) -> Quote | None:
    """The partner's own quote, else None: whether somebody else has one of that id is not told."""
    if not QUOTE_ID.fullmatch(wanted):
        return None
    kept = store.find(wanted)
    return told(kept, currency, int(clock())) if kept and kept.caller == caller else None


def told(kept: KeptQuote, currency: Currency, now: int) -> Quote:
    return Quote(
        quote_id=kept.quote_id,
        reference=kept.request.reference,
        currency=currency,
        price=kept.prices[currency],
        status="open" if now < kept.valid_until else "expired",
        created_at=_iso(kept.created_at),
        valid_until=_iso(kept.valid_until),
    )


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
