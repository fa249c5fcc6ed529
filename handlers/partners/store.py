"""Quotes in DynamoDB: one item per quote, partition key `quote_id`."""

from typing import Any

from partners.contracts import KeptQuote
from shared.writes import put_item

KEPT_AFTER_VALIDITY_SECONDS = 30 * 24 * 3600
"""How long an expired quote can still be read; `expires_at` is the table's attribute for time to live."""


class QuoteStore:
    """Reads and writes the quotes table with a low-level DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, kept: KeptQuote) -> bool:
        """Writes the quote unless its id is taken; tells whether it did. Other AWS errors pass through."""
        item = {
            "quote_id": {"S": kept.quote_id},
            "caller": {"S": kept.caller},
            "expires_at": {"N": str(kept.valid_until + KEPT_AFTER_VALIDITY_SECONDS)},
            "quote": {"S": kept.model_dump_json()},
        }
        return put_item(self._client, TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(quote_id)").done

    def find(self, quote_id: str) -> KeptQuote | None:
        """The quote of this id, read consistently: a partner who was just told of it must find it."""
        reply = self._client.get_item(TableName=self._table, Key={"quote_id": {"S": quote_id}}, ConsistentRead=True)
        return KeptQuote.model_validate_json(reply["Item"]["quote"]["S"]) if "Item" in reply else None
