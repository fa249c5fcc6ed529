"""What the recorder writes down, of an embedded cloud that asks IAM: by role, action, resource and decision."""

import json
import socket

import boto3
import pytest
from botocore.exceptions import ClientError

from local import cloud as clouds
from local.access_grants import Call, recorded

pytestmark = pytest.mark.emulator

ACCOUNT, REGION = "000000000000", "eu-west-1"
BUCKET, QUEUE = "recorder-bucket", f"arn:aws:sqs:{REGION}:{ACCOUNT}:recorder-queue"
TLS_ONLY = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": QUEUE, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return clouds.access_log(tmp_path_factory.mktemp("access"))


@pytest.fixture(scope="module")
def cloud(log):
    with socket.socket() as probe:
        probe.bind((clouds.HOST, 0))
        port = probe.getsockname()[1]
        probe.close()
        running, _ = clouds.start(ACCOUNT, REGION, port, log.parent)
        try:
            running.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
            policy = json.dumps({"Version": "2012-10-17", "Statement": [TLS_ONLY]})
            running.client("sqs").create_queue(QueueName="recorder-queue", Attributes={"Policy": policy})
            yield running
        finally:
            clouds.stop(log.parent)


@pytest.fixture
def acting(cloud):
    """Makes a role that may do `actions`; clients that act under it."""

    def act(role: str, *actions: str, resource: str = "*"):
        iam = cloud.client("iam")
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
        allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}]}
        iam.put_role_policy(RoleName=role, PolicyName="access", PolicyDocument=json.dumps(allowed))
        taken = cloud.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="test")["Credentials"]
        return lambda service: boto3.client(
            service, endpoint_url=cloud.endpoint, region_name=REGION, aws_access_key_id=taken["AccessKeyId"],
            aws_secret_access_key=taken["SecretAccessKey"], aws_session_token=taken["SessionToken"],
        )  # fmt: skip

    return act


def of(log, role: str) -> list[Call]:
    return [call for call in recorded(log) if call.role == role]


def test_what_is_allowed_and_what_is_denied_is_written_once_each(log, acting):
    s3 = acting("writer", "s3:PutObject")("s3")
    for _ in range(3):
        s3.put_object(Bucket=BUCKET, Key="a", Body=b"a")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=BUCKET, Key="a")
    assert of(log, "writer") == [
        Call("writer", "s3:PutObject", f"arn:aws:s3:::{BUCKET}/a", "Allow"),
        Call("writer", "s3:DeleteObject", f"arn:aws:s3:::{BUCKET}/a", "ImplicitDeny"),
    ]


def test_a_batch_is_the_action_that_authorizes_it_and_traffic_counts_as_sent_over_tls(cloud, log, acting):
    sqs = acting("sender", "sqs:SendMessage")("sqs")
    url = cloud.client("sqs").get_queue_url(QueueName="recorder-queue")["QueueUrl"]
    sent = sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "a"}])
    assert [each["Id"] for each in sent["Successful"]] == ["1"]
    assert of(log, "sender") == [Call("sender", "sqs:SendMessage", QUEUE, "Allow")]


def test_only_who_may_list_a_bucket_is_told_that_an_object_is_missing(log, acting):
    with pytest.raises(ClientError, match="NoSuchKey"):
        acting("lister", "s3:GetObject", "s3:ListBucket")("s3").get_object(Bucket=BUCKET, Key="missing")
    with pytest.raises(ClientError, match="AccessDenied"):
        acting("getter", "s3:GetObject")("s3").get_object(Bucket=BUCKET, Key="missing")
    asked = ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/missing", "Allow")
    assert of(log, "lister") == [Call("lister", *asked), Call("lister", "s3:ListBucket", f"arn:aws:s3:::{BUCKET}", "Allow")]
    assert of(log, "getter") == [Call("getter", *asked)], "to be told nothing is no missing grant"


def configuration(cloud, name: str) -> str:
    """What IAM calls the configuration `flags` of a new application, deployed nowhere yet."""
    api = cloud.client("appconfig")
    application = api.create_application(Name=name)["Id"]
    environment = api.create_environment(ApplicationId=application, Name="local")["Id"]
    profile = api.create_configuration_profile(ApplicationId=application, Name="flags", LocationUri="hosted")["Id"]
    return f"arn:aws:appconfig:{REGION}:{ACCOUNT}:application/{application}/environment/{environment}/configuration/{profile}"


def test_a_read_of_a_configuration_is_an_action_on_that_one(cloud, log, acting):
    own, other = configuration(cloud, "own"), configuration(cloud, "other")
    data = acting("reader", "appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration", resource=own)("appconfigdata")

    def read(application: str) -> None:
        token = data.start_configuration_session(ApplicationIdentifier=application, EnvironmentIdentifier="local", ConfigurationProfileIdentifier="flags")
        data.get_latest_configuration(ConfigurationToken=token["InitialConfigurationToken"])

    read("own")
    with pytest.raises(ClientError, match="AccessDenied"):
        read("other")
    assert of(log, "reader") == [
        Call("reader", "appconfig:StartConfigurationSession", own, "Allow"),
        Call("reader", "appconfig:GetLatestConfiguration", own, "Allow"),
        Call("reader", "appconfig:StartConfigurationSession", other, "ImplicitDeny"),
    ]


def test_the_root_of_the_account_is_not_recorded(cloud, log):
    cloud.client("s3").list_objects_v2(Bucket=BUCKET)
    assert {call.role for call in recorded(log)} <= {"writer", "sender", "lister", "getter", "reader"}
