"""Makes every workload do all that its code can do, failure paths included: `DRIVERS`, workload -> function.

A driver is handed a stack that is up (`Access`) and returns when the work is done, that of queues and streams included.
It raises AssertionError where the workload does not answer as it should.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

from local.smoke import Access
from tests.end_to_end.calls import send, waiting, within

Driver = Callable[[Access], None]

PAID = {"currency": "EUR", "paid_at": "2026-01-01T00:00:00Z", "lines": [{"sku": "BOOK-1", "quantity": 1, "unit_price": 1250}]}

SECONDS = 45
"""Longest wait for something that happens by itself; measured for a poisoned message of five attempts: 3 s."""


def drive(access: Access) -> dict[str, str]:
    """Drives every workload of the stack; what went wrong by workload. One without a driver has gone wrong."""
    wrong = {}
    for workload in access.inventory.workloads:
        if workload not in DRIVERS:
            wrong[workload] = "has no driver in tests/end_to_end/drivers.py: nothing shows what it needs"
            continue
        try:
            DRIVERS[workload](access)
        except Exception as error:  # the next workload's turn comes all the same
            wrong[workload] = f"{type(error).__name__}: {error}"
    return wrong


def eventually(what: str, condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Waits until `condition` holds. Raises AssertionError that says `what` did not happen."""
    assert within(seconds, condition), f"within {seconds} s it did not happen that {what}"


def called(access: Access, workload: str, route: str, body: Any = None, expect: int = 200, **headers: str) -> Any:
    """Calls a route (`POST /orders`) of the workload's API as one who may, by token or by key; the answer's body."""
    method, path = route.split(" ", 1)
    (api,) = access.inventory.workloads[workload].apis.values()
    url = access.url(api.api_id, api.stage) + path
    status, answer, _ = send(url, method, None if api.key_ids else access.token, body, **access.key(api), **headers)
    assert status == expect, f"{route} was answered with {status}, not {expect}: {answer.decode(errors='replace')}"
    return json.loads(answer or "null")


def orders(access: Access) -> None:
    order = {"items": [{"sku": "BOOK-1", "quantity": 2}], "reference": "driven"}
    other = {**order, "reference": "another"}
    key = uuid.uuid4().hex
    kept = called(access, "orders", "POST /orders", order, 201, idempotency_key=key)
    called(access, "orders", "POST /orders", order, 201, idempotency_key=key)
    called(access, "orders", "POST /orders", other, 422, idempotency_key=key)
    called(access, "orders", f"GET /orders/{kept['order_id']}")
    called(access, "orders", "GET /orders")
    # An answer that has expired: the order itself says that the key is taken, and the key's entry is taken back.
    table = access.inventory.workloads["orders"].tables["idempotency"].physical_name
    dynamodb = access.cloud.client("dynamodb")
    for item in dynamodb.scan(TableName=table, ProjectionExpression="id")["Items"]:
        dynamodb.delete_item(TableName=table, Key={"id": item["id"]})
    called(access, "orders", "POST /orders", other, 422, idempotency_key=key)


def receipts(access: Access) -> None:
    """A message that becomes a receipt, and one that never can."""
    queue = access.inventory.workloads["receipts"].queues["paid-orders"]
    good = {**PAID, "order_id": f"driven-{uuid.uuid4().hex[:8]}"}
    dead = waiting(access, queue.dead_letter_url)
    for body in (good, {**good, "currency": "euro"}):
        access.cloud.client("sqs").send_message(QueueUrl=queue.url, MessageBody=json.dumps(body))
    eventually("one message became a receipt and the other a dead letter", lambda: waiting(access, queue.url) == 0)
    assert waiting(access, queue.dead_letter_url) == dead + 1, "the dead-letter queue does not hold just the bad message"


def partners(access: Access) -> None:
    body = {"destination": "CH", "service": "standard", "parcels_grams": [1200], "reference": uuid.uuid4().hex}
    quote = called(access, "partners", "POST /quotes", body, 201)
    called(access, "partners", "POST /quotes", body)
    called(access, "partners", f"GET /quotes/{quote['quote_id']}?currency=CHF")


DRIVERS: dict[str, Driver] = {"orders": orders, "partners": partners, "receipts": receipts}
