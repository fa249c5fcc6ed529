"""CloudWatch Logs: log groups are encrypted, and end."""

from collections.abc import Iterator

from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity
from guardrails.values import Unknown

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"


def log_group_is_encrypted(resource: Resource, _: Memory) -> Iterator[Outcome]:
    key = resource.get("kmsKeyId")
    if isinstance(key, Unknown):
        yield NotKnown(key.path)
    elif not key:
        yield Finding("kmsKeyId", key, "log records, which quote business data, would be kept under a key of AWS")


def log_group_has_retention(resource: Resource, _: Memory) -> Iterator[Outcome]:
    days = resource.get("retentionInDays")
    if isinstance(days, Unknown):
        yield NotKnown(days.path)
    elif not days:
        yield Finding("retentionInDays", days, "records would be kept, and paid for, for ever")


RULES = (
    Rule(
        id="log-group-is-encrypted",
        title="Log groups are encrypted with a key of ours.",
        why="Logs quote what a workload handles, and more people may read logs than tables.",
        fix="set kmsKeyId to the workload's key, as the platform's Function and HTTP API do",
        severity=Severity.MEDIUM,
        reads={LOG_GROUP: ("kmsKeyId",)},
        check=log_group_is_encrypted,
        sources=("checkov CKV_AWS_158", "AWS Config CLOUDWATCH_LOG_GROUP_ENCRYPTED"),
        cases=(
            Case("workload's key", Given(LOG_GROUP, {"kmsKeyId": KEY})),
            Case("no key", Given(LOG_GROUP, {"name": "/aws/lambda/a"}), finds=("kmsKeyId=not set: log records",)),
            Case("key not known yet", Given(LOG_GROUP, {"kmsKeyId": UNKNOWN}), waits=("kmsKeyId",)),
        ),
    ),
    Rule(
        id="log-group-has-retention",
        title="Log groups forget.",
        why="Without a retention CloudWatch keeps records for ever: cost that only grows, and personal data beyond its purpose.",
        fix="set retentionInDays; the platform takes log_retention_days from the stack's settings",
        severity=Severity.MEDIUM,
        reads={LOG_GROUP: ("retentionInDays",)},
        check=log_group_has_retention,
        sources=("Security Hub CloudWatch.16", "serverless-rules WS1004", "checkov CKV_AWS_66"),
        cases=(
            Case("thirty days", Given(LOG_GROUP, {"retentionInDays": 30})),
            Case("not set", Given(LOG_GROUP, {"name": "/aws/lambda/a"}), finds=("retentionInDays=not set: records would be kept",)),
            Case("zero is for ever", Given(LOG_GROUP, {"retentionInDays": 0}), finds=("retentionInDays=0:",)),
            Case("not known yet", Given(LOG_GROUP, {"retentionInDays": UNKNOWN}), waits=("retentionInDays",)),
        ),
    ),
)  # fmt: skip
