"""Events, schedules, notifications and asynchronous calls: what is refused before any call, and what really happens after one."""

import json
import time
from typing import Any

import pytest

from . import wire
from .cases import BUCKET, FUNCTION, QUEUE, ROLE, TRUST

pytestmark = pytest.mark.emulator

RULE, TARGET = "aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"
SCHEDULE, NOTIFICATION = "aws:scheduler/schedule:Schedule", "aws:s3/bucketNotification:BucketNotification"
ASYNC, MAPPING = (
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
)
STREAM = f"arn:aws:dynamodb:{wire.REGION}:{wire.ACCOUNT}:table/t/stream/2026-01-01T00:00:00.000"
WORK = f"arn:aws:sqs:{wire.REGION}:{wire.ACCOUNT}:work"
FINE: dict[str, dict[str, Any]] = {
    RULE: {"eventPattern": json.dumps({"source": ["orders"]})},
    TARGET: {"rule": "placed", "arn": WORK},
    SCHEDULE: {"scheduleExpression": "rate(1 hour)", "flexibleTimeWindow": {"mode": "OFF"}, "target": {"arn": WORK, "roleArn": "arn:aws:iam::000000000000:role/one"}},
    NOTIFICATION: {"bucket": "files"},
    ASYNC: {"functionName": "one", "qualifier": "live"},
    MAPPING: {"functionName": "one", "eventSourceArn": STREAM, "startingPosition": "LATEST"},
}  # fmt: skip
CREATED, PUT = ["s3:ObjectCreated:*"], ["s3:ObjectCreated:Put"]

