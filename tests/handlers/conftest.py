"""Handlers with the real Powertools, against an embedded cloud: what the tests see is what DynamoDB, S3 and SQS keep."""

import io
import itertools
import json
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local import cloud as clouds

# Read when the modules are imported, as Lambda would have set them.
os.environ["POWERTOOLS_SERVICE_NAME"] = "under-test"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "serverless-platform"

ACCOUNT, REGION = "000000000000", "eu-west-1"
numbers = itertools.count(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("cloud")
    started, _ = clouds.start(ACCOUNT, REGION, free_port(), folder)
    yield started
    clouds.stop(folder)


@pytest.fixture
def aws(cloud, monkeypatch):
    """The environment in which a function finds the embedded cloud; clients are made anew."""
    from shared.clients import client

    for name, value in {
        "AWS_ENDPOINT_URL": cloud.endpoint, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local", "ENVIRONMENT": "test",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    client.cache_clear()
    yield cloud
    client.cache_clear()


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


@pytest.fixture
def context() -> Context:
    return Context()


class Lines:
    """What a function wrote to its log, as parsed JSON lines."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    def all(self) -> list[dict]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def of(self, level: str) -> list[dict]:
        return [line for line in self.all() if line["level"] == level]


@pytest.fixture
def log():
    from shared.observability import logger

    before = logger.registered_handler.setStream(stream := io.StringIO())
    yield Lines(stream)
    logger.registered_handler.setStream(before)


@pytest.fixture
def metric_values(capsys):
    """Sums of the metrics that the invocations so far have emitted, by name; parsed from their embedded-metric lines."""

    def read() -> dict[str, float]:
        sums: dict[str, float] = {}
        for line in capsys.readouterr().out.splitlines():
            if '"CloudWatchMetrics"' in line:
                emitted = json.loads(line)
                directive = emitted["_aws"]["CloudWatchMetrics"][0]
                assert (directive["Namespace"], directive["Dimensions"]) == ("serverless-platform", [["service"]])
                for metric in directive["Metrics"]:
                    sums[metric["Name"]] = sums.get(metric["Name"], 0) + sum(emitted[metric["Name"]])
        return sums

    return read


def make_table(cloud, key: str) -> str:
    name = f"table-{next(numbers)}"
    cloud.client("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
    )  # fmt: skip
    return name


def items(cloud, table: str) -> list[dict]:
    return cloud.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
