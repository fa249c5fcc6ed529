"""The API's routes, for its OpenAPI description (`shared.openapi`)."""

from inventory.contracts import NewReservation, NewStock, Reservation, Stock
from shared.openapi import IDEMPOTENT, Described

ROUTES = {
    "PUT /items/{sku}/stock": Described({200: Stock}, body=NewStock),
    "GET /items/{sku}": Described({200: Stock}),
    "POST /items/{sku}/reservations": Described({201: Reservation}, body=NewReservation, headers=IDEMPOTENT),
    "GET /items/{sku}/reservations/{reservation_id}": Described({200: Reservation}),
    "PUT /items/{sku}/reservations/{reservation_id}/confirmation": Described({200: Reservation}),
    "DELETE /items/{sku}/reservations/{reservation_id}": Described({200: Reservation}),
}
