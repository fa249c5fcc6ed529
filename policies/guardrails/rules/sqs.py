"""SQS: encrypted queues that outlast the work on a message."""

import json
from collections.abc import Iterator

from guardrails.joins import FUNCTION, QUEUE, meant, physical_name, remembered, service
from guardrails.limits import LEAST_RECEIVE_COUNT, VISIBILITY_TIMEOUTS, visibility_timeout_seconds
from guardrails.memory import Memory
from guardrails.resource import Resource, Stack
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Scope, Severity
from guardrails.values import Unknown, as_mapping

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"
QUEUE_ARN = "arn:aws:sqs:eu-west-1:000000000000:local-receipts-intake"
ALIAS_ARN = "arn:aws:lambda:eu-west-1:000000000000:function:local-receipts-worker:live"

LAMBDA_TIMEOUT_SECONDS = 3
QUEUE_VISIBILITY_SECONDS = 30
"""What AWS takes where nothing is set (pulumi-aws documents both); providers may or may not fill it in at check."""


def queue_is_encrypted(resource: Resource, _: Memory) -> Iterator[Outcome]:
    key = resource.get("kmsMasterKeyId")
    if isinstance(key, Unknown):
        yield NotKnown(key.path)
    elif key and "alias/aws/" in key:
        yield Finding(
            "kmsMasterKeyId", key, "the key that AWS manages cannot be used by SNS or EventBridge to deliver into the queue"
        )
    elif not key and not resource.get("sqsManagedSseEnabled"):
        yield Finding("kmsMasterKeyId", key, "messages would be kept without encryption that this program asks for")


def queue_retries_before_dead_letters(resource: Resource, _: Memory) -> Iterator[Outcome]:
    redrive = resource.get("redrivePolicy")
    if isinstance(redrive, Unknown):
        yield NotKnown(redrive.path)
    elif redrive:
        try:
            times = as_mapping(redrive, "redrivePolicy").get("maxReceiveCount")
            enough = int(times or 0) >= LEAST_RECEIVE_COUNT
        except ValueError:
            yield Finding(
                "redrivePolicy", redrive, "is no redrive policy", "give it deadLetterTargetArn and maxReceiveCount, as JSON"
            )
            return
        if not enough:
            yield Finding("redrivePolicy.maxReceiveCount", times, f"must be at least {LEAST_RECEIVE_COUNT}: Lambda also receives, "
                          "and gives back, messages for which it has no free function")  # fmt: skip


def visibility_covers_timeout(resource: Resource, memory: Memory) -> Iterator[Outcome]:
    if service(resource.get("eventSourceArn")) != "sqs":
        return
    pair = []
    for path, type_ in (("eventSourceArn", QUEUE), ("functionName", FUNCTION)):
        found = remembered(resource, path, type_, memory)
        if found is None:
            name = physical_name(resource.get(path))
            yield Finding(path, resource.get(path), f"'{name}' is not part of this run, so the times cannot be compared",
                          "make both in one program, or waive the rule with the two times as reason")  # fmt: skip
        pair.append(found)
    queue, function = pair
    if queue and function:
        yield from _compare(resource, queue, function)


def visibility_covers_timeout_joined(mapping: Resource, stack: Stack) -> Iterator[Outcome]:
    for queue in meant(stack, mapping, "eventSourceArn", QUEUE):
        for function in meant(stack, mapping, "functionName", FUNCTION):
            yield from _compare(mapping, queue, function)


