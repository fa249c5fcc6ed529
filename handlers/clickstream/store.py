"""Files of the lake in S3."""

from typing import Any


class Lake:
    """Writes objects with an S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, content: bytes) -> None:
        """Writes the object, over one that an earlier attempt left. AWS errors pass through.

        The type is gzip itself and not JSON with an encoding: readers of a lake go by the key's ending, and an HTTP client that
        undoes encodings would hand them something else than is there.
        """
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType="application/gzip")
