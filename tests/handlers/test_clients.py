"""Clients look up less than botocore's own, and sign and send the same."""

import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from shared import clients, segments

HANDLERS = Path(__file__).parents[2] / "handlers"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "apigatewaymanagementapi": ("post_to_connection", {"ConnectionId": "c", "Data": b""}),
    "appconfigdata": ("start_configuration_session", {"ApplicationIdentifier": "a", "EnvironmentIdentifier": "e", "ConfigurationProfileIdentifier": "p"}),
    "dynamodb": ("get_item", {"TableName": "t", "Key": {"k": {"S": "1"}}}),
    "events": ("put_events", {"Entries": [{"Source": "s"}]}),
    "kinesis": ("put_record", {"StreamName": "s", "Data": b"", "PartitionKey": "p"}),
    "s3": ("get_object", {"Bucket": "bucket", "Key": "k"}),
    "secretsmanager": ("get_secret_value", {"SecretId": "s"}),
    "sns": ("publish", {"TopicArn": "arn:aws:sns:eu-west-1:000000000000:t", "Message": "m"}),
    "sqs": ("send_message", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/000000000000/q", "MessageBody": "m"}),
    "ssm": ("get_parameter", {"Name": "n"}),
    "stepfunctions": ("start_sync_execution", {"stateMachineArn": "arn:aws:states:eu-west-1:000000000000:stateMachine:m"}),
}
REGIONS = ["eu-west-1", "us-east-1", "us-gov-west-1", "cn-north-1", "xx-future-1"]


def test_every_service_that_handlers_call_is_tried_here():
    used = {name for path in HANDLERS.rglob("*.py") for name in re.findall(r'\bclient\("([a-z0-9-]+)"', path.read_text())}
    assert used == set(CALLS)


def sent_by(client: Any, service: str) -> tuple[str, str, str]:
    """Method, address and signature's scope of a call, which is not sent."""
    operation, parameters = CALLS[service]
    seen: list[Any] = []


    client.meta.events.register("before-send", lambda request, **_: stop(seen, request))
    with pytest.raises(Stopped):
        getattr(client, operation)(**parameters)
    [request] = seen
    authorization = request.headers["Authorization"].decode()
    return request.method, request.url, re.sub(r"/\d{8}/", "/DAY/", authorization).partition(", SignedHeaders")[0]


class Stopped(Exception):
    pass


def stop(seen: list[Any], request: Any) -> None:
    seen.append(request)
    raise Stopped


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch):
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    clients.client.cache_clear()
    clients._session.cache_clear()
    yield monkeypatch
    clients.client.cache_clear()
    clients._session.cache_clear()


@pytest.mark.parametrize("region", REGIONS)
def test_calls_go_where_botocore_s_own_client_sends_them(plain: pytest.MonkeyPatch, region: str):
    plain.setenv("AWS_REGION", region)
    plain.setenv("AWS_DEFAULT_REGION", region)
    for service in CALLS:
        endpoint = f"https://api.execute-api.{region}.amazonaws.com/live" if service == "apigatewaymanagementapi" else None
        config = Config(signature_version="s3v4", s3={"us_east_1_regional_endpoint": "regional"}) if service == "s3" else None
        own = boto3.Session(region_name=region).client(service, endpoint_url=endpoint, config=config)
        assert sent_by(clients.client(service, endpoint=endpoint), service) == sent_by(own, service)


def test_signed_addresses_are_the_same(plain: pytest.MonkeyPatch):
    plain.setenv("AWS_REGION", "eu-west-1")
    own = boto3.Session(region_name="eu-west-1").client("s3", config=Config(signature_version="s3v4"))
    ours = clients.client("s3")
    what = {"Params": {"Bucket": "bucket", "Key": "k"}, "ExpiresIn": 60}
    addresses = [re.sub(r"(X-Amz-Date|X-Amz-Signature)=\w+", "", each.generate_presigned_url("put_object", **what)) for each in (ours, own)]
    assert addresses[0] == addresses[1]
    assert segments.here() is None


def test_a_client_is_made_without_boto3_and_without_what_it_does_not_need(plain: pytest.MonkeyPatch):
    """Counted, not timed: listings of folders and files that are read."""
    import os

    plain.setenv("AWS_REGION", "eu-west-1")
    clients._session.cache_clear()
    listed, read, listdir = [], [], os.listdir
    from botocore.loaders import JSONFileLoader

    load = JSONFileLoader.load_file
    plain.setattr(os, "listdir", lambda path=".": (listed.append(str(path)), listdir(path))[1])
    plain.setattr(JSONFileLoader, "load_file", lambda self, path: (read.append(path), load(self, path))[1])
    clients.client("dynamodb")
    assert len(listed) < 12
    assert not [path for path in read if path.endswith("endpoints")]
