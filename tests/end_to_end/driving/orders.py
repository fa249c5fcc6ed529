"""Drives orders."""

import uuid

from local.smoke import Access
from tests.end_to_end.drivers import called


def drive(access: Access) -> None:
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
