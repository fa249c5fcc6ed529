"""Shards and reservations in DynamoDB; whatever changes both is one transaction.

Table stock: one item per shard, partition key `shard_key` = `SKU#7`, with `on_hand` and `available`.
Table reservations: partition key `reservation_id`. As long as a reservation is held it has `held_shard` (the shard's key), by
which the index `held` finds it in the order of `held_key`, its end; when it ends both go, and `expires_at` (time to live) comes.
So DynamoDB never deletes a reservation whose item is not accounted for.
"""

from typing import Any

from inventory.contracts import KeptReservation, Reservation, Status
from inventory.logic import SHARDS, Level, Taking
from shared.errors import TransientFailure
from shared.writes import transact_write_items

INDEX = "held"
PAGE = 10
"""Overdue reservations of one shard that one caller gives back: that caller is waiting for its answer."""


class InventoryStore:
    """Reads and writes both tables with a low-level DynamoDB client. AWS errors that are not told of pass through."""

    def __init__(self, client: Any, stock: str, reservations: str) -> None:
        self._client = client
        self._stock = stock
        self._reservations = reservations

    def take(self, kept: KeptReservation) -> Taking:
        one = kept.reservation
        shard_key = _shard_key(one.sku, kept.shard)
        item = {
            "reservation_id": {"S": one.reservation_id},
            "sku": {"S": one.sku},
            "status": {"S": one.status},
            "customer_id": {"S": kept.customer_id},
            "hold_seconds": _number(kept.hold_seconds),
            "shard": _number(kept.shard),
            "created_at": _number(one.created_at),
            "held_until": _number(one.held_until),
            "held_shard": {"S": shard_key},
            "held_key": {"S": _held_key(one.held_until)},
        }
        codes = self._together(
            {"Put": {
                "TableName": self._reservations, "Item": item, "ConditionExpression": "attribute_not_exists(reservation_id)",
            }},
            self._change(shard_key, "SET available = available - :one", "available >= :one", {":one": _number(1)}),
        )  # fmt: skip
        if codes is None:
            return "busy"
        if not codes:
            return "taken"
        return "exists" if codes[0] == "ConditionalCheckFailed" else "empty"

    def find(self, reservation_id: str) -> KeptReservation | None:
        """Read consistently: a customer who was just told of it must find it."""
        reply = self._client.get_item(
            TableName=self._reservations, Key={"reservation_id": {"S": reservation_id}}, ConsistentRead=True
        )
        return _kept(reply["Item"]) if "Item" in reply else None

    def settle(self, kept: KeptReservation, status: Status, now: int, expires_at: int) -> bool:
        one = kept.reservation
        in_time = {"confirmed": " AND held_until > :now", "expired": " AND held_until <= :now", "released": ""}[status]
        shelf = "on_hand = on_hand - :one" if status == "confirmed" else "available = available + :one"
        values = {":status": {"S": status}, ":held": {"S": "held"}, ":expires": _number(expires_at)}
        if in_time:
            values[":now"] = _number(now)
        return self._together(
            {"Update": {
                "TableName": self._reservations,
                "Key": {"reservation_id": {"S": one.reservation_id}},
                "UpdateExpression": "SET #status = :status, expires_at = :expires REMOVE held_shard, held_key",
                "ConditionExpression": f"#status = :held{in_time}",
                "ExpressionAttributeNames": {"#status": "status"},  # a reserved word
                "ExpressionAttributeValues": values,
            }},
            self._change(_shard_key(one.sku, kept.shard), f"SET {shelf}", "attribute_exists(shard_key)", {":one": _number(1)}),
        ) == []  # fmt: skip

    def overdue(self, sku: str, shard: int, now: int) -> list[KeptReservation]:
        """From the index, which is behind for a moment: `settle` looks at the reservation itself."""
        reply = self._client.query(
            TableName=self._reservations,
            IndexName=INDEX,
            KeyConditionExpression="held_shard = :shard AND held_key <= :now",
            ExpressionAttributeValues={":shard": {"S": _shard_key(sku, shard)}, ":now": {"S": _held_key(now)}},
            Limit=PAGE,
        )
        return [_kept(item) for item in reply["Items"]]

    def levels(self, sku: str) -> dict[int, Level]:
        keys = {_shard_key(sku, shard): shard for shard in range(SHARDS)}
        asked = {self._stock: {"Keys": [{"shard_key": {"S": key}} for key in keys], "ConsistentRead": True}}
        found = {}
        while asked:  # what a throttled shard leaves out is asked for again; each reply holds one shard at least, or is an error
            reply = self._client.batch_get_item(RequestItems=asked)
            for item in reply["Responses"].get(self._stock, []):
                level = Level(on_hand=int(item["on_hand"]["N"]), available=int(item["available"]["N"]))
                found[keys[item["shard_key"]["S"]]] = level
            asked = reply.get("UnprocessedKeys") or {}
        return found

    def restock(self, sku: str, before: dict[int, Level], after: dict[int, Level]) -> bool:
        """`available` is changed by the difference, not set: reservations that come between do not hold it up. `on_hand` must
        be what it was: then neither was anything sold, nor the stock set by somebody else."""
        actions = []
        for shard, level in after.items():
            old, values = before.get(shard), {":on_hand": _number(level.on_hand)}
            if old is None:
                change, condition = "SET available = :available, on_hand = :on_hand", "attribute_not_exists(shard_key)"
                values[":available"] = _number(level.available)
            else:
                change, condition = "SET available = available + :more, on_hand = :on_hand", "on_hand = :before AND available >= :needed"
                more = level.available - old.available
                values |= {":more": _number(more), ":before": _number(old.on_hand), ":needed": _number(max(0, -more))}
            actions.append(self._change(_shard_key(sku, shard), change, condition, values))
        return self._together(*actions) == []

    def _change(self, shard_key: str, change: str, condition: str, values: dict[str, Any]) -> dict[str, Any]:
        return {"Update": {
            "TableName": self._stock, "Key": {"shard_key": {"S": shard_key}}, "UpdateExpression": change,
            "ConditionExpression": condition, "ExpressionAttributeValues": values,
        }}  # fmt: skip

    def _together(self, *actions: dict[str, Any]) -> list[str] | None:
        """All or none. Empty if all; else per action why not; None if others are at work, which the caller deals with: it tries another
        shard at once, so waiting for this one gains nothing."""
        try:
            return transact_write_items(self._client, actions, attempts=1)
        except TransientFailure:
            return None


def _shard_key(sku: str, shard: int) -> str:
    return f"{sku}#{shard}"


def _held_key(seconds: int) -> str:
    """Keys are text: with zeros in front, their order is that of time."""
    return f"{seconds:012d}"


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def _kept(item: dict[str, Any]) -> KeptReservation:
    return KeptReservation(
        reservation=Reservation(
            reservation_id=item["reservation_id"]["S"],
            sku=item["sku"]["S"],
            status=item["status"]["S"],
            created_at=int(item["created_at"]["N"]),
            held_until=int(item["held_until"]["N"]),
        ),
        customer_id=item["customer_id"]["S"],
        hold_seconds=int(item["hold_seconds"]["N"]),
        shard=int(item["shard"]["N"]),
        expires_at=int(item["expires_at"]["N"]) if "expires_at" in item else None,
    )
