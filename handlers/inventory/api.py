"""Stock and reservations over HTTP: parse, one call into the logic, answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import Field, TypeAdapter, ValidationError

from inventory import logic
from inventory.contracts import NewReservation, NewStock, Reservation, Sku
from inventory.store import InventoryStore
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import Problem
from shared.http import answer, caller, principal, read_body, serve
from shared.idempotency_keys import idempotency_key, reused
from shared.observability import count, instrumented, logger
from shared.routes import Response, Routes

if TYPE_CHECKING:
    from shared.idempotency import Idempotency

_SKU = TypeAdapter(Sku)
app = Routes()


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_stock: str = Field(min_length=3)
    table_reservations: str = Field(min_length=3)
    table_idempotency: str = Field(min_length=3)
    idempotency_expires_after_seconds: int = Field(
        ge=60, lt=logic.KEPT_SECONDS, description="Seconds for which a key gives the same answer; reservations are kept longer"
    )


@dataclass(frozen=True)
class Parts:
    """What lives as long as the execution environment."""

    inventory: logic.Inventory
    idempotency: "Idempotency"


@cache
def parts() -> Parts:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    from shared.idempotency import Idempotency  # with boto3, which tests of the routes' plain parts do without

    config = load_config(Config)
    dynamodb = client("dynamodb")
    return Parts(
        logic.Inventory(InventoryStore(dynamodb, config.table_stock, config.table_reservations)),
        Idempotency("inventory-reserve", config.table_idempotency, config.idempotency_expires_after_seconds, dynamodb),
    )


@app.post("/items/{sku}/reservations")
def reserve(sku: str) -> Response:
    customer_id, key = caller(app.current_event), idempotency_key(app.current_event)
    checked(sku)
    request = read_body(app.current_event, NewReservation)

    def work() -> dict[str, Any]:
        reservation, new = parts().inventory.reserve(request, sku, customer_id, key)
        if new:
            count("ItemsReserved")
        return reservation.model_dump(mode="json")

    with told():
        reservation = parts().idempotency.run(
            app.lambda_context, caller=customer_id, key=key, payload={"sku": sku, **request.model_dump(mode="json")}, work=work
        )
    logger.info("item reserved", sku=sku, reservation_id=reservation["reservation_id"])
    return answer(201, reservation, {"location": f"/items/{sku}/reservations/{reservation['reservation_id']}"})


@app.get("/items/{sku}/reservations/{reservation_id}")
def get(sku: str, reservation_id: str) -> Response:
    with told():
        return ended("reservation read", parts().inventory.get(sku, reservation_id, caller(app.current_event)))


@app.delete("/items/{sku}/reservations/{reservation_id}")
def release(sku: str, reservation_id: str) -> Response:
    with told():
        return ended("reservation released", parts().inventory.release(sku, reservation_id, caller(app.current_event)))


@app.put("/items/{sku}/reservations/{reservation_id}/confirmation")
def confirm(sku: str, reservation_id: str) -> Response:
    with told():
        return ended("reservation confirmed", parts().inventory.confirm(sku, reservation_id, caller(app.current_event)))


@app.get("/items/{sku}")
def stock(sku: str) -> Response:
    with told():
        found = parts().inventory.stock(checked(sku))
    logger.info("stock read", sku=sku)
    return answer(200, found.model_dump(mode="json"))


@app.put("/items/{sku}/stock")
def restock(sku: str) -> Response:
    """For the warehouse's systems: API Gateway has checked their signature and that they are allowed to call."""
    by = principal(app.current_event)
    request = read_body(app.current_event, NewStock)
    with told():
        found = parts().inventory.restock(checked(sku), request.on_hand)
    logger.info("stock set", sku=sku, on_hand=found.on_hand, available=found.available, principal=by)
    return answer(200, found.model_dump(mode="json"))


def ended(message: str, reservation: Reservation) -> Response:
    logger.info(message, sku=reservation.sku, reservation_id=reservation.reservation_id)
    return answer(200, reservation.model_dump(mode="json"))


def checked(sku: str) -> str:
    """Raises Problem 400 for what can be no stock-keeping unit."""
    try:
        return _SKU.validate_python(sku)
    except ValidationError:
        raise Problem(400, "a stock-keeping unit is 1 to 32 letters, digits and hyphens", "sku") from None


@contextmanager
def told() -> Iterator[None]:
    """What the logic refuses, as a Problem."""
    try:
        yield
    except logic.UnknownItem:
        raise Problem(404, "there is no such item", "sku") from None
    except logic.Gone:
        raise Problem(404, "you have no reservation of this id, or its time is over", "reservation_id") from None
    except logic.SoldOut:
        count("SoldOut")
        raise Problem(409, "no item is left", "sku") from None
    except logic.Conflict as error:
        raise Problem(409, f"the reservation is {error.status}", "reservation_id") from None
    except logic.BelowReserved as error:
        raise Problem(409, f"{error.reserved} items are reserved: the stock cannot be lower", "on_hand") from None
    except logic.Busy:
        raise Problem(409, "too many are at work on this item; try again in a second", "sku", {"retry-after": "1"}) from None
    except logic.KeyReused:
        raise reused() from None


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)


if in_lambda():
    parts()
