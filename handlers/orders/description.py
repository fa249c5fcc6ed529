"""The API's routes, for its OpenAPI description (`shared.openapi`)."""

from pydantic import Field

from orders.models import NewOrder, Order
from shared.openapi import IDEMPOTENT, Answer, Described, PageQuery


class OrderList(Answer):
    """A page of a customer's orders, newest first."""

    orders: list[Order]
    next_cursor: str | None = Field(description="Leads to the next page; null on the last")


ROUTES = {
    "POST /orders": Described({201: Order}, body=NewOrder, headers=IDEMPOTENT),
    "GET /orders": Described({200: OrderList}, query=PageQuery),
    "GET /orders/{order_id}": Described({200: Order}),
    "GET /internal/orders/{order_id}": Described({200: Order}),
    "GET /support/orders/{order_id}": Described({200: Order}),
    "GET /support/customers/{customer_id}/orders": Described({200: OrderList}, query=PageQuery),
}