def _compare(mapping: Resource, queue: Resource, function: Resource) -> Iterator[Outcome]:
    values = [
        queue.get("visibilityTimeoutSeconds"), function.get("timeout"), mapping.get("maximumBatchingWindowInSeconds"),
    ]  # fmt: skip
    waiting = [value.path for value in values if isinstance(value, Unknown)]
    if waiting:
        yield from (NotKnown(path) for path in waiting)
        return
    visible = int(QUEUE_VISIBILITY_SECONDS if values[0] is None else values[0])
    timeout, window = int(values[1] or LAMBDA_TIMEOUT_SECONDS), int(values[2] or 0)
    needed = visibility_timeout_seconds(timeout, window)
    if visible < needed:
        yield Finding(
            "visibilityTimeoutSeconds", visible,
            f"queue '{queue.name}' must hide a message for at least {needed} s, {VISIBILITY_TIMEOUTS} x the timeout of "
            f"{timeout} s of function '{function.name}' + the batching window of {window} s",
            f"set it to {needed} or more, or lower the function's timeout",
        )  # fmt: skip


def _redrive(times: int) -> str:
    return json.dumps({"deadLetterTargetArn": QUEUE_ARN + "-dead", "maxReceiveCount": times})


def _queue(seconds: object = 180) -> Given:
    return Given(QUEUE, {"name": "local-receipts-intake", "visibilityTimeoutSeconds": seconds}, "intake")


def _function(seconds: object = 30) -> Given:
    return Given(FUNCTION, {"name": "local-receipts-worker", "timeout": seconds}, "worker")


def _mapping(**more: object) -> Given:
    return Given(MAPPING, {"eventSourceArn": QUEUE_ARN, "functionName": ALIAS_ARN, **more})


def _joined(**more: object) -> Given:
    """As in a first preview: neither ARN is known, the engine knows where both come from."""
    return Given(
        MAPPING, {"eventSourceArn": UNKNOWN, "functionName": UNKNOWN, **more},
        refers={"eventSourceArn": "intake", "functionName": "live"},
    )  # fmt: skip


ALIAS = Given(
    "aws:lambda/alias:Alias", {"functionName": "local-receipts-worker", "name": "live"}, "live", {"functionName": "worker"}
)

