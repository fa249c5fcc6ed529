"""Records of streams in the shape that event source mappings hand to functions."""

import base64
import itertools
import json
from datetime import UTC, datetime
from typing import Any

numbers = itertools.count(1)
ARRIVED = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def change(kind: str, keys: dict, new: dict | None = None, old: dict | None = None, sequence: int | str | None = None) -> dict:
    """A record of a DynamoDB stream; attributes are given as Python values."""
    from boto3.dynamodb.types import TypeSerializer

    def item(values: dict) -> dict:
        return {name: TypeSerializer().serialize(value) for name, value in values.items()}

    content: dict[str, Any] = {
        "Keys": item(keys), "SequenceNumber": str(sequence or next(numbers)), "SizeBytes": 100,
        "StreamViewType": "NEW_AND_OLD_IMAGES", "ApproximateCreationDateTime": 1772368200.0,
    }  # fmt: skip
    content |= {"NewImage": item(new)} if new is not None else {}
    content |= {"OldImage": item(old)} if old is not None else {}
    return {
        "eventID": f"event-{next(numbers)}", "eventName": kind, "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1", "dynamodb": content,
        "eventSourceARN": "arn:aws:dynamodb:eu-west-1:000000000000:table/products/stream/2026-03-01T00:00:00.000",
    }  # fmt: skip


def kinesis(data: Any, sequence: int, arrived: datetime = ARRIVED, shard: str = "shardId-000000000000") -> dict:
    """A record of a Kinesis stream; `data` is sent as it is if it is bytes, else as JSON."""
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return {
        "eventID": f"{shard}:{sequence}", "eventName": "aws:kinesis:record", "eventVersion": "1.0", "eventSource": "aws:kinesis",
        "awsRegion": "eu-west-1", "eventSourceARN": "arn:aws:kinesis:eu-west-1:000000000000:stream/clicks",
        "invokeIdentityArn": "arn:aws:iam::000000000000:role/transform",
        "kinesis": {
            "kinesisSchemaVersion": "1.0", "partitionKey": "p", "sequenceNumber": str(sequence),
            "data": base64.b64encode(content).decode(), "approximateArrivalTimestamp": arrived.timestamp(),
        },
    }  # fmt: skip


def reported(reply: dict) -> list[str]:
    """Sequence numbers that a function's answer reports as failed."""
    assert list(reply) == ["batchItemFailures"]
    return [item["itemIdentifier"] for item in reply["batchItemFailures"]]
