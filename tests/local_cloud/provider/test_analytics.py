"""Streams, tables and workgroups: what the type tests do not show, and what is refused before it is made."""

from typing import Any

import grpc
import pytest

from . import wire
from .cases_analytics import DATABASE, LOCATION, PROJECTION, STREAM, TABLE, WORKGROUP

pytestmark = pytest.mark.emulator
ON_DEMAND, PROVISIONED = {"streamMode": "ON_DEMAND"}, {"streamMode": "PROVISIONED"}


@pytest.fixture
def stream(provider: wire.Provider, request: pytest.FixtureRequest) -> Any:
    """A stream with the inputs of the test's parameter: id, properties, inputs."""
    made = provider.make(STREAM, {"name": "tried", **request.param})
    yield made
    provider.delete(STREAM, made[0], made[1])


@pytest.mark.parametrize("stream", [{"streamModeDetails": ON_DEMAND}], indirect=True)
def test_an_on_demand_stream_has_the_shards_that_aws_gives_it(provider: wire.Provider, client: Any, stream: Any) -> None:
    id, state, inputs = stream
    assert len(client("kinesis").list_shards(StreamName="tried")["Shards"]) == 4
    assert "shardCount" not in state and id == f"arn:aws:kinesis:{wire.REGION}:{wire.ACCOUNT}:stream/tried"
    assert provider.diff(STREAM, id, state, inputs, inputs).changes == 1
    with pytest.raises(grpc.RpcError, match="the emulator cannot change streamModeDetails of what is there"):
        provider.update(STREAM, id, state, inputs, {**inputs, "streamModeDetails": PROVISIONED, "shardCount": 2})


@pytest.mark.parametrize("stream", [{"shardCount": 1, "shardLevelMetrics": ["IncomingBytes"]}], indirect=True)
def test_a_provisioned_stream_is_resharded_in_place(provider: wire.Provider, client: Any, stream: Any) -> None:
    id, state, inputs = stream
    new = provider.checked(STREAM, {"name": "tried", "shardCount": 3, "streamModeDetails": PROVISIONED}, olds=inputs)
    answer = provider.diff(STREAM, id, state, inputs, new)
    assert list(answer.replaces) == []
    updated = provider.update(STREAM, id, state, inputs, new)
    assert updated["shardCount"] == 3 == len(client("kinesis").list_shards(StreamName="tried")["Shards"])


def test_a_workgroup_gives_up_what_is_taken_away(provider: wire.Provider, client: Any) -> None:
    first = {"name": "tried", "state": "DISABLED", "configuration": {"resultConfiguration": {"outputLocation": "s3://a/b/"}}}
    id, state, inputs = provider.make(WORKGROUP, first)
    assert client("athena").get_work_group(WorkGroup="tried")["WorkGroup"]["State"] == "DISABLED"
    new = provider.checked(WORKGROUP, {"name": "tried", "configuration": {"requesterPaysEnabled": True}}, olds=inputs)
    state = provider.update(WORKGROUP, id, state, inputs, new)
    seen = client("athena").get_work_group(WorkGroup="tried")["WorkGroup"]
    assert seen["State"] == "ENABLED" and seen["Configuration"]["RequesterPaysEnabled"]
    assert seen["Configuration"]["ResultConfiguration"] == {} and seen["Configuration"]["EnforceWorkGroupConfiguration"]
    provider.delete(WORKGROUP, id, state)


def projected(**parameters: str | None) -> dict[str, Any]:
    kept = {key: value for key, value in {**PROJECTION, **parameters}.items() if value is not None}
    return {"name": "clicks", "databaseName": "lake", "parameters": kept, "partitionKeys": [{"name": "day"}], "storageDescriptor": {"location": LOCATION}}  # fmt: skip


@pytest.mark.parametrize(("token", "inputs", "reason"), [
    (STREAM, {"name": "a"}, "missing 'shardCount'"),
    (STREAM, {"name": "a", "streamModeDetails": ON_DEMAND, "shardCount": 1}, "leave it out"),
    (STREAM, {"name": "a", "streamModeDetails": ON_DEMAND, "encryptionType": "KMS"}, "missing 'kmsKeyId'"),
    (STREAM, {"name": "a", "streamModeDetails": ON_DEMAND, "kmsKeyId": "alias/aws/kinesis"}, "without encryptionType=KMS"),
    (STREAM, {"name": "a", "streamModeDetails": ON_DEMAND, "retentionPeriod": 23}, "must be 24 to 8760"),
    (DATABASE, {"name": "Lake"}, "must match [^A-Z]"),
    (TABLE, {"name": "Clicks", "databaseName": "lake"}, "must match [^A-Z]"),
    (TABLE, projected(**{"projection.day.type": None}), "partition key 'day' needs one of date, enum, injected, integer"),
    (TABLE, projected(**{"projection.day.type": "hour"}), "projection.day.type is 'hour'"),
    (TABLE, projected(**{"projection.day.format": None}), "projection.day.format is missing: type date needs it"),
    (TABLE, projected(**{"projection.day.type": "enum"}), "projection.day.values is missing: type enum needs it"),
    (TABLE, projected(**{"storage.location.template": LOCATION}), "has no ${day}"),
    (TABLE, projected(**{"storage.location.template": "s3://other/${day}/"}), "outside the table's location"),
    (WORKGROUP, {"name": "a", "configuration": {"bytesScannedCutoffPerQuery": 10_485_759}}, "must be 10485760 to"),
    (WORKGROUP, {"name": "a", "configuration": {"executionRole": "arn"}}, "the embedded cloud's provider does not send it"),
    (WORKGROUP, {"name": "a", "configuration": {"resultConfiguration": {"encryptionConfiguration": {"encryptionOption": "SSE_KMS"}}}}, "needs a key"),
])  # fmt: skip
def test_what_aws_refuses_is_refused_before(provider: wire.Provider, token: str, inputs: dict, reason: str) -> None:
    (told,) = [told for _, told in provider.check(token, inputs)[1]]
    assert reason in told
    assert provider.check(TABLE, projected())[1] == []
