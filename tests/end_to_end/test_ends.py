"""How a stack ends: `pulumi destroy`, `make down`, and a port that somebody else has taken meanwhile. Runs last on the small stack."""

import socket

import pytest

from local import cloud as clouds
from local.steps import step
from local.update import session_members

pytestmark = pytest.mark.end_to_end


def everything(access) -> dict[str, list[str]]:
    """Names of all resources in the embedded cloud, by kind. Keys that wait for their deletion (7 days at least) are gone."""
    client, account = access.cloud.client, access.inventory.account_id
    kms, iam, lambdas = client("kms"), client("iam"), client("lambda")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    return {
        "function": [one["FunctionName"] for one in lambdas.list_functions()["Functions"]],
        "layer": [one["LayerName"] for one in lambdas.list_layers()["Layers"]],
        "event source mapping": [one["UUID"] for one in lambdas.list_event_source_mappings()["EventSourceMappings"]],
        "table": client("dynamodb").list_tables()["TableNames"],
        "queue": client("sqs").list_queues().get("QueueUrls", []),
        "bucket": [one["Name"] for one in client("s3").list_buckets()["Buckets"]],
        "log group": [one["logGroupName"] for one in client("logs").describe_log_groups()["logGroups"]],
        "api": [one["ApiId"] for one in client("apigatewayv2").get_apis()["Items"]],
        "user pool": [one["Id"] for one in client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]],
        "topic": [one["TopicArn"] for one in client("sns").list_topics()["Topics"]],
        "subscription": [one["SubscriptionArn"] for one in client("sns").list_subscriptions()["Subscriptions"]],
        "alarm": [one["AlarmName"] for one in client("cloudwatch").describe_alarms()["MetricAlarms"]],
        "role": [one["RoleName"] for one in iam.list_roles()["Roles"]],
        "policy": [one["PolicyName"] for one in iam.list_policies(Scope="Local")["Policies"]],
        "key": [key["KeyId"] for key in keys if key["KeyState"] != "PendingDeletion" and key["KeyManager"] == "CUSTOMER"],
        "alias": [one["AliasName"] for one in kms.list_aliases()["Aliases"] if not one["AliasName"].startswith("alias/aws/")],
        "budget": [one["BudgetName"] for one in client("budgets").describe_budgets(AccountId=account).get("Budgets", [])],
    }  # fmt: skip


FROM_THE_BOOTSTRAP = {"policy": ["serverless-platform-boundary-local-eu-west-1"]}
"""Made once per environment, outside of the stack."""


def test_destroy_leaves_nothing_in_the_embedded_cloud(small):
    """What lists nothing before would prove nothing after."""
    access = small.access()
    before = everything(access)
    assert {kind for kind, names in before.items() if not names} <= {"subscription"}, before
    with step("destroy") as current:
        small.stack().run("destroy", current)
    assert {kind: names for kind, names in everything(access).items() if names} == FROM_THE_BOOTSTRAP


def test_down_leaves_nothing_running(small):
    cloud = clouds.running(small.folder / ".local")
    small.down()
    assert session_members(cloud.pid) == []
    assert not clouds.is_taken(small.port)
    assert "was not running" in small.run("local.down").stdout
    told = small.run("local.traces").stdout.strip()
    assert told == "Refused: there are no traces yet: make up, then call a route or send a message", "the collector has ended, too"


def test_a_taken_port_is_refused_and_another_one_works(small):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", small.port))
        other.listen()
        done = small.run(*small.up_command)
    assert done.returncode == 1
    assert f"port {small.port} on 127.0.0.1 is taken by another program" in done.stdout
    assert "Traceback" not in done.stdout
