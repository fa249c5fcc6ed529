"""KMS: the key of a workload, and what each service needs on it. Key policies never name roles: a role is stored by its
unique id, so one that is made again loses access without a diff.
"""

from collections.abc import Iterable
from typing import Any

DELETION_WINDOW_DAYS_PROTECTED, DELETION_WINDOW_DAYS = 30, 7
"""Days for which a deleted key can be brought back (KMS: 7 to 30): with and without protected state."""

SERVICES: dict[str, dict[str, Any]] = {
    "logs": {
        "principal": "logs.{region}.amazonaws.com",
        "actions": ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"),
        "condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:{partition}:logs:{region}:{account_id}:log-group:{log_groups}"}},
        "why": "encrypts log groups (CloudWatch Logs guide, \"Encrypt log data using AWS KMS\")",
    },
    "cloudwatch": {
        "principal": "cloudwatch.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        "condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "publishes alarms to an encrypted topic; without it they are lost without a trace (SNS guide, key management)",
    },
    "budgets": {
        "principal": "budgets.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        "condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "publishes budget notices to an encrypted topic (Cost Management guide)",
    },
    "sns": {
        "principal": "sns.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        "condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "delivers messages of a topic to an encrypted queue (SNS guide, key management)",
    },
    "events": {
        "principal": "events.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        # None: EventBridge does not tell KMS for whom it publishes to a topic, so a condition on the source drops every event
        # (SNS guide, "Enable compatibility between event sources from AWS services and encrypted topics").
        "condition": {},
        "why": "delivers events to an encrypted queue or topic (EventBridge guide)",
    },
    "bus": {
        "principal": "events.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey"),
        "condition": {"StringLike": {"kms:EncryptionContext:aws:events:event-bus:arn": "arn:{partition}:events:{region}:{account_id}:event-bus/*"},
                      "StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "encrypts the events of a bus and of its archive (EventBridge guide, \"Encrypting event buses\")",
    },
    "bus_lookup": {
        "principal": "events.amazonaws.com",
        "actions": ("kms:DescribeKey",),
        "condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "looks the key of a bus up; the call carries no encryption context (EventBridge guide, same page)",
    },
    "log_delivery": {
        "principal": "delivery.logs.amazonaws.com",
        "actions": ("kms:Decrypt",),
        # The context with which the workflow's role encrypted: KMS decrypts with no other.
        "condition": {"StringEquals": {"kms:EncryptionContext:SourceArn": "arn:{partition}:logs:{region}:{account_id}:*"}},
        "why": "takes the log of a workflow that is encrypted with the key (Step Functions guide, \"Data at rest encryption\")",
    },
    "s3": {
        "principal": "s3.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        "condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "publishes notices of new objects to an encrypted topic (S3 guide, event notifications)",
    },
}  # fmt: skip
"""Service -> principal, least actions and condition in a key policy; no condition where the service sends nothing to test."""

WORKLOAD_SERVICES = ("logs",)
"""What the key of every workload admits: its log groups are encrypted with it. Further services only where the workload has what they
deliver: see `plan.access.services_of`; all else comes through its roles."""

ALARM_TOPIC_SERVICES = ("cloudwatch", "budgets")
"""What the key of the alarm topic admits."""


def key_policy(services: Iterable[str], *, partition: str, account_id: str, region: str, log_groups: str = "*") -> dict[str, Any]:
    """Policy document of a key: the account manages it through IAM; `services` do what they must and no more.

    log_groups: names of the log groups that CloudWatch Logs may encrypt with it, `*` for any part.
    """
    known = {"partition": partition, "account_id": account_id, "region": region, "log_groups": log_groups}
    account = {
        "Sid": "AccountThroughIam",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{account_id}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    statements: list[dict[str, Any]] = [account]
    for name in services:
        service = SERVICES[name]
        condition = {
            operator: {key: value.format(**known) for key, value in test.items()}
            for operator, test in service["condition"].items()
        }
        statements.append(
            {
                "Sid": f"Service{name.title().replace('_', '')}",
                "Effect": "Allow",
                "Principal": {"Service": service["principal"].format(**known)},
                "Action": list(service["actions"]),
                "Resource": "*",
                **({"Condition": condition} if condition else {}),
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}
