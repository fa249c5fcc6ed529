"""SQS: encrypted queues that outlast the work on a message."""

from collections.abc import Iterator

from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity
from guardrails.values import Unknown

QUEUE = "aws:sqs/queue:Queue"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"


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


RULES = (
    Rule(
        id="sqs-queue-is-encrypted",
        title="Queues are encrypted with the workload's key, or with SQS's own when asked for.",
        why="Messages hold business data and wait for hours or days, in a dead-letter queue for two weeks.",
        fix="set kmsMasterKeyId to the workload's key (the platform's Queue does), or sqsManagedSseEnabled: true",
        severity=Severity.HIGH,
        reads={QUEUE: ("kmsMasterKeyId", "sqsManagedSseEnabled")},
        check=queue_is_encrypted,
        sources=("Security Hub SQS.1", "cdk-nag AwsSolutions-SQS2", "checkov CKV_AWS_27", "serverless-rules (SQS)"),
        cases=(
            Case("customer key", Given(QUEUE, {"kmsMasterKeyId": KEY})),
            Case("managed by SQS, asked for", Given(QUEUE, {"sqsManagedSseEnabled": True})),
            Case("nothing asked for", Given(QUEUE, {"name": "q"}), finds=("kmsMasterKeyId=not set: messages would be kept",)),
            Case("switched off", Given(QUEUE, {"sqsManagedSseEnabled": False}), finds=("kmsMasterKeyId=not set",)),
            Case("key that AWS manages", Given(QUEUE, {"kmsMasterKeyId": "alias/aws/sqs"}), finds=("cannot be used by SNS",)),
            Case("key not known yet", Given(QUEUE, {"kmsMasterKeyId": UNKNOWN}), waits=("kmsMasterKeyId",)),
        ),
    ),
)  # fmt: skip
