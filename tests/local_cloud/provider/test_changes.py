"""What changes in between: drift, previews, half-made resources, and what is kept in state only."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from botocore.exceptions import ClientError

from aws_provider.wire import UNKNOWN

from . import wire
from .cases import CODE, NEW_CODE, TRUST
from .conftest import arguments

pytestmark = pytest.mark.emulator

QUEUE, ROLE, FUNCTION, GROUP = "aws:sqs/queue:Queue", "aws:iam/role:Role", "aws:lambda/function:Function", "aws:xray/group:Group"
LOG_GROUP, API, TABLE, ALIAS = (
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:apigatewayv2/api:Api",
    "aws:dynamodb/table:Table",
    "aws:lambda/alias:Alias",
)


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[wire.Provider]:
    started = wire.start(SERVERLESS_PLATFORM_OFFLINE="1", SERVERLESS_PLATFORM_NOT_EMULATED_LOG=str(tmp_path / "log"))
    started.configure(region="eu-west-1", allowedAccountIds=["222222222222"], defaultTags={"tags": {"owner": "platform"}})
    yield started
    started.stop()


@pytest.fixture
def function(provider: wire.Provider) -> Iterator[tuple[str, dict, dict]]:
    role = provider.make(ROLE, {"name": "changes", "assumeRolePolicy": TRUST})
    inputs = {
        "name": "changes",
        "role": role[1]["arn"],
        "runtime": "python3.13",
        "handler": "app.handler",
        "code": CODE,
        "publish": True,
    }
    made = provider.make(FUNCTION, inputs)
    yield made
    provider.delete(FUNCTION, made[0], made[1])
    provider.delete(ROLE, role[0], role[1])


BOUNDED = {
    "name": "bounded", "billingMode": "PAY_PER_REQUEST", "hashKey": "id", "attributes": [{"name": "id", "type": "S"}, {"name": "day", "type": "S"}],
    "onDemandThroughput": {"maxReadRequestUnits": 100},
    "globalSecondaryIndexes": [{"name": "by-day", "keySchemas": [{"attributeName": "day", "keyType": "HASH"}], "projectionType": "ALL", "onDemandThroughput": {"maxReadRequestUnits": 100}}],
}  # fmt: skip


def test_a_maximum_of_an_index_changes_in_place(provider: wire.Provider, client: Any) -> None:
    """The official provider updates an index of which nothing else changes; made again, it would be empty for minutes."""
    id, state, inputs = provider.make(TABLE, BOUNDED)
    index = {**BOUNDED["globalSecondaryIndexes"][0], "onDemandThroughput": {"maxReadRequestUnits": 200}}  # type: ignore[index]
    new = provider.checked(TABLE, {**BOUNDED, "onDemandThroughput": {"maxReadRequestUnits": 200}, "globalSecondaryIndexes": [index]}, olds=inputs)
    assert not provider.diff(TABLE, id, state, inputs, new).replaces
    state = provider.update(TABLE, id, state, inputs, new)
    table = client("dynamodb").describe_table(TableName="bounded")["Table"]
    assert table["OnDemandThroughput"]["MaxReadRequestUnits"] == 200
    # The emulator takes the call and changes nothing: an index that had been made again would have 200.
    assert [each["OnDemandThroughput"]["MaxReadRequestUnits"] for each in table["GlobalSecondaryIndexes"]] == [100]
    _, _, now = provider.read(TABLE, id, state, new)
    assert not provider.diff(TABLE, id, state, now, new).diffs
    provider.delete(TABLE, id, state)


def test_a_maximum_that_is_left_out_is_refused_with_what_to_write(provider: wire.Provider) -> None:
    old = provider.checked(TABLE, BOUNDED)
    left_out = {key: value for key, value in BOUNDED.items() if key != "onDemandThroughput"}
    _, failures = provider.check(TABLE, left_out, olds=old)
    assert [name for name, _ in failures] == ["onDemandThroughput"]
    assert "an update cannot take it away; write 40000, the account's quota, for both of its units first" in failures[0][1]
    assert provider.check(TABLE, {**left_out, "name": "another"}, olds=old)[1] == []


def test_drift_of_a_setting_shows_as_an_input_and_the_next_update_puts_it_right(provider: wire.Provider, client: Any) -> None:
    id, state, inputs = provider.make(QUEUE, {"name": "drift", "visibilityTimeoutSeconds": 60, "tags": {"a": "1"}})
    client("sqs").set_queue_attributes(QueueUrl=id, Attributes={"VisibilityTimeout": "11"})
    client("sqs").tag_queue(QueueUrl=id, Tags={"b": "2"})
    _, seen, now = provider.read(QUEUE, id, state, inputs)
    assert (now["visibilityTimeoutSeconds"], now["tags"]) == (11, {"a": "1", "b": "2"})
    assert sorted(provider.diff(QUEUE, id, seen, now, inputs).detailedDiff) == ["tags.b", "tagsAll.b", "visibilityTimeoutSeconds"]
    fixed = provider.update(QUEUE, id, seen, now, inputs)
    assert fixed == state
    assert client("sqs").list_queue_tags(QueueUrl=id)["Tags"] == {"a": "1", "environment": "local", "owner": "platform"}
    provider.delete(QUEUE, id, fixed)


def test_code_of_someone_else_is_sent_again(provider: wire.Provider, client: Any, function: tuple[str, dict, dict]) -> None:
    id, state, inputs = function
    other = wire.assets(**{"app.py": "def handler(event, context):\n    return 'other'\n"})
    from aws_provider.wire import archive_bytes

    client("lambda").update_function_code(FunctionName=id, ZipFile=archive_bytes(other))
    _, seen, now = provider.read(FUNCTION, id, state, inputs)
    answer = provider.diff(FUNCTION, id, seen, now, inputs)
    assert list(answer.diffs) == ["sourceCodeHash"] and not answer.replaces
    fixed = provider.update(FUNCTION, id, seen, now, inputs)
    assert fixed["codeSha256"] == state["codeSha256"]
    assert json.loads(client("lambda").invoke(FunctionName=id)["Payload"].read()) == 1


def test_new_code_is_an_update_with_a_new_version(provider: wire.Provider, client: Any, function: tuple[str, dict, dict]) -> None:
    id, state, inputs = function
    new = provider.checked(FUNCTION, {**inputs, "code": NEW_CODE}, olds=inputs)
    assert list(provider.diff(FUNCTION, id, state, inputs, new).diffs) == ["code"]
    previewed = provider.update(FUNCTION, id, state, inputs, new, preview=True)
    assert [key for key, value in sorted(previewed.items()) if value is UNKNOWN] == [
        "codeSha256", "lastModified", "qualifiedArn", "qualifiedInvokeArn", "sourceCodeSize", "version",
    ]  # fmt: skip
    updated = provider.update(FUNCTION, id, state, inputs, new)
    assert (state["version"], updated["version"]) == ("1", "2")
    assert updated["qualifiedArn"] == f"{updated['arn']}:2"
    assert json.loads(client("lambda").invoke(FunctionName=id, Qualifier="2")["Payload"].read()) == 2


def test_a_tag_alone_makes_no_version(provider: wire.Provider, function: tuple[str, dict, dict]) -> None:
    id, state, inputs = function
    new = provider.checked(
        FUNCTION, {**{key: value for key, value in inputs.items() if key != "tagsAll"}, "tags": {"a": "1"}}, olds=inputs
    )
    assert provider.update(FUNCTION, id, state, inputs, new)["version"] == "1"


def test_code_by_path_and_the_same_code_is_no_change(
    provider: wire.Provider, tmp_path: Path, function: tuple[str, dict, dict]
) -> None:
    from aws_provider.wire import archive_bytes

    id, state, inputs = function
    (tmp_path / "one.zip").write_bytes(archive_bytes(CODE))
    (tmp_path / "two.zip").write_bytes(archive_bytes(CODE))
    one = provider.checked(FUNCTION, {**inputs, "code": wire.zip_at(tmp_path / "one.zip")}, olds=inputs)
    two = provider.checked(FUNCTION, {**inputs, "code": wire.zip_at(tmp_path / "two.zip")}, olds=inputs)
    assert one["code"]["hash"] == two["code"]["hash"]
    assert list(provider.diff(FUNCTION, id, state, one, two).diffs) == []


def test_the_same_document_written_otherwise_is_no_change(provider: wire.Provider) -> None:
    old = provider.checked(ROLE, {"name": "one", "assumeRolePolicy": TRUST})
    new = provider.checked(ROLE, {"name": "one", "assumeRolePolicy": json.dumps(json.loads(TRUST), indent=2, sort_keys=True)})
    assert list(provider.diff(ROLE, "one", old, old, new).diffs) == []


def test_ignored_changes_are_none(provider: wire.Provider) -> None:
    old = provider.checked(FUNCTION, {"name": "one", "role": "arn:aws:iam::000000000000:role/a", "code": CODE, "handler": "a.b", "runtime": "python3.13",
                                      "environment": {"variables": {"A": "1"}}, "timeout": 3})  # fmt: skip
    new = {**old, "environment": {"variables": {"A": "2", "B": "1"}}, "timeout": 4}
    assert sorted(provider.diff(FUNCTION, "one", old, old, new).detailedDiff) == [
        "environment.variables.A",
        "environment.variables.B",
        "timeout",
    ]
    assert sorted(provider.diff(FUNCTION, "one", old, old, new, ignore=("environment.variables.A", "timeout")).detailedDiff) == [
        "environment.variables.B"
    ]


def test_order_of_layers_is_a_change_and_order_of_attributes_is_none(provider: wire.Provider) -> None:
    layers = [f"arn:aws:lambda:eu-west-1:000000000000:layer:{name}:1" for name in "ab"]
    old = {"layers": layers, "architectures": ["arm64"]}
    assert list(provider.diff(FUNCTION, "one", old, old, {**old, "layers": layers[::-1]}).diffs) == ["layers"]
    attributes = [{"name": "a", "type": "S"}, {"name": "b", "type": "S"}]
    assert list(provider.diff(TABLE, "one", {}, {"attributes": attributes}, {"attributes": attributes[::-1]}).diffs) == []


def test_unknown_value_of_a_replacing_input_replaces(provider: wire.Provider) -> None:
    answer = provider.diff(ALIAS, "one", {}, {"name": "live", "functionName": "one"}, {"name": "live", "functionName": UNKNOWN})
    assert list(answer.replaces) == ["functionName"] and answer.deleteBeforeReplace


BUCKET = "aws:s3/bucket:Bucket"
LOCKED = {"objectLockConfiguration": {"objectLockEnabled": "Enabled"}}
RULED = {"objectLockConfiguration": {"objectLockEnabled": "Enabled", "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 1}}}}
IMPORTED = {"importTable": {"inputFormat": "CSV", "s3BucketSource": {"bucket": "b"}}}


@pytest.mark.parametrize(("token", "old", "new", "replaces"), [
    # An input of the block replaces: so does the block, when it comes or goes, and nothing else of it does.
    (BUCKET, {}, LOCKED, ["objectLockConfiguration"]), (BUCKET, LOCKED, {}, ["objectLockConfiguration"]), (BUCKET, LOCKED, RULED, []),
    # Only that the block comes or goes replaces.
    (TABLE, {}, IMPORTED, ["importTable"]), (TABLE, IMPORTED, {}, ["importTable"]),
])  # fmt: skip
def test_a_block_that_comes_or_goes_replaces_as_the_official_provider_says(provider: wire.Provider, token: str, old: dict, new: dict, replaces: list) -> None:
    answer = provider.diff(token, "one", {}, old, new)
    assert list(answer.replaces) == replaces
    assert list(answer.diffs)


def test_a_made_up_name_is_replaced_in_the_usual_order(provider: wire.Provider) -> None:
    old = provider.checked(TABLE, {"hashKey": "a", "attributes": [{"name": "a", "type": "S"}]}, "orders")
    new = provider.checked(TABLE, {"hashKey": "b", "attributes": [{"name": "b", "type": "S"}]}, "orders", olds=old)
    answer = provider.diff(TABLE, "one", old, old, new)
    assert list(answer.replaces) == ["hashKey"] and not answer.deleteBeforeReplace


def test_preview_knows_what_follows_from_names_and_nothing_else(provider: wire.Provider) -> None:
    inputs = provider.checked(QUEUE, {"name": "work", "tags": {"a": "1"}})
    id, previewed = provider.create(QUEUE, inputs, preview=True)
    assert previewed["arn"] == "arn:aws:sqs:eu-west-1:000000000000:work"
    assert previewed["url"] is UNKNOWN and id == ""
    assert previewed["tagsAll"] == {"a": "1", "environment": "local", "owner": "platform"}
    assert previewed["name"] == "work" and "delaySeconds" not in previewed

    inputs = provider.checked(ROLE, {"name": "worker", "path": "/team/", "assumeRolePolicy": TRUST})
    assert provider.create(ROLE, inputs, preview=True)[1]["arn"] == "arn:aws:iam::000000000000:role/team/worker"

    inputs = provider.checked(ALIAS, {"name": "live", "functionName": "one", "functionVersion": UNKNOWN})
    id, previewed = provider.create(ALIAS, inputs, preview=True)
    arn = "arn:aws:lambda:eu-west-1:000000000000:function:one:live"
    assert (id, previewed["arn"]) == (arn, arn)
    assert previewed["invokeArn"] == f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations"

    previewed = provider.create(
        ALIAS, provider.checked(ALIAS, {"name": "live", "functionName": UNKNOWN, "functionVersion": "1"}), preview=True
    )[1]
    assert previewed["arn"] is UNKNOWN


def test_an_api_keeps_its_id_and_shows_no_tag_of_the_emulators(provider: wire.Provider, client: Any) -> None:
    id, state, _ = provider.make(API, {"name": "stable", "protocolType": "HTTP", "tags": {"a": "1"}})
    assert len(id) == 8 and int(id, 16) >= 0
    assert (state["tags"], state["tagsAll"]) == ({"a": "1"}, {"a": "1", "environment": "local", "owner": "platform"})
    assert client("apigatewayv2").get_api(ApiId=id)["Tags"]["ms-custom-id"] == id
    second = provider.make(API, {"name": "stable", "protocolType": "HTTP"})  # names of APIs are not unique
    assert second[0] != id
    provider.delete(API, second[0], second[1])
    provider.delete(API, id, state)
    again = provider.make(API, {"name": "stable", "protocolType": "HTTP"})
    assert again[0] == id
    provider.delete(API, again[0], again[1])


def test_what_was_made_half_way_stays_in_state_and_the_next_update_repairs_it(provider: wire.Provider, client: Any) -> None:
    inputs = provider.checked(LOG_GROUP, {"name": "half", "retentionInDays": 30})
    with pytest.raises(grpc.RpcError) as failed:
        provider.create(LOG_GROUP, {**inputs, "retentionInDays": 31})  # not what Check lets through: the service refuses it
    detail = wire.half_made(failed.value)
    state = wire.from_struct(detail.properties)
    assert (detail.id, state["arn"]) == ("half", "arn:aws:logs:eu-west-1:000000000000:log-group:half")
    assert list(detail.reasons) == [str(failed.value.details()).removesuffix(f" [{wire.urn(LOG_GROUP, 'it')}]")]
    assert detail.reasons[0].startswith("logs:PutRetentionPolicy was refused: ")
    groups = client("logs").describe_log_groups(logGroupNamePrefix="half")["logGroups"]
    assert [(each["logGroupName"], each.get("retentionInDays")) for each in groups] == [("half", None)]

    # The engine asks for an update of what is half made even where the program has not changed.
    fixed = provider.update(LOG_GROUP, detail.id, state, inputs, inputs)
    assert fixed["retentionInDays"] == 30 and not [key for key in fixed if key.startswith("__")]
    assert client("logs").describe_log_groups(logGroupNamePrefix="half")["logGroups"][0]["retentionInDays"] == 30
    assert provider.read(LOG_GROUP, "half", fixed, inputs) == ("half", fixed, inputs)
    provider.delete(LOG_GROUP, "half", fixed)


def test_what_the_service_refuses_is_told_in_its_words_with_the_urn(provider: wire.Provider) -> None:
    inputs = provider.checked(
        "aws:sqs/queuePolicy:QueuePolicy", {"queueUrl": "http://127.0.0.1:1/000000000000/none", "policy": "{}"}
    )
    with pytest.raises(grpc.RpcError) as failed:
        provider.create("aws:sqs/queuePolicy:QueuePolicy", inputs)
    told = str(failed.value.details())
    assert told.startswith("sqs:SetQueueAttributes was refused: ") and told.endswith(
        f" [{wire.urn('aws:sqs/queuePolicy:QueuePolicy', 'it')}]"
    )


def test_what_the_emulator_lacks_is_kept_in_state_and_written_down_once(emulator: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    started = wire.start(SERVERLESS_PLATFORM_NOT_EMULATED_LOG=str(log))
    try:
        started.configure(**arguments(emulator))
        inputs = started.checked(GROUP, {"groupName": "all", "filterExpression": "true"}, "traces")
        id, state = started.create(GROUP, inputs, "traces")
        assert id == state["arn"] and id.startswith("arn:aws:xray:eu-west-1:000000000000:group/all/")
        assert started.read(GROUP, id, state, inputs, "traces") == (id, state, inputs)
        new = started.checked(GROUP, {"groupName": "all", "filterExpression": "false"}, "traces", olds=inputs)
        assert started.update(GROUP, id, state, inputs, new, "traces")["filterExpression"] == "false"
        started.delete(GROUP, id, state, "traces")
        assert [json.loads(line) for line in log.read_text().splitlines()] == [
            {"type": GROUP, "urn": wire.urn(GROUP, "traces"), "name": "traces"}
        ]
        assert started.check(GROUP, {"groupName": "all"}, "traces")[1] == [
            ("filterExpression", f"missing required property 'filterExpression' [{wire.urn(GROUP, 'traces')}]")
        ]
    finally:
        started.stop()


def test_offline_makes_everything_in_state_and_the_same_each_time(offline: wire.Provider) -> None:
    id, state, inputs = offline.make(QUEUE, {"name": "work"})
    assert id == state["url"] == "https://sqs.eu-west-1.amazonaws.com/222222222222/work"
    assert state["arn"] == "arn:aws:sqs:eu-west-1:222222222222:work" and state["tagsAll"] == {"owner": "platform"}
    first, second = (offline.make(API, {"name": "orders", "protocolType": "HTTP"}) for _ in range(2))
    assert first == second and len(first[0]) == 10
    assert first[1]["apiEndpoint"] == f"https://{first[0]}.execute-api.eu-west-1.amazonaws.com"
    id, state, inputs = offline.make(FUNCTION, {"name": "one", "role": "arn:aws:iam::222222222222:role/a", "code": CODE, "handler": "a.b",
                                                "runtime": "python3.13", "publish": True})  # fmt: skip
    assert state["version"] == "1" and state["qualifiedArn"] == "arn:aws:lambda:eu-west-1:222222222222:function:one:1"
    new = offline.checked(FUNCTION, {**inputs, "code": NEW_CODE}, olds=inputs)
    assert offline.update(FUNCTION, id, state, inputs, new, preview=True)["version"] is UNKNOWN
    assert not [key for key, value in offline.update(FUNCTION, id, state, inputs, new).items() if value is UNKNOWN]
    assert offline.read(FUNCTION, id, state, inputs) == (id, state, inputs)
    offline.delete(FUNCTION, id, state)
    assert offline.check(QUEUE, {"nam": "work"})[1][0][0] == "nam"


def test_offline_opens_no_connection_and_loads_no_client(tmp_path: Path) -> None:
    """In one process, through the same servicer: neither botocore nor a connection of any kind."""
    import subprocess
    import sys

    program = """
