"""Connections in DynamoDB. Table `members`: one item per connection (partition key `connection_id`) with its rooms; table
`connections`: who is in a room (partition key `room`, sort key `connection_id`). Both expire.

A connection is closed in `members` first: from then on it cannot join, so nothing is left behind but what a function that died
in between leaves, and that goes with the first message that finds it gone, or by its expiry.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

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
        return frozenset(reply["Item"].get("rooms", {}).get("SS", [])) if "Item" in reply else None

    def join(self, connection_id: str, room: str, most: int) -> bool:
        """Both tables in one transaction, so that whoever closes the connection knows of the room."""
        member = {
            "TableName": self._members,
            "Key": _member(connection_id),
            "UpdateExpression": "ADD rooms :rooms",
            "ConditionExpression": "attribute_exists(connection_id) AND (attribute_not_exists(rooms) OR size(rooms) < :most)",
            "ExpressionAttributeValues": {":rooms": {"SS": [room]}, ":most": {"N": str(most)}},
        }
        listed = {"TableName": self._connections, "Item": _listed(connection_id, room) | {"expires_at": self._expiry()}}
        try:
            self._client.transact_write_items(TransactItems=[{"Update": member}, {"Put": listed}])
        except self._client.exceptions.TransactionCanceledException as error:
            codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if "ConditionalCheckFailed" in codes:
                return False
            raise
        return True

    def close(self, connection_id: str) -> None:
        reply = self._client.delete_item(TableName=self._members, Key=_member(connection_id), ReturnValues="ALL_OLD")
        for room in reply.get("Attributes", {}).get("rooms", {}).get("SS", []):
            self.leave(connection_id, room)

    def leave(self, connection_id: str, room: str) -> None:
        self._client.delete_item(TableName=self._connections, Key=_listed(connection_id, room))

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


def _member(connection_id: str) -> dict[str, Any]:
    return {"connection_id": {"S": connection_id}}


def _listed(connection_id: str, room: str) -> dict[str, Any]:
    return {"room": {"S": room}, "connection_id": {"S": connection_id}}
