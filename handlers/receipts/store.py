"""Receipts in S3, each written once."""

from typing import Any


class ReceiptStore:
    """Writes objects with an S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def add(self, key: str, content: str) -> bool:
        """Writes the object unless it is there; tells whether it did. Other AWS errors pass through.

        Conditional, so that a late duplicate never replaces a receipt that somebody may have read.
        """
        from botocore.exceptions import ClientError

        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content.encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                return False
            raise
        return True
