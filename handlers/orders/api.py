"""`POST /orders` and `GET /orders/{order_id}`: parse, one call into the logic, answer."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import Field, Json

from orders import logic
from orders.models import NewOrder, Position
from orders.store import OrderStore
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import Problem
from shared.flags import Flags
from shared.http import answer, caller, principal, read_body, role_of, serve, switched_off
from shared.idempotency_keys import idempotency_key, reused
from shared.observability import count, instrumented, logger
from shared.paging import cursor_of, limit_of, position_of
from shared.routes import Response, Routes

if TYPE_CHECKING:
    from shared.idempotency import Idempotency

app = Routes()


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_orders: str = Field(min_length=3)
    flags: Json[dict[str, bool]] = Field(description="Flags that it reads, with their defaults")
    flags_application: str = Field(default="", description="AppConfig application that has their values")
    table_idempotency: str = Field(min_length=3)
    idempotency_expires_after_seconds: int = Field(ge=60, description="Seconds for which a key gives the same answer")


@dataclass(frozen=True)
class Parts:
    """What lives as long as the execution environment."""

    store: OrderStore
    flags: Flags
    idempotency: "Idempotency"


@cache
def parts() -> Parts:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    from shared.idempotency import Idempotency  # with boto3, which tests of the routes' plain parts do without

    config = load_config(Config)
    dynamodb = client("dynamodb")
    return Parts(
        OrderStore(dynamodb, config.table_orders),
        Flags(config.flags, config.flags_application, config.environment),
        Idempotency("orders-create", config.table_idempotency, config.idempotency_expires_after_seconds, dynamodb),
    )


@app.post("/orders")
def create() -> Response:
    customer_id = caller(app.current_event)
    key = idempotency_key(app.current_event)
    request = read_body(app.current_event, NewOrder)
    if not parts().flags.is_on("taking"):  # before anything is read or written: that may be what is broken
        raise switched_off("orders are not taken at the moment")

    def work() -> dict[str, Any]:
        order, new = logic.create(request, customer_id, key, parts().store)
        if new:  # not where the run before kept the order and died before it had kept the answer
            count("OrdersAccepted")
        return order.model_dump(mode="json")

    try:
        order = parts().idempotency.run(
            app.lambda_context, caller=customer_id, key=key, payload=request.model_dump(mode="json"), work=work
        )
    except logic.KeyReused:
        raise reused() from None
    logger.info("order accepted", order_id=order["order_id"])
    return answer(201, order, {"location": f"/orders/{order['order_id']}"})


@app.get("/orders")
def own() -> Response:
    return listed(caller(app.current_event), app.current_event.query_string_parameters)


@app.get("/internal/orders/{order_id}")
def internal(order_id: str) -> Response:
    """For other systems of the company: API Gateway has checked their signature and that they are allowed to call."""
    order = logic.anybodys(order_id, parts().store)
    if order is None:
        raise Problem(404, "there is no order of this id", "order_id")
    logger.info("order read", order_id=order.order_id, principal=principal(app.current_event))
    return answer(200, order.model_dump(mode="json"))


@app.get("/support/orders/{order_id}")
def support(order_id: str) -> Response:
    """For people of the company, by their role: `orders.gate` has let them through."""
    order = logic.anybodys(order_id, parts().store)
    if order is None:
        raise Problem(404, "there is no order of this id", "order_id")
    logger.info("order read", order_id=order.order_id, role=role_of(app.current_event))
    return answer(200, order.model_dump(mode="json"))


@app.get("/support/customers/{customer_id}/orders")
def of_customer(customer_id: str) -> Response:
    query = app.current_event.query_string_parameters
    logger.info("orders of a customer listed", customer_id=customer_id, role=role_of(app.current_event))
    return listed(customer_id, query)


@app.get("/orders/{order_id}")
def get(order_id: str) -> Response:
    order = logic.get(order_id, caller(app.current_event), parts().store)
    if order is None:
        raise Problem(404, "you have no order of this id", "order_id")
    logger.info("order read", order_id=order.order_id)
    return answer(200, order.model_dump(mode="json"))


def listed(customer_id: str, query: dict[str, str] | None) -> Response:
    page = parts().store.page(customer_id, limit_of(query), position_of(query, Position))
    orders = [order.model_dump(mode="json") for order in page.orders]
    logger.info("orders listed now", orders=len(orders), more=page.end is not None)
    return answer(200, {"orders": orders, "next_cursor": cursor_of(page.end)})


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)


if in_lambda():
    parts()
