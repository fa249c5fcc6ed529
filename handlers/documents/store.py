"""Documents in S3, and what was found out about them in DynamoDB."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from documents.contracts import Kind
from shared.errors import PermanentFailure
from shared.observability import CORRELATION_METADATA
from shared.writes import put_item

LARGEST_BYTES = 20_000_000
"""What a worker reads: it has 512 MB of memory, and text takes several times its size."""


@dataclass(frozen=True)
class Document:
    """An object as a worker reads it."""

    content: bytes
    correlation_id: str | None


class Documents:
    """Reads and writes the bucket with an S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def put(self, key: str, content: bytes, correlation_id: str) -> None:
        self._client.put_object(
            Bucket=self._bucket, Key=key, Body=content, ContentType="text/plain; charset=utf-8",
            Metadata={CORRELATION_METADATA: correlation_id},
        )  # fmt: skip

    def get(self, key: str) -> Document:
        """Raises PermanentFailure if it is gone or too large; other AWS errors pass through.

        AccessDenied is among those: without the right to list, S3 says it of an object that is gone as well as where a permission is
        missing, and what the second one needs is time.
        """
        from botocore.exceptions import ClientError

        try:
            reply = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise PermanentFailure("the document is not there") from None
            raise
        if reply["ContentLength"] > LARGEST_BYTES:
            raise PermanentFailure(f"the document has {reply['ContentLength']} bytes; {LARGEST_BYTES} are read")
        return Document(reply["Body"].read(), reply.get("Metadata", {}).get(CORRELATION_METADATA))


class Results:
    """One item for each document and kind; the same document gives the same item, and an older one replaces no newer one."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def keep(self, key: str, kind: Kind, found: BaseModel, correlation_id: str, sequencer: str | None = None) -> bool:
        """Writes the result; False if that of a later change of the key is there. Without a sequencer it is written anyway.

        Notices overtake each other, and a worker that is slow with an object may end after one that had its successor.
        """
        item = {
            "document_key": {"S": key}, "kind": {"S": kind}, "found": {"S": found.model_dump_json()}, "correlation_id": {"S": correlation_id},
        }  # fmt: skip
        newest: dict[str, Any] = {}
        if sequencer:
            item["sequencer"] = {"S": sequencer}
            newest = {
                "ConditionExpression": "attribute_not_exists(sequencer) OR sequencer <= :sequencer",
                "ExpressionAttributeValues": {":sequencer": {"S": sequencer}},
            }
        return put_item(self._client, TableName=self._table, Item=item, **newest).done