REFUSED = [
    (RULE, {"eventPattern": None}, "eventPattern", "one of eventPattern, scheduleExpression has to be given"),
    (RULE, {"scheduleExpression": "rate(5 minutes)", "eventBusName": "orders"}, "scheduleExpression",
     "scheduleExpression, eventBusName='orders': scheduled rules are on the default bus only; use scheduler.Schedule"),
    (RULE, {"isEnabled": True}, "isEnabled", "isEnabled: the embedded cloud's provider does not send it; use state"),
    (TARGET, {"input": "{}", "inputPath": "$.detail"}, "inputPath", "at most one of input, inputPath, inputTransformer; here: input, inputPath"),
    (TARGET, {"retryPolicy": {"maximumRetryAttempts": 186}}, "retryPolicy.maximumRetryAttempts", "retryPolicy.maximumRetryAttempts=186: must be 0 to 185"),
    (TARGET, {"retryPolicy": {"maximumEventAgeInSeconds": 30}}, "retryPolicy.maximumEventAgeInSeconds", "retryPolicy.maximumEventAgeInSeconds=30: must be 60 to 86400"),
    (TARGET, {"inputTransformer": {"inputPaths": {"AWSid": "$.id"}, "inputTemplate": "<AWSid>"}}, "inputTransformer.inputPaths",
     "inputTransformer.inputPaths.AWSid: names that begin with AWS are reserved"),
    (TARGET, {"ecsTarget": {"taskDefinitionArn": "arn:aws:ecs:eu-west-1:000000000000:task-definition/one"}}, "ecsTarget",
     "ecsTarget: the embedded cloud's provider does not send it; the emulator has no such target"),
    (SCHEDULE, {"flexibleTimeWindow": {"mode": "FLEXIBLE"}}, "flexibleTimeWindow.maximumWindowInMinutes",
     "missing 'flexibleTimeWindow.maximumWindowInMinutes': a flexible window needs its length"),
    (SCHEDULE, {"flexibleTimeWindow": {"mode": "OFF", "maximumWindowInMinutes": 5}}, "flexibleTimeWindow.maximumWindowInMinutes",
     "flexibleTimeWindow.maximumWindowInMinutes: has no meaning where flexibleTimeWindow.mode is OFF"),
    (SCHEDULE, {"scheduleExpressionTimezone": "localtime"}, "scheduleExpressionTimezone", "scheduleExpressionTimezone='localtime': is no time zone"),
    (NOTIFICATION, {"queues": [{"queueArn": WORK, "events": ["s3:ObjectCreated"]}]}, "queues[0].events[0]", "queues[0].events[0]='s3:ObjectCreated': must match s3:"),
    (NOTIFICATION, {"queues": [{"queueArn": WORK, "events": CREATED, "filterPrefix": "in/"}],
                    "lambdaFunctions": [{"lambdaFunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:one", "events": PUT, "filterPrefix": "in/a/"}]}, "queues",
     "queues[0]: S3 refuses it beside lambdaFunctions[0]: an object may match the filters of both for s3:ObjectCreated:Put"),
    (ASYNC, {"maximumRetryAttempts": 3}, "maximumRetryAttempts", "maximumRetryAttempts=3: must be 0 to 2"),
    (ASYNC, {"functionName": "one:live"}, "functionName", "functionName='one:live': give the alias or version in qualifier"),
    (ASYNC, {"destinationConfig": {}}, "destinationConfig", "destinationConfig: one of onFailure, onSuccess has to be given"),
    (MAPPING, {"startingPosition": None}, "startingPosition", f"missing 'startingPosition': eventSourceArn='{STREAM}' is a stream"),
    (MAPPING, {"startingPosition": "AT_TIMESTAMP", "startingPositionTimestamp": "2026-01-01T00:00:00Z"}, "startingPositionTimestamp",
     "startingPositionTimestamp: goes with startingPosition AT_TIMESTAMP, which DynamoDB streams do not have"),
    (MAPPING, {"eventSourceArn": WORK}, "startingPosition", f"startingPosition: is for streams; eventSourceArn='{WORK}' is a queue"),
    (MAPPING, {"parallelizationFactor": 11}, "parallelizationFactor", "parallelizationFactor=11: must be 1 to 10"),
]  # fmt: skip
SCHEDULES = {
    RULE: (["rate(1 minute)", "rate(10 minutes)", "cron(0 3 * * ? *)"], ["rate(1 minutes)", "rate(0 hours)", "cron(0 3 * * ?)", "cron(0 25 * * ? *)", "at(2030-01-01T00:00:00)"]),
    SCHEDULE: (["rate(2 days)", "cron(0 3 ? * MON *)", "at(2030-01-01T00:00:00)"], ["rate(2 day)", "at(2030-01-01)", "every hour", "cron(0 3 ? * MON-FRI,9 *)"]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("token", "wrong", "property", "told"), REFUSED, ids=[f"{each[0].split(':')[2]}-{each[2]}" for each in REFUSED]
)
def test_what_aws_refuses_is_refused_before_the_call(
    provider: wire.Provider, token: str, wrong: dict, property: str, told: str
) -> None:
    inputs = {key: value for key, value in {**FINE[token], **wrong}.items() if value is not None}
    assert provider.check(token, FINE[token])[1] == []
    found = provider.check(token, inputs)[1]
    assert [(name, reason[: len(told)]) for name, reason in found] == [(property, told)]


@pytest.mark.parametrize("token", SCHEDULES)
def test_expressions_of_schedules_are_read_as_aws_reads_them(provider: wire.Provider, token: str) -> None:
    right, wrong = SCHEDULES[token]
    for expression in right:
        assert provider.check(token, {**FINE[token], "scheduleExpression": expression})[1] == [], expression
    for expression in wrong:
        assert provider.check(token, {**FINE[token], "scheduleExpression": expression})[1] != [], expression


def test_filters_that_cannot_meet_are_taken(provider: wire.Provider) -> None:
    apart = [{"queueArn": WORK, "events": CREATED, "filterPrefix": prefix} for prefix in ("a/", "b/")]
    other_event = {"queueArn": WORK, "events": ["s3:ObjectRemoved:*"], "filterPrefix": "a/"}
    other_end = [{"queueArn": WORK, "events": PUT, "filterPrefix": "c/", "filterSuffix": suffix} for suffix in (".png", ".jpg")]
    assert provider.check(NOTIFICATION, {"bucket": "files", "queues": [*apart, other_event, *other_end]})[1] == []


def test_a_failed_asynchronous_call_ends_where_the_function_says(provider: wire.Provider, client: Any) -> None:
    """By Invoke and by an upload. Without a qualifier: that of an alias is what the emulator does not use (see the entry)."""
    code = wire.assets(**{"app.py": "def handler(event, context):\n    raise ValueError('never')\n"})
    _, role, _ = provider.make(ROLE, {"name": "fails-role", "assumeRolePolicy": TRUST})
    _, queue, _ = provider.make(QUEUE, {"name": "fails-dead"})
    inputs = {"name": "fails", "role": role["arn"], "runtime": "python3.13", "handler": "app.handler", "code": code}
    function_id, function, _ = provider.make(FUNCTION, inputs)
    destination = {"onFailure": {"destination": queue["arn"]}}
    id, state, _ = provider.make(ASYNC, {"functionName": "fails", "maximumRetryAttempts": 1, "destinationConfig": destination})
    assert id == "fails"
    _, bucket, _ = provider.make(BUCKET, {"bucket": "fails-files", "forceDestroy": True})
    uploads = [{"lambdaFunctionArn": function["arn"], "events": CREATED}]
    provider.make(NOTIFICATION, {"bucket": "fails-files", "lambdaFunctions": uploads})

    client("lambda").invoke(FunctionName="fails", InvocationType="Event", Payload=b'{"by": "invoke"}')
    client("s3").put_object(Bucket="fails-files", Key="a.txt", Body=b"a")
    bodies: list[dict] = []
    deadline = time.monotonic() + 120
    while len(bodies) < 2 and time.monotonic() < deadline:
        got = client("sqs").receive_message(QueueUrl=queue["url"], WaitTimeSeconds=1, MaxNumberOfMessages=10)
        bodies += [json.loads(each["Body"]) for each in got.get("Messages", [])]
    assert sorted("Records" in body["requestPayload"] for body in bodies) == [False, True]
    logged = client("logs").filter_log_events(logGroupName="/aws/lambda/fails")["events"]
    assert len([each for each in logged if each["message"].startswith("START")]) == 4, "two events, each tried twice"

    provider.delete(ASYNC, id, state)
    with pytest.raises(client("lambda").exceptions.ResourceNotFoundException):
        client("lambda").get_function_event_invoke_config(FunctionName="fails")
    provider.delete(BUCKET, bucket["id"], bucket)
    provider.delete(FUNCTION, function_id, function)
