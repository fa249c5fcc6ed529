"""DynamoDB: tables are encrypted with a key that can be taken away."""

from collections.abc import Iterator

from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity
from guardrails.values import Unknown

TABLE = "aws:dynamodb/table:Table"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"


def table_is_encrypted(resource: Resource, _: Memory) -> Iterator[Outcome]:
    enabled = resource.get("serverSideEncryption.enabled")
    if isinstance(enabled, Unknown):
        yield NotKnown(enabled.path)
    elif not enabled:
        yield Finding("serverSideEncryption.enabled", enabled,
                      "the table would be encrypted with a key of AWS that nobody here can limit, audit or withdraw")  # fmt: skip


RULES = (
    Rule(
        id="dynamodb-table-is-encrypted",
        title="Tables are encrypted with a key of this account.",
        why="DynamoDB's own default is a key that AWS owns: its use is in no trail of ours and it cannot be withdrawn.",
        fix="set serverSideEncryption {enabled: true, kmsKeyArn: the workload's key}, as the platform's Table does",
        severity=Severity.HIGH,
        reads={TABLE: ("serverSideEncryption.enabled",)},
        check=table_is_encrypted,
        sources=("checkov CKV_AWS_119", "AWS Config DYNAMODB_TABLE_ENCRYPTED_KMS"),
        cases=(
            Case("workload's key", Given(TABLE, {"serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY}})),
            Case("key not known yet, but asked for", Given(TABLE, {"serverSideEncryption": {"enabled": True, "kmsKeyArn": UNKNOWN}})),
            Case("nothing asked for", Given(TABLE, {"name": "t"}), finds=("serverSideEncryption.enabled=not set: the table would",)),
            Case("switched off", Given(TABLE, {"serverSideEncryption": {"enabled": False}}), finds=("enabled=false",)),
            Case("not known yet", Given(TABLE, {"serverSideEncryption": UNKNOWN}), waits=("serverSideEncryption.enabled",)),
        ),
    ),
)  # fmt: skip
