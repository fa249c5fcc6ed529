"""Files in S3, and what is known of each in DynamoDB."""

from typing import Any

from media.contracts import FileState, Ticket, UploadRequest
from media.logic import HEAD_BYTES, Arrived
from shared.observability import CORRELATION_METADATA
from shared.writes import update_item

EXPIRES_SECONDS = 300
"""How long a ticket holds. The role's own credentials may end earlier, which ends it, too."""


class Files:
    """One item for each upload, partition key `upload_id`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def expect(self, upload_id: str, caller: str, asked: UploadRequest, correlation_id: str) -> None:
        """Keeps what is expected under an id that was just drawn: nothing can be there, and a call that is sent again changes nothing."""
        self._client.put_item(TableName=self._table, Item={
            "upload_id": {"S": upload_id}, "caller": {"S": caller}, "status": {"S": "expected"}, "file_name": {"S": asked.file_name},
            "content_type": {"S": asked.content_type}, "size_bytes": {"N": str(asked.size_bytes)}, "correlation_id": {"S": correlation_id},
        })  # fmt: skip

    def find(self, upload_id: str) -> tuple[FileState, str, str] | None:
        """(state, caller, correlation id), read consistently; None if there is none."""
        item = self._client.get_item(TableName=self._table, Key={"upload_id": {"S": upload_id}}, ConsistentRead=True).get("Item")
        if not item:
            return None
        state = FileState.model_validate({
            "upload_id": upload_id, "status": item["status"]["S"], "file_name": item["file_name"]["S"],
            "content_type": item["content_type"]["S"], "size_bytes": int(item["size_bytes"]["N"]), "reason": item.get("reason", {}).get("S"),
        })  # fmt: skip
        return state, item["caller"]["S"], item["correlation_id"]["S"]

    def claim(self, upload_id: str, etag: str) -> bool:
        """Makes this content the ticket's file; False if another one is."""
        return update_item(
            self._client, TableName=self._table, Key={"upload_id": {"S": upload_id}}, UpdateExpression="SET etag = :etag",
            ConditionExpression="attribute_exists(upload_id) AND (attribute_not_exists(etag) OR etag = :etag)",
            ExpressionAttributeValues={":etag": {"S": etag}},
        ).done  # fmt: skip

    def decide(self, upload_id: str, status: str, reason: str | None) -> bool:
        """Keeps what became of an expected file, once; False if another run has."""
        names, values = {"#status": "status"}, {":status": {"S": status}, ":expected": {"S": "expected"}}
        change = "SET #status = :status"
        if reason:
            change, values[":reason"] = f"{change}, reason = :reason", {"S": reason}
        return update_item(
            self._client, TableName=self._table, Key={"upload_id": {"S": upload_id}}, UpdateExpression=change,
            ConditionExpression="#status = :expected", ExpressionAttributeNames=names, ExpressionAttributeValues=values,
        ).done  # fmt: skip


class Replaced(Exception):
    """The file is another one than that which was looked at."""


class Uploads:
    """The buckets: where files come in, where good ones are kept, and where the others are."""

    def __init__(self, client: Any, uploads: str, media: str = "", quarantine: str = "") -> None:
        self._client, self._uploads, self._media, self._quarantine = client, uploads, media, quarantine

    def ticket(self, upload_id: str, key: str, asked: UploadRequest) -> Ticket:
        """A signed request for one file of this key, type and size."""
        if asked.method == "PUT":
            params = {"Bucket": self._uploads, "Key": key, "ContentType": asked.content_type, "ContentLength": asked.size_bytes}
            url = self._client.generate_presigned_url("put_object", Params=params, ExpiresIn=EXPIRES_SECONDS)
            fields = {"content-type": asked.content_type, "content-length": str(asked.size_bytes)}
        else:
            form = self._client.generate_presigned_post(
                self._uploads, key, Fields={"Content-Type": asked.content_type}, ExpiresIn=EXPIRES_SECONDS,
                Conditions=[{"Content-Type": asked.content_type}, ["content-length-range", asked.size_bytes, asked.size_bytes]],
            )  # fmt: skip
            url, fields = form["url"], form["fields"]
        return Ticket(upload_id=upload_id, method=asked.method, url=url, fields=fields, expires_in_seconds=EXPIRES_SECONDS)

    def look(self, key: str) -> Arrived | None:
        """Size, type, first bytes and ETag of an incoming file; None if it is gone, as after a notice that came twice."""
        from botocore.exceptions import ClientError

        try:
            reply = self._client.get_object(Bucket=self._uploads, Key=key, Range=f"bytes=0-{HEAD_BYTES - 1}")
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            if error.response["Error"]["Code"] == "InvalidRange":  # an empty file has no first byte
                return Arrived("", 0, b"")
            raise
        size = int(reply["ContentRange"].rpartition("/")[2]) if "ContentRange" in reply else int(reply["ContentLength"])
        return Arrived(reply.get("ContentType", ""), size, reply["Body"].read(), reply["ETag"].strip('"'))

    def copy(self, key: str, name: str, arrived: Arrived, correlation_id: str, *, good: bool) -> bool:
        """Copies the file with this ETag to where it belongs; doing it again changes nothing. False if the file is gone.

        The copy has nothing of what the sender said of the file but its type: the only metadata is the request's id.

        Raises Replaced if it has another ETag.
        """
        from botocore.exceptions import ClientError

        target = self._media if good else self._quarantine
        same = {"CopySourceIfMatch": arrived.etag} if arrived.etag else {}
        said: dict[str, Any] = {"MetadataDirective": "REPLACE", "Metadata": {CORRELATION_METADATA: correlation_id}}
        if arrived.content_type:
            said["ContentType"] = arrived.content_type
        try:
            self._client.copy_object(Bucket=target, Key=name, CopySource={"Bucket": self._uploads, "Key": key}, **said, **same)
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                raise Replaced from None
            if error.response["Error"]["Code"] == "NoSuchKey":
                return False
            raise
        return True

    def remove(self, key: str) -> None:
        """Removes it from where it came in."""
        self._client.delete_object(Bucket=self._uploads, Key=key)