RULES = (
    Rule(
        id="sqs-queue-is-encrypted",
        title="Queues are encrypted with the workload's key, or with SQS's own when asked for.",
        why="Messages hold business data and wait for hours or days, in a dead-letter queue for two weeks.",
        fix="set kmsMasterKeyId to the workload's key (the platform's Queue does), or sqsManagedSseEnabled: true",
        severity=Severity.HIGH,
        reads={QUEUE: ("kmsMasterKeyId", "sqsManagedSseEnabled")},
        check=queue_is_encrypted,
        sources=("Security Hub SQS.1", "cdk-nag AwsSolutions-SQS2", "checkov CKV_AWS_27"),
        cases=(
            Case("customer key", Given(QUEUE, {"kmsMasterKeyId": KEY})),
            Case("managed by SQS, asked for", Given(QUEUE, {"sqsManagedSseEnabled": True})),
            Case("nothing asked for", Given(QUEUE, {"name": "q"}), finds=("kmsMasterKeyId=not set: messages would be kept",)),
            Case("switched off", Given(QUEUE, {"sqsManagedSseEnabled": False}), finds=("kmsMasterKeyId=not set",)),
            Case("key that AWS manages", Given(QUEUE, {"kmsMasterKeyId": "alias/aws/sqs"}), finds=("cannot be used by SNS",)),
            Case("key not known yet", Given(QUEUE, {"kmsMasterKeyId": UNKNOWN}), waits=("kmsMasterKeyId",)),
        ),
    ),
    Rule(
        id="sqs-queue-retries-before-dead-letters",
        title="A message is tried several times before it goes to the dead-letter queue.",
        why="Under load Lambda receives more messages than it has free functions, gives them back, and each time counts. With few "
        "tries, good messages end in the dead-letter queue.",
        fix="raise max_receive_count of the queue in the manifest (maxReceiveCount of the redrive policy)",
        severity=Severity.MEDIUM,
        reads={QUEUE: ("redrivePolicy",)},
        check=queue_retries_before_dead_letters,
        sources=("AWS Lambda guide: SQS event source, configuring a queue (maxReceiveCount of at least 5)",),
        cases=(
            Case("five times", Given(QUEUE, {"redrivePolicy": _redrive(5)})),
            Case("no dead-letter queue, judged elsewhere", Given(QUEUE, {"name": "q"})),
            Case("twice", Given(QUEUE, {"redrivePolicy": _redrive(2)}), finds=("redrivePolicy.maxReceiveCount=2: must be at least 5",)),
            Case("no JSON", Given(QUEUE, {"redrivePolicy": "five"}), finds=("redrivePolicy=five: is no redrive policy",)),
            Case("no number", Given(QUEUE, {"redrivePolicy": "{}"}), finds=("redrivePolicy.maxReceiveCount=not set",)),
            Case("not known yet", Given(QUEUE, {"redrivePolicy": UNKNOWN}), waits=("redrivePolicy",)),
        ),
    ),
    Rule(
        id="sqs-visibility-covers-function-timeout",
        title="A queue hides a message for at least 6 x the timeout of the function that works on it.",
        why="A message that becomes visible while a function still works on it, or while Lambda retries a throttled batch, is "
        "worked on twice and reaches the dead-letter queue although nothing failed.",
        fix="raise the queue's visibility timeout or lower the function's timeout (the platform's plan computes it)",
        severity=Severity.HIGH,
        reads={MAPPING: ("eventSourceArn", "functionName", "maximumBatchingWindowInSeconds"),
               QUEUE: ("name", "visibilityTimeoutSeconds"), FUNCTION: ("name", "timeout")},
        judges=(MAPPING,),
        joins=(MAPPING,),
        remembers=(QUEUE, FUNCTION),
        check=visibility_covers_timeout,
        check_stack=visibility_covers_timeout_joined,
        sources=("AWS Lambda guide: SQS event source, configuring a queue", "cdk-nag LambdaEventSourceSQSVisibilityTimeout"),
        cases=(
            Case("exactly six times", _mapping(), given=(_queue(180), _function(30))),
            Case("a second too short", _mapping(), given=(_queue(179), _function(30)),
                 finds=("visibilityTimeoutSeconds=179: queue 'intake' must hide a message for at least 180 s",)),
            Case("the batching window counts", _mapping(maximumBatchingWindowInSeconds=20), given=(_queue(180), _function(30)),
                 finds=("at least 200 s, 6 x the timeout of 30 s of function 'worker' + the batching window of 20 s",)),
            Case("defaults of AWS fit each other", _mapping(), given=(_queue(None), _function(None))),
            Case("default visibility is too short", _mapping(), given=(_queue(None), _function(6)), finds=("at least 36 s",)),
            Case("a stream is no queue", Given(MAPPING, {"eventSourceArn": "arn:aws:kinesis:eu-west-1:0:stream/s"})),
            Case("queue of another program", _mapping(), given=(_function(),), finds=("'local-receipts-intake' is not part of this run",)),
            Case("ARN not known yet", _mapping(eventSourceArn=UNKNOWN), given=(_queue(), _function()), waits=("eventSourceArn",)),
            Case("timeout not known yet", _mapping(), given=(_queue(), _function(UNKNOWN)), waits=("timeout",)),
            Case("joined, long enough", _joined(), given=(_queue(), _function(), ALIAS), scope=Scope.STACK),
            Case("joined through the alias, too short", _joined(), given=(_queue(60), _function(), ALIAS), scope=Scope.STACK,
                 finds=("visibilityTimeoutSeconds=60: queue 'intake' must hide a message for at least 180 s",)),
            Case("joined by literals, too short", _mapping(), given=(_queue(60), _function()), scope=Scope.STACK, finds=("180 s",)),
            Case("joined, window not known yet", _joined(maximumBatchingWindowInSeconds=UNKNOWN), given=(_queue(), _function(), ALIAS),
                 scope=Scope.STACK, waits=("maximumBatchingWindowInSeconds",)),
        ),
    ),
)  # fmt: skip
