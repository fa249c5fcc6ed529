"""Orders in DynamoDB: one item per order, partition key `order_id`."""

import json
from typing import Any

from orders.models import KeptOrder, Order


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
        try:
            self._client.put_item(
                TableName=self._table,
                Item={name: self._serialize(value) for name, value in item.items()},
                ConditionExpression="attribute_not_exists(order_id)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def find(self, order_id: str) -> KeptOrder | None:
        """The order of this id, read consistently: a caller who was just told of it must find it."""
        reply = self._client.get_item(TableName=self._table, Key={"order_id": {"S": order_id}}, ConsistentRead=True)
        if "Item" not in reply:
            return None
        item = json.loads(json.dumps(self._deserialize({"M": reply["Item"]}), default=int))  # numbers come as Decimal
        return KeptOrder(
            customer_id=item["customer_id"],
            request_digest=item["request_digest"],
            order=Order.model_validate({name: item[name] for name in Order.model_fields if name in item}),
        )
