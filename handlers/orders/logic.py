"""What it means to take an order. No Lambda, no AWS: callers hand in the store and the clock."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from orders.models import KeptOrder, NewOrder, Order, Page, Position

ORDER_ID = re.compile(r"ord_[0-9a-f]{32}")


class Store(Protocol):
    """Where orders are kept."""

    def add(self, kept: KeptOrder) -> bool:
        """Keeps a new order. False, and nothing written, if its id is taken."""

    def find(self, order_id: str) -> KeptOrder | None:
        """The order as last written, or None."""

    def page(self, customer_id: str, limit: int, after: Position | None) -> Page:
        """At most `limit` orders of a customer, newest first, from behind `after` on."""


class KeyReused(Exception):
    """The same caller used the same idempotency key for another order."""


def now() -> datetime:
    return datetime.now(UTC)


def order_id(customer_id: str, key: str) -> str:
    """The id of the order that this customer asks for with this key.

    Derived, not drawn: when a function dies between writing the order and remembering the answer, the next attempt finds
    the order instead of making a second one.
    """
    # The length keeps ("a", "bc") and ("ab", "c") apart.
    return "ord_" + hashlib.sha256(f"{len(customer_id)}:{customer_id}{key}".encode()).hexdigest()[:32]


def create(request: NewOrder, customer_id: str, key: str, store: Store, clock: Callable[[], datetime] = now) -> tuple[Order, bool]:
    """Keeps the order; the order, and whether it is new. One that is already there is returned as it was first accepted.

    Raises KeyReused if the customer has another order under this key.
    """
    order = Order(
        order_id=order_id(customer_id, key),
        created_at=clock().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        items=request.items,
        reference=request.reference,
    )
    digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
    if store.add(KeptOrder(order=order, customer_id=customer_id, request_digest=digest)):
        return order, True
    earlier = store.find(order.order_id)
    if earlier is None or (earlier.customer_id, earlier.request_digest) != (customer_id, digest):
        raise KeyReused(key)
    return earlier.order, False


def get(wanted: str, customer_id: str, store: Store) -> Order | None:
    """The customer's own order, else None: whether somebody else has an order of that id is not told."""
    if not ORDER_ID.fullmatch(wanted):
        return None
    kept = store.find(wanted)
    return kept.order if kept and kept.customer_id == customer_id else None


def anybodys(wanted: str, store: Store) -> Order | None:
    """The order, whoever's it is: for callers whom the edge has let through to all orders."""
    kept = store.find(wanted) if ORDER_ID.fullmatch(wanted) else None
    return kept.order if kept else None
