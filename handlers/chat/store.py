"""Connections in DynamoDB. Table `members`: one item per connection (partition key `connection_id`) with its rooms; table
`connections`: who is in a room (partition key `room`, sort key `connection_id`). Both expire.

A connection is marked as closed in `members` first: from then on it cannot join. Its item keeps the rooms until it has left them all, so
that closing it again goes on where a function died, or where an answer was lost.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from shared.writes import calmly, transact_write_items, update_item

LONGEST_CONNECTION_SECONDS = 2 * 3600
"""API Gateway ends a WebSocket connection after two hours. Source: API Gateway guide, "Quotas for WebSocket APIs"."""
SLACK_SECONDS = 600
PAGE = 100
"""Connections that one query reads."""


class ConnectionStore:
    """Reads and writes both tables with a low-level DynamoDB client. AWS errors pass through."""

    def __init__(self, client: Any, connections: str, members: str, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._connections = connections
        self._members = members
        self._clock = clock

    def open(self, connection_id: str, user_id: str) -> None:
        item = {"connection_id": {"S": connection_id}, "user_id": {"S": user_id}, "expires_at": self._expiry()}
        self._client.put_item(TableName=self._members, Item=item)

    def rooms(self, connection_id: str) -> frozenset[str] | None:
        reply = self._client.get_item(TableName=self._members, Key=_member(connection_id), ConsistentRead=True)
        return _rooms(reply["Item"]) if "Item" in reply and "closed" not in reply["Item"] else None

    def join(self, connection_id: str, room: str, most: int) -> bool:
        """Both tables in one transaction, so that whoever closes the connection knows of the room."""
        member = {
            "TableName": self._members,
            "Key": _member(connection_id),
            "UpdateExpression": "ADD rooms :rooms",
            "ConditionExpression": (
                "attribute_exists(connection_id) AND attribute_not_exists(closed)"
                " AND (attribute_not_exists(rooms) OR contains(rooms, :room) OR size(rooms) < :most)"
            ),
            "ExpressionAttributeValues": {":rooms": {"SS": [room]}, ":room": {"S": room}, ":most": {"N": str(most)}},
        }
        listed = {"TableName": self._connections, "Item": _listed(connection_id, room) | {"expires_at": self._expiry()}}
        return not transact_write_items(self._client, [{"Update": member}, {"Put": listed}])

    def close(self, connection_id: str) -> None:
        member = {"TableName": self._members, "Key": _member(connection_id)}
        marked = update_item(
            self._client, **member, UpdateExpression="SET closed = :yes", ConditionExpression="attribute_exists(connection_id)",
            ExpressionAttributeValues={":yes": {"BOOL": True}},
        )  # fmt: skip
        for room in _rooms(marked.item):
            self.leave(connection_id, room)
        calmly(self._client, self._client.delete_item, **member)

    def leave(self, connection_id: str, room: str) -> None:
        calmly(self._client, self._client.delete_item, TableName=self._connections, Key=_listed(connection_id, room))

    def members(self, room: str) -> Iterator[Sequence[str]]:
        """Those that have expired are left out: DynamoDB removes them within days, not at once."""
        start: dict[str, Any] = {}
        now = self._clock()
        while True:
            reply = self._client.query(
                TableName=self._connections,
                KeyConditionExpression="room = :room",
                ExpressionAttributeValues={":room": {"S": room}},
                ConsistentRead=True,  # who has just joined gets the first message
                Limit=PAGE,
                **start,
            )
            yield [item["connection_id"]["S"] for item in reply["Items"] if int(item["expires_at"]["N"]) > now]
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}

    def _expiry(self) -> dict[str, str]:
        return {"N": str(int(self._clock()) + LONGEST_CONNECTION_SECONDS + SLACK_SECONDS)}


def _rooms(item: dict[str, Any]) -> frozenset[str]:
    return frozenset(item.get("rooms", {}).get("SS", []))


def _member(connection_id: str) -> dict[str, Any]:
    return {"connection_id": {"S": connection_id}}


def _listed(connection_id: str, room: str) -> dict[str, Any]:
    return {"room": {"S": room}, "connection_id": {"S": connection_id}}
