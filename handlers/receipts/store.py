"""Receipts in S3 and corrected ones in DynamoDB, each written once."""

from typing import Any

from receipts.models import CorrectedReceipt, Receipt
from shared.observability import CORRELATION_METADATA
from shared.writes import put_item, put_object

MISSING = frozenset({"NoSuchKey", "AccessDenied"})
"""S3 tells that an object is missing only those who may list the bucket; this function may not, and is told that it may not."""


class ReceiptStore:
    """Reads and writes objects with an S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def add(self, key: str, content: str, correlation_id: str) -> bool:
        """Writes the object unless it is there; tells whether it did. Other AWS errors pass through.

        Conditional, so that a late duplicate never replaces a receipt that somebody may have read.
        """
        return put_object(
            self._client,
            Bucket=self._bucket,
            Key=key,
            Body=content.encode(),
            ContentType="application/json",
            Metadata={CORRELATION_METADATA: correlation_id},
        )

    def get(self, key: str) -> Receipt | None:
        """The receipt as it was written; None if it is not there. Other AWS errors pass through."""
        from botocore.exceptions import ClientError

        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise
        return Receipt.model_validate_json(body.read())


class CorrectionStore:
    """Corrected receipts with a low-level DynamoDB client; AWS errors pass through.

    One item per correction, partition key `order_id`, sort key `sequence` as text of four digits. An item is put once and
    never changed, so the number before can be read first and cannot be another one when the item is put.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def around(self, order_id: str, sequence: int) -> dict[int, CorrectedReceipt]:
        items = self._query(order_id, "sequence BETWEEN :before AND :it", {":before": sequence - 1, ":it": sequence})
        found = (CorrectedReceipt.model_validate_json(item["content"]["S"]) for item in items)
        return {each.sequence: each for each in found}

    def last(self, order_id: str) -> int:
        items = self._query(order_id, "sequence > :before", {":before": 0}, ScanIndexForward=False, Limit=1)
        return int(items[0]["sequence"]["S"]) if items else 0

    def add(self, corrected: CorrectedReceipt, correlation_id: str) -> bool:
        item = {
            "order_id": {"S": corrected.receipt.order_id},
            "sequence": {"S": _text(corrected.sequence)},
            "content": {"S": corrected.model_dump_json()},
            "total": {"N": str(corrected.receipt.total)},
            "correlation_id": {"S": correlation_id},
        }
        return put_item(self._client, TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(order_id)").done

    def _query(self, order_id: str, condition: str, numbers: dict[str, int], **options: Any) -> list[dict[str, Any]]:
        """Read consistently: the correction before was applied a moment ago."""
        values = {":order": {"S": order_id}, **{name: {"S": _text(number)} for name, number in numbers.items()}}
        reply = self._client.query(
            TableName=self._table,
            KeyConditionExpression=f"order_id = :order AND {condition.replace('sequence', '#sequence')}",
            ExpressionAttributeNames={"#sequence": "sequence"},
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            **options,
        )
        return list(reply["Items"])


def _text(sequence: int) -> str:
    return f"{sequence:04d}"
