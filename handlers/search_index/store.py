"""Products (partition key `product_id`) and the index (partition key `term`, sort key `product_id`) in DynamoDB."""

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from search_index.contracts import Hit, Product
from search_index.models import State
from shared.writes import transact_write_items, update_item

PAGE = 100
"""Postings that one query reads."""
TOMBSTONE_SECONDS = 30 * 24 * 3600
"""How long the index remembers a removed product: longer than a change can come late. A stream keeps changes for a day, and a
queue behind its on-failure destination for 14 days at most."""


class _Table:
    def __init__(self, client: Any, table: str) -> None:
        from boto3.dynamodb.types import TypeDeserializer, TypeSerializer  # boto3 is not logic's to import

        self._client = client
        self._table = table
        self._serialize = TypeSerializer().serialize
        self._deserialize = TypeDeserializer().deserialize

    def _item(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._serialize(value) for name, value in values.items()}


class ProductTable(_Table):
    """One item per product, with its owner."""

    def put(self, product: Product, owner: str, correlation_id: str) -> bool | None:
        """True: new, False: replaced, None: another owner's, nothing written. Other AWS errors pass through.

        An update that sets every attribute, not a put, because the item then still tells which call made it: a put that is sent again
        would find what its first try wrote, and could not tell whether there was something before.
        """
        made_by = uuid.uuid4().hex
        item = product.model_dump(mode="json", exclude={"product_id"}) | {"owned_by": owner, "correlation_id": correlation_id}
        written = update_item(
            self._client,
            TableName=self._table,
            Key={"product_id": {"S": product.product_id}},
            UpdateExpression=f"SET {', '.join(f'#{name} = :{name}' for name in item)}, made_by = if_not_exists(made_by, :made_by)",
            ConditionExpression="attribute_not_exists(product_id) OR #owned_by = :owned_by",
            ExpressionAttributeNames={f"#{name}": name for name in item},
            ExpressionAttributeValues=self._item({f":{name}": value for name, value in {**item, "made_by": made_by}.items()}),
        )
        return written.item["made_by"] == {"S": made_by} if written.done else None

    def remove(self, product_id: str, owner: str) -> bool:
        """A transaction of one, for its token: once the item is gone, nothing tells that it was this call that removed it."""
        delete = {
            "TableName": self._table,
            "Key": {"product_id": {"S": product_id}},
            "ConditionExpression": "owned_by = :owner",
            "ExpressionAttributeValues": {":owner": {"S": owner}},
        }
        return not transact_write_items(self._client, [{"Delete": delete}])


class IndexTable(_Table):
    """Postings, and one state per product under the term `#PRODUCT_ID`, which no word can be."""

    def __init__(self, client: Any, table: str, clock: Callable[[], float] = time.time) -> None:
        super().__init__(client, table)
        self._clock = clock

    def state(self, product_id: str) -> State | None:
        reply = self._client.get_item(TableName=self._table, Key=_state_key(product_id), ConsistentRead=True)
        if "Item" not in reply:
            return None
        return State(sequence=reply["Item"]["sequence"]["S"], terms=self._deserialize(reply["Item"]["terms"]))

    def replace(self, product_id: str, before: State | None, after: State, hit: Hit | None) -> bool:
        """One transaction. False if the state is not `before` any more."""
        state: dict[str, Any] = {"term": f"#{product_id}", "product_id": product_id, **after.model_dump()}
        if not after.terms:
            state["expires_at"] = int(self._clock()) + TOMBSTONE_SECONDS
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(term)"}
        if before:
            values = {":before": {"S": before.sequence}}
            condition = {"ConditionExpression": "#sequence = :before", "ExpressionAttributeValues": values}
            condition["ExpressionAttributeNames"] = {"#sequence": "sequence"}
        writes = [{"Put": {"TableName": self._table, "Item": self._item(state), **condition}}]
        shown = hit.model_dump() if hit else {}
        for term in after.terms:
            writes.append({"Put": {"TableName": self._table, "Item": self._item({"term": term, **shown})}})
        for term in sorted(set(before.terms if before else []) - set(after.terms)):
            writes.append({"Delete": {"TableName": self._table, "Key": self._item({"term": term, "product_id": product_id})}})
        return not transact_write_items(self._client, writes)

    def postings(self, term: str, from_id: str, inclusive: bool) -> list[Hit]:
        values, condition = {":term": {"S": term}}, "term = :term"
        if from_id:
            values[":from"] = {"S": from_id}
            condition += f" AND product_id {'>=' if inclusive else '>'} :from"
        reply = self._client.query(
            TableName=self._table, KeyConditionExpression=condition, ExpressionAttributeValues=values, Limit=PAGE
        )
        return [
            Hit(product_id=item["product_id"]["S"], name=item["name"]["S"], price_cents=int(item["price_cents"]["N"]))
            for item in reply["Items"]
        ]


def _state_key(product_id: str) -> dict[str, Any]:
    return {"term": {"S": f"#{product_id}"}, "product_id": {"S": product_id}}