import os, socket, sys
os.environ["SERVERLESS_PLATFORM_OFFLINE"] = "1"
def refuse(*_, **__): raise AssertionError("a connection was about to be opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from aws_provider import configuration, offline, registry, check, lifecycle
from aws_provider.schema import fields
cloud = configuration.cloud_of({"region": "eu-west-1", "allowedAccountIds": '["222222222222"]'})
for entry in registry.table().values():
    offline.made(entry, fields(entry.token), cloud, {"name": "one", "topic": "arn:aws:sns:eu-west-1:222222222222:a", "layerName": "l", "groupName": "g", "apiId": "a", "serviceNamespace": "lambda", "resourceId": "function:a:b"}, "urn:a::b::c::d")
print(sorted(name for name in sys.modules if name.split(".")[0] in ("botocore", "boto3", "urllib3")))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(wire.ROOT / "local")}, capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.stdout.strip()) == ("", "[]")


def test_deletion_leaves_objects_and_buckets_alone_unless_told(provider: wire.Provider, client: Any) -> None:
    s3 = client("s3")
    id, state, inputs = provider.make("aws:s3/bucket:Bucket", {"bucket": "keeps-objects"})
    s3.put_object(Bucket=id, Key="a", Body=b"1")
    with pytest.raises(grpc.RpcError) as failed:
        provider.delete("aws:s3/bucket:Bucket", id, state)
    assert str(failed.value.details()).startswith("s3:DeleteBucket was refused: BucketNotEmpty: ")
    new = provider.checked("aws:s3/bucket:Bucket", {"bucket": "keeps-objects", "forceDestroy": True}, olds=inputs)
    provider.delete("aws:s3/bucket:Bucket", id, provider.update("aws:s3/bucket:Bucket", id, state, inputs, new))
    with pytest.raises(ClientError, match="404"):
        s3.head_bucket(Bucket=id)
