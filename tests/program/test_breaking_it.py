"""Breaks the product in one place at a time; the check that guards the place has to notice.

What is broken is what components send: a lost edge, a wrong dimension, a missing permission. The graph of an unbroken
program passes every check (test_graph.py), so whatever a check says here is the breakage.
"""

from dataclasses import replace
from typing import Any

import pulumi_aws
import pytest

from platform_contract.registry import VERBS
from tests.program import checks
from tests.program.breaking import Change, assert_noticed, not_made, only, run_workloads, told_of, unordered, with_, without

WORKLOADS = ("receipts", "orders")
"""What is broken is broken in these two: an API, a queue with its dead letters, a bucket, tables, alarms and budgets."""


def text_log_group(_: str, sent: dict[str, Any]) -> dict[str, Any]:
    logging = pulumi_aws.lambda_.FunctionLoggingConfigArgs(log_format="JSON", log_group=f"/aws/lambda/{sent['name']}")
    return {**sent, "logging_config": logging}


def renamed_dimension(_: str, sent: dict[str, Any]) -> dict[str, Any]:
    return {**sent, "dimensions": {f"{key}s": value for key, value in sent["dimensions"].items()}}


def renamed_index(_: str, sent: dict[str, Any]) -> dict[str, Any]:
    """As one library of alarms has it: an alarm that never fires."""
    table, index = sent["dimensions"]["TableName"], sent["dimensions"]["GlobalSecondaryIndexName"]
    return {**sent, "dimensions": {"TableName": table, "GlobalSecondaryIndex": index}}


ESM = "arn:aws:lambda:eu-west-1:111111111111:function:dev-receipts-worker"
TOPIC = "arn:aws:sns:eu-west-1:111111111111:dev-alarms"

