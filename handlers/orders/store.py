"""Orders in DynamoDB: one item per order, partition key `order_id`."""

import json
from typing import Any

from orders.models import KeptOrder, Order, Page, Position
from shared.writes import put_item

BY_CUSTOMER = "by-customer"
"""Index of the table: partition key `customer_id`, sort key `created_at`."""


class OrderStore:
    """Reads and writes the orders table with a low-level DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        from boto3.dynamodb.types import TypeDeserializer, TypeSerializer  # boto3 is not logic's to import

        self._client = client
        self._table = table
        self._serialize = TypeSerializer().serialize
        self._deserialize = TypeDeserializer().deserialize

    def add(self, kept: KeptOrder) -> bool:
        """Writes the order unless its id is taken; tells whether it did. Other AWS errors pass through."""
        item = kept.order.model_dump(mode="json", exclude_none=True)
        item |= {"customer_id": kept.customer_id, "request_digest": kept.request_digest}
        return put_item(
            self._client,
            TableName=self._table,
            Item={name: self._serialize(value) for name, value in item.items()},
            ConditionExpression="attribute_not_exists(order_id)",
        ).done

    def find(self, order_id: str) -> KeptOrder | None:
        """The order of this id, read consistently: a caller who was just told of it must find it."""
        reply = self._client.get_item(TableName=self._table, Key={"order_id": {"S": order_id}}, ConsistentRead=True)
        if "Item" not in reply:
            return None
        item = self._plain(reply["Item"])
        return KeptOrder(customer_id=item["customer_id"], request_digest=item["request_digest"], order=_order(item))

    def page(self, customer_id: str, limit: int, after: Position | None) -> Page:
        """A page of the customer's orders, newest first. The index follows the table within moments, so the newest may be missing.

        `after` holds no customer: whatever a caller sends, the query stays within the customer's own orders.
        """
        start = {"customer_id": customer_id, **after.model_dump()} if after else None
        reply = self._client.query(
            TableName=self._table,
            IndexName=BY_CUSTOMER,
            KeyConditionExpression="customer_id = :customer",
            ExpressionAttributeValues={":customer": {"S": customer_id}},
            ScanIndexForward=False,
            Limit=limit,
            **({"ExclusiveStartKey": {name: {"S": value} for name, value in start.items()}} if start else {}),
        )
        last = reply.get("LastEvaluatedKey")
        end = Position(order_id=last["order_id"]["S"], created_at=last["created_at"]["S"]) if last else None
        return Page(orders=[_order(self._plain(item)) for item in reply["Items"]], end=end)

    def _plain(self, item: dict[str, Any]) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads(json.dumps(self._deserialize({"M": item}), default=int))  # numbers come as Decimal
        return plain


def _order(item: dict[str, Any]) -> Order:
    return Order.model_validate({name: item[name] for name in Order.model_fields if name in item})
