"""Deliveries and escalations in DynamoDB: one flat item of strings per notification, partition key `notification_id`."""

from typing import Any

from notifications.models import Delivery, Escalation
from shared.writes import put_item


def _put_once(client: Any, table: str, item: dict[str, str]) -> bool:
    """Writes the item unless its notification has one; tells whether it did. Other AWS errors pass through."""
    return put_item(
        client,
        TableName=table,
        Item={name: {"S": value} for name, value in item.items()},
        ConditionExpression="attribute_not_exists(notification_id)",
    ).done


class DeliveryStore:
    """Reads and writes the deliveries table with a low-level DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, delivery: Delivery) -> bool:
        return _put_once(self._client, self._table, delivery.model_dump(mode="json"))

    def find(self, notification_id: str) -> Delivery | None:
        """Read consistently: it is asked for right after a write was refused because of it."""
        key = {"notification_id": {"S": notification_id}}
        item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return Delivery.model_validate({name: value["S"] for name, value in item.items()}) if item else None


class EscalationStore:
    """Writes the escalations table with a low-level DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, escalation: Escalation) -> bool:
        return _put_once(self._client, self._table, escalation.model_dump(mode="json"))
