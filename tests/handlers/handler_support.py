"""What tests of handlers share besides fixtures."""

import io
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

ACCOUNT, REGION = "000000000000", "eu-west-1"
TRACE_HEADER = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:1"
numbers = itertools.count(1)


@dataclass
class Context:
    """Lambda's context, as far as handlers and Powertools read it."""

    function_name: str = "test-orders-api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:000000000000:function:test-orders-api:live"
    aws_request_id: str = field(default_factory=lambda: f"request-{next(numbers)}")
    remaining_milliseconds: int = 10_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_milliseconds


def whichever_is_lost(losing, run: Callable[[], Any], operations: tuple[str, ...] = ("",)) -> Iterator[tuple[str, Any]]:
    """What `run` tells with every answer there, then with the answer to its first call lost, to its second, and so on; and which call that was.

    `run` begins anew each time. `operations`: only the answers to those.
    """
    yield "none", run()
    for operation in operations:
        for skipped in itertools.count():
            losing.lose(operation, skipped=skipped)
            told = run()
            if not losing.lost:  # there was none of it left
                break
            yield f"{skipped}: {losing.lost}", told


class Lines:
    """What a function wrote to its log, as parsed JSON lines."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    def all(self) -> list[dict]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def of(self, level: str) -> list[dict]:
        return [line for line in self.all() if line["level"] == level]


def make_table(cloud, key: str, index: tuple[str, str, str] | None = None, sort_key: str | None = None) -> str:
    """A table with the partition key `key`, and `sort_key` if given; index: name, partition key and sort key of a second way to find items."""
    name, used = f"table-{next(numbers)}", {key} | ({sort_key} if sort_key else set())
    indexes = []
    if index:
        used |= set(index[1:])
        keys = [{"AttributeName": index[1], "KeyType": "HASH"}, {"AttributeName": index[2], "KeyType": "RANGE"}]
        indexes = [{"IndexName": index[0], "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}]
    cloud.client("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}, *([{"AttributeName": sort_key, "KeyType": "RANGE"}] if sort_key else [])],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in sorted(used)],
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    )  # fmt: skip
    return name


def make_role(cloud) -> str:
    """ARN of a role with which services of the embedded cloud may do everything."""
    iam, name = cloud.client("iam"), f"role-{next(numbers)}"
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}))["Role"]["Arn"]
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(everything))
    return str(arn)


def items(cloud, table: str) -> list[dict]:
    """What the table holds, without the ids by which writes recognise themselves (`test_lost_answers`)."""
    found = cloud.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
    return [{name: value for name, value in item.items() if name != "write_id"} for item in found]