BREAKAGES = [
    ("lambda_.Function", unordered, checks.edges, "the first invocation needs its permissions"),
    ("lambda_.Function", text_log_group, checks.edges, "Lambda makes a missing log group"),
    ("lambda_.EventSourceMapping", with_(function_name=f"{ESM}:live"), checks.edges, "to read from the queue with the role"),
    ("apigatewayv2.Integration", unordered, checks.edges, "the first request is answered with 500"),
    ("apigatewayv2.Stage", unordered, checks.edges, "the first deployment would have no routes"),
    ("s3.BucketPolicy", unordered, checks.edges, "S3 answers 409"),
    ("s3.BucketOwnershipControls", unordered, checks.edges, "S3 answers 409"),
    ("s3.BucketLifecycleConfiguration", unordered, checks.edges, "its rules are on versions"),
    ("sqs.Queue", unordered, checks.edges, "SQS refuses a dead-letter queue that is not there"),
    ("cloudwatch.MetricAlarm", with_(alarm_actions=[TOPIC]), checks.edges, "the topic must admit"),
    ("cloudwatch.MetricAlarm", renamed_dimension, checks.alarms, "publishes no Errors with dimensions ['FunctionNames']"),
    ("cloudwatch.MetricAlarm", only("-errors", with_(threshold=1)), checks.alarms, "threshold 1.0 is outside"),
    ("cloudwatch.MetricAlarm", with_(alarm_actions=[]), checks.alarms, "alarmActions is empty"),
    ("cloudwatch.MetricAlarm", with_(ok_actions=[TOPIC]), checks.alarms, "okActions sends a mail when the alarm is made"),
    ("cloudwatch.MetricAlarm", only("-errors-hour", not_made), checks.alarms, "no alarm looks back for an hour, only 180 s"),
    ("cloudwatch.MetricAlarm", only("-index-write-throttles", not_made), checks.alarms, "no alarm on WriteThrottleEvents of the index by-customer"),
    ("cloudwatch.MetricAlarm", only("-index-read-throttles", renamed_index), checks.alarms, "with dimensions ['GlobalSecondaryIndex', 'TableName']"),
    ("cloudwatch.MetricAlarm", only("-batch-item-failures", with_(dimensions={"service": "receipts"})), checks.alarms,
     "publishes no BatchItemFailures with dimensions ['service']"),
    ("cloudwatch.MetricAlarm", with_(alarm_actions=[TOPIC + "s"]), checks.alarms, "is no topic of the program"),
    ("cloudwatch.MetricAlarm", only("-dead-messages", with_(dimensions={"QueueName": "dev-receipts-paid-orders"})), checks.alarms,
     "a dead-letter queue without an alarm on its depth"),
    ("kms.Key", only("platform-alarms-key", with_(policy='{"Statement": []}')), checks.alarms, "the key of the topic"),
    ("sns.TopicPolicy", with_(policy='{"Statement": []}'), checks.alarms, "does not admit budgets.amazonaws.com"),
    ("iam.Role", without("permissions_boundary"), checks.roles, "its boundary is None"),
    ("iam.Role", with_(name="lambda"), checks.roles, "is called lambda, its function dev-"),
    ("iam.RolePolicy", only("-access", with_(policy='{"Statement": []}')), checks.grants, "may not sqs:ReceiveMessage on"),
    ("lambda_.EventSourceMapping", with_(function_name=ESM), checks.alias_only, "invokes arn:aws:lambda"),
    ("lambda_.Permission", without("qualifier"), checks.alias_only, "is on the qualifier None"),
    ("sqs.Queue", only("-paid-orders", with_(visibility_timeout_seconds=60)), checks.timings, "must be at least 181.0 s"),
    ("lambda_.EventSourceMapping", with_(function_response_types=[]), checks.timings, "fails its whole batch"),
    ("apigatewayv2.Integration", with_(timeout_milliseconds=5000), checks.timings, "API Gateway waits 5000"),
    ("budgets.Budget", with_(opts=None), checks.parents, "has the provider"),
    ("dynamodb.Table", with_(name="dev-pilot-orders"), checks.names, "the phase is in its name"),
]  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("kind", "change", "check", "says"), BREAKAGES, ids=[f"{kind}-{says[:40]}" for kind, _, _, says in BREAKAGES]
)
def test_the_check_notices(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, check: Any, says: str):
    assert_noticed(monkeypatch, WORKLOADS, kind, change, check, says)


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "change", "says"), [
    ("apigateway.Deployment", with_(triggers={"content": "by hand"}), "a change of urn:pulumi:dev::"),
    ("apigateway.MethodSettings", unordered, "settings of all methods would overwrite it"),
])  # fmt: skip
def test_a_broken_rest_api_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, says: str):
    assert_noticed(monkeypatch, ("partners",), kind, change, checks.edges, says)


def test_a_secret_that_keeps_its_name_is_noticed(monkeypatch: pytest.MonkeyPatch):
    """Of a stack without protected state: whoever destroys it could not make it again for a week."""
    found = told_of(monkeypatch, ("loans",), "secretsmanager.Secret", with_(recovery_window_in_days=7), lambda graph: checks.state_is_protected(graph, False))
    assert [problem.split("::")[-1] for problem in found] == ["loans-bureau: can be brought back for 7 days"]


def test_a_dropped_action_is_noticed(monkeypatch: pytest.MonkeyPatch):
    consume = VERBS["queue"]["consume"]
    (permission,) = consume.permissions
    left = tuple(action for action in permission.actions if action != "sqs:DeleteMessage")
    weaker = replace(consume, permissions=(replace(permission, actions=left),))
    monkeypatch.setitem(VERBS["queue"], "consume", weaker)
    graph = run_workloads(*WORKLOADS)
    found = [problem.split("::")[-1] for problem in checks.grants(graph)]
    assert "receipts-worker: may not sqs:DeleteMessage on arn:aws:sqs:eu-west-1:111111111111:dev-receipts-paid-orders" in found
    readers = [each for each in graph.all("lambda/eventSourceMapping") if ":sqs:" in each.inputs["eventSourceArn"]]
    assert len(found) == len(readers)
    assert all(": may not sqs:DeleteMessage on arn:aws:sqs:" in problem for problem in found), found


def test_a_key_that_does_not_admit_lambda_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("platform_contract.platform.grants.key_statements", lambda *_, **__: ())
    assert "may not kms:Decrypt on" in "\n".join(checks.grants(run_workloads(*WORKLOADS)))
