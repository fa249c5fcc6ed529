"""Policy documents of roles, queues and functions. Pure: the package registers them, and the plan measures the same ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from platform_contract.platform.iam import FLAG_ACTIONS

VERSION = "2012-10-17"

LAMBDA, SCHEDULER, STATES, APPSYNC = "lambda.amazonaws.com", "scheduler.amazonaws.com", "states.amazonaws.com", "appsync.amazonaws.com"
APPCONFIG = "appconfig.amazonaws.com"
"""Services that take a role of a workload."""

API_GATEWAY, EVENTS, S3, SECRETS = "apigateway.amazonaws.com", "events.amazonaws.com", "s3.amazonaws.com", "secretsmanager.amazonaws.com"
"""Services that invoke functions of a workload without a role."""

SNS = "sns.amazonaws.com"
"""Delivers to queues of a workload without a role."""


def role_policy(statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Inline policy of a role: statements with sid, actions, resources, and condition where there is one."""
    return {"Version": VERSION, "Statement": [_statement(each) for each in statements]}


def flags_policy(configuration_arn: Any) -> dict[str, Any]:
    """Inline policy of a function that reads the workload's feature flags, and of nothing else in AppConfig."""
    return role_policy([{"sid": "Flags", "actions": FLAG_ACTIONS, "resources": [configuration_arn]}])


def configuration(application: str, environment: str, profile: str) -> str:
    """What IAM calls a configuration: the end of its ARN. Source: Service Authorization Reference, AWS AppConfig."""
    return f"application/{application}/environment/{environment}/configuration/{profile}"


def _statement(each: Mapping[str, Any]) -> dict[str, Any]:
    statement = {
        "Sid": each["sid"], "Effect": "Allow", "Action": list(each["actions"]), "Resource": list(each["resources"]),
    }  # fmt: skip
    if each.get("condition"):
        statement["Condition"] = each["condition"]
    return statement


def trust_policy(account_id: str, service: str = LAMBDA, source_arn: str | None = None) -> dict[str, Any]:
    """`service` may take the role, for this account only and, where it says for what, for `source_arn` (the confused deputy)."""
    condition: dict[str, dict[str, str]] = {"StringEquals": {"aws:SourceAccount": account_id}}
    if source_arn:
        condition["ArnLike"] = {"aws:SourceArn": source_arn}
    return {
        "Version": VERSION,
        "Statement": [{
            "Sid": service.split(".")[0].capitalize(), "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
            "Condition": condition,
        }],
    }  # fmt: skip


def admit(service: str, queue_arn: str, source_arns: Sequence[str]) -> dict[str, Any]:
    """Statement that lets `service` send to a queue on behalf of `source_arns`, and of nothing else (the confused deputy)."""
    return {
        "Sid": f"From{service.split('.')[0].capitalize()}", "Effect": "Allow", "Principal": {"Service": service},
        "Action": "sqs:SendMessage", "Resource": queue_arn, "Condition": {"ArnEquals": {"aws:SourceArn": list(source_arns)}},
    }  # fmt: skip


def queue_policy(arn: str, admitted: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Resource policy of a queue: the statements `admitted`, and every call without TLS is denied."""
    tls = {
        "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    return {"Version": VERSION, "Statement": [*admitted, tls]}


def failures_policy(arn: str, source_arns: Sequence[str]) -> dict[str, Any]:
    """Resource policy of a queue of failures: EventBridge for rules and buses by their ARNs, and nobody without TLS."""
    return queue_policy(arn, [admit(EVENTS, arn, source_arns)] if source_arns else [])


def invocation(sid: str, service: str, alias_arn: str, source_arn: str, source_account: str | None = None) -> dict[str, Any]:
    """The statement that Lambda writes into the policy of an alias for one permission (AddPermission)."""
    condition = {"ArnLike": {"AWS:SourceArn": source_arn}}
    if source_account:
        condition = {"StringEquals": {"AWS:SourceAccount": source_account}, **condition}
    return {
        "Sid": sid, "Effect": "Allow", "Principal": {"Service": service}, "Action": "lambda:InvokeFunction", "Resource": alias_arn,
        "Condition": condition,
    }  # fmt: skip


def function_policy(statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Resource policy of a function's alias, as Lambda keeps it."""
    return {"Version": VERSION, "Id": "default", "Statement": list(statements)}
