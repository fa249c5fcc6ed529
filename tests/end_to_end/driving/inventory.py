"""Drives inventory."""

import uuid

from local.smoke import Access
from tests.end_to_end.calls import api_url, send_signed
from tests.end_to_end.drivers import called, eventually


def drive(access: Access) -> None:
    """Reservations that end in each way, until an item is sold out and one whose time is over is given back."""
    sku = f"DRIVEN-{uuid.uuid4().hex[:8]}"
    url = api_url(access, "inventory", f"/items/{sku}/stock")
    status, told, _ = send_signed(access, url, "PUT", {"on_hand": 3})
    assert status == 200, told

    def reserve(seconds: int = 900, expect: int = 201) -> str:
        made = called(
            access, "inventory", f"POST /items/{sku}/reservations", {"hold_seconds": seconds}, expect, idempotency_key=uuid.uuid4().hex
        )
        return f"/items/{sku}/reservations/{made['reservation_id']}" if expect == 201 else ""

    sold, released, short = reserve(), reserve(), reserve(1)
    called(access, "inventory", f"GET {sold}")
    called(access, "inventory", f"PUT {sold}/confirmation")
    called(access, "inventory", f"DELETE {released}")
    eventually("a reservation of one second was over", lambda: access.request("GET", api_url(access, "inventory", short))[0] == 404)
    assert called(access, "inventory", f"GET /items/{sku}") == {"sku": sku, "on_hand": 2, "available": 2}
    reserve(), reserve()
    reserve(expect=409)
