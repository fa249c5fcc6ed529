"""Drives partners."""

import uuid

from local.smoke import Access
from tests.end_to_end.drivers import called


def drive(access: Access) -> None:
    body = {"destination": "CH", "service": "standard", "parcels_grams": [1200], "reference": uuid.uuid4().hex}
    quote = called(access, "partners", "POST /quotes", body, 201)
    called(access, "partners", "POST /quotes", body)
    called(access, "partners", f"GET /quotes/{quote['quote_id']}?currency=CHF")
