"""The restore check on the embedded cloud: its own code, with the role that is planned for it and no more, restores a table for real; and a drill."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local import cloud as clouds
from platform_contract.features.backups import BackupsPlan
from platform_contract.manifest import load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.plan.roles import role_documents
from platform_contract.planning import draft
from platform_contract.platform.boundary import boundary_document
from platform_contract.platform.documents import trust_policy
from serverless_platform.platform_code import platform_texts
from tests.checkout import ROOT, free_port

pytestmark = pytest.mark.emulator

SETTINGS = stack_settings(ROOT, "local")
PLAN = draft(load_manifests(ROOT / "workloads", SETTINGS)["orders"], SETTINGS, "scale")
BACKUPS = BackupsPlan.model_validate(PLAN.features["backups"].model_dump())
[TABLE] = json.loads(BACKUPS.check_data)
COPY = json.loads(BACKUPS.check_data)[TABLE]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory) -> Iterator[clouds.Cloud]:
    folder = tmp_path_factory.mktemp("restoring")
    running, _ = clouds.start(SETTINGS.account_id, SETTINGS.region, free_port(), folder)
    try:
        document = boundary_document(SETTINGS.account_id, SETTINGS.region, SETTINGS.environment)
        clouds.bootstrap_account(running, SETTINGS.boundary_name, document)
        _make_function(running)
        yield running
    finally:
        clouds.stop(folder)


def _make_role(cloud: clouds.Cloud, name: str, trust: dict[str, Any]) -> str:
    """ARN of a role with what is planned for that of the check."""
    [planned] = [each for each in role_documents(PLAN) if each.name == BACKUPS.check.role_name]
    iam = cloud.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), PermissionsBoundary=SETTINGS.boundary_arn)
    for number, document in enumerate(planned.inline):
        iam.put_role_policy(RoleName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(document))
    arn: str = made["Role"]["Arn"]
    return arn


def _make_function(cloud: clouds.Cloud) -> None:
    arn = _make_role(cloud, BACKUPS.check.role_name, trust_policy(SETTINGS.account_id))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in (platform_texts(BACKUPS.check.handler) | {"tables.json": BACKUPS.check_data}).items():
            archive.writestr(name, text)
    cloud.client("lambda").create_function(
        FunctionName=BACKUPS.check.physical_name, Runtime=BACKUPS.check.runtime, Handler=BACKUPS.check.handler, Role=arn,
        Code={"ZipFile": packed.getvalue()}, Timeout=60, Environment={"Variables": BACKUPS.check.environment},
    )  # fmt: skip


@pytest.fixture
def tables(cloud: clouds.Cloud) -> Iterator[Any]:
    """DynamoDB, with forty orders."""
    client, table = cloud.client("dynamodb"), PLAN.tables["orders"]
    client.create_table(
        TableName=TABLE, KeySchema=[{"AttributeName": table.partition_key, "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": table.partition_key, "AttributeType": "S"}],
    )
    for number in range(40):
        client.put_item(TableName=TABLE, Item={table.partition_key: {"S": f"o{number}"}, "total": {"N": str(number)}})
    yield client
    for name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)


def run(cloud: clouds.Cloud, step: str) -> dict[str, Any]:
    reply = cloud.client("lambda").invoke(FunctionName=BACKUPS.check.physical_name, Payload=json.dumps({"step": step}).encode(), LogType="Tail")
    answer = json.loads(reply["Payload"].read())
    assert "FunctionError" not in reply, answer
    return answer[TABLE]


def test_a_table_is_restored_compared_and_the_copy_deleted(cloud: clouds.Cloud, tables: Any):
    assert run(cloud, "start") == {"state": "started", "problems": []}
    assert COPY in tables.list_tables()["TableNames"]
    assert run(cloud, "finish") == {"state": "finished", "problems": []}
    assert tables.list_tables()["TableNames"] == [TABLE]
    assert run(cloud, "finish")["state"] == "nothing to do"


def test_drill_a_restore_that_brings_nothing_back_is_seen(cloud: clouds.Cloud, tables: Any):
    run(cloud, "start")
    for item in tables.scan(TableName=COPY)["Items"]:
        tables.delete_item(TableName=COPY, Key={PLAN.tables["orders"].partition_key: item[PLAN.tables["orders"].partition_key]})
    answer = run(cloud, "finish")
    assert answer["state"] == "failed" and any("it has no items" in each for each in answer["problems"]), answer
    assert tables.list_tables()["TableNames"] == [TABLE], "a copy that is wrong is deleted as well"


def test_its_role_deletes_the_copy_and_no_other_table(cloud: clouds.Cloud, tables: Any):
    """A role with the same policies, which the test may take."""
    account = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{SETTINGS.account_id}:root"}, "Action": "sts:AssumeRole"}
    role = _make_role(cloud, "drill", {"Version": "2012-10-17", "Statement": [account]})
    taken = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="drill")["Credentials"]
    as_role = boto3.client("dynamodb", endpoint_url=cloud.endpoint, region_name=SETTINGS.region, aws_access_key_id=taken["AccessKeyId"], aws_secret_access_key=taken["SecretAccessKey"],
                           aws_session_token=taken["SessionToken"])  # fmt: skip
    for refused in (
        lambda: as_role.delete_table(TableName=TABLE), lambda: as_role.put_item(TableName=TABLE, Item={"order_id": {"S": "x"}}),
        lambda: as_role.restore_table_to_point_in_time(SourceTableName=f"{TABLE}-other", TargetTableName=COPY, UseLatestRestorableTime=True),
    ):  # fmt: skip
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()
    as_role.restore_table_to_point_in_time(SourceTableName=TABLE, TargetTableName=COPY, UseLatestRestorableTime=True)
    as_role.delete_table(TableName=COPY)
    assert tables.list_tables()["TableNames"] == [TABLE]
