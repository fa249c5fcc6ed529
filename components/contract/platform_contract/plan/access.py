"""Who may do what, as documents: verbs become statements, services get what they need of a key."""

import json
from typing import Any

from platform_contract.naming import arn
from platform_contract.plan.model import KeyStatementPlan, StatementPlan
from platform_contract.settings import Settings
from platform_contract.specs import FunctionSpec, Manifest
from platform_contract.standards import iam, kms

SERVICES = {"table": "dynamodb", "queue": "sqs", "bucket": "s3"}
"""Kind of resource -> its service, in ARNs and in kms:ViaService."""
ORDER = ("read", "write", "send", "consume", "delete")
IDEMPOTENCY_ACTIONS = ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
"""All that Powertools' DynamoDBPersistenceLayer calls."""


def verbs_of(manifest: Manifest, function: FunctionSpec) -> dict[str, tuple[str, ...]]:
    """Resource -> verbs, with what triggers imply: a queue that triggers is consumed."""
    verbs = {resource: set(given) for resource, given in function.uses.items()}
    for trigger in function.triggers:
        if trigger.queue:
            verbs.setdefault(trigger.queue.queue, set()).add("consume")
    return {resource: tuple(verb for verb in ORDER if verb in given) for resource, given in sorted(verbs.items())}


def resource_statements(kind: str, name: str, resource_arn: str, verbs: tuple[str, ...]) -> list[StatementPlan]:
    """The least that `verbs` need of one resource; what is done to a bucket itself is a statement of its own."""
    sid = _sid(kind, name)
    actions = {action for verb in verbs for action in iam.ACTIONS[kind][verb]}
    resources = tuple(resource_arn + suffix for suffix in iam.ARN_SUFFIX[kind])
    statements = [StatementPlan(sid=sid, actions=tuple(sorted(actions)), resources=resources)]
    if kind == "bucket":
        own = {action for verb in verbs for action in iam.BUCKET_ACTIONS_OF_THE_BUCKET.get(verb, ())}
        if own:
            statements.append(StatementPlan(sid=f"{sid}Itself", actions=tuple(sorted(own)), resources=(resource_arn,)))
    return statements


def base_statements(log_group_arn: str) -> list[StatementPlan]:
    """What every function may: write its own log, send traces."""
    return [
        StatementPlan(sid="Logs", actions=iam.LOG_ACTIONS, resources=(f"{log_group_arn}:*",)),
        # X-Ray knows no resources for these two, so "*" is the least.
        StatementPlan(sid="Traces", actions=iam.TRACE_ACTIONS, resources=("*",)),
    ]


def key_statements(settings: Settings, verbs: dict[str, tuple[str, tuple[str, ...]]]) -> tuple[KeyStatementPlan, ...]:
    """What a function needs of its workload's key, through each service that uses it for the function.

    verbs: resource -> (kind, verbs). Lambda itself decrypts the environment variables with the function's role.
    """
    wanted: dict[str, set[str]] = {"lambda": {"kms:Decrypt"}}
    for kind, given in verbs.values():
        for verb in given:
            wanted.setdefault(SERVICES[kind], set()).update(iam.KEY_ACTIONS[kind][verb])
    return tuple(
        KeyStatementPlan(
            sid=f"KeyThrough{service.capitalize()}", actions=tuple(sorted(actions)),
            condition={"StringEquals": {"kms:ViaService": f"{service}.{settings.region}.amazonaws.com"}},
        )
        for service, actions in sorted(wanted.items()) if actions
    )  # fmt: skip


def key_policy(settings: Settings, *, log_groups: tuple[str, ...] = (), publishers: tuple[str, ...] = ()) -> str:
    """Key policy as JSON text. It names the account and services, never roles: their own policies say what they may.

    log_groups: names of the log groups that CloudWatch Logs may encrypt with it.
    publishers: services that publish to a topic which is encrypted with it.
    """
    statements: list[dict[str, Any]] = [
        {
            "Sid": "Account", "Effect": "Allow", "Principal": {"AWS": f"arn:{settings.partition}:iam::{settings.account_id}:root"},
            "Action": "kms:*", "Resource": "*",
        }
    ]  # fmt: skip
    if log_groups:
        groups = [arn(settings, "logs", f"log-group:{name}") for name in sorted(log_groups)]
        statements.append({
            "Sid": "Logs", "Effect": "Allow", "Principal": {"Service": f"logs.{settings.region}.amazonaws.com"},
            "Action": list(kms.LOGS_ACTIONS), "Resource": "*",
            "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": groups}},
        })  # fmt: skip
    if publishers:
        statements.append({
            "Sid": "Publishers", "Effect": "Allow", "Principal": {"Service": list(publishers)}, "Action": list(kms.USE),
            "Resource": "*", "Condition": {"StringEquals": {"aws:SourceAccount": settings.account_id}},
        })  # fmt: skip
    return _document(statements)


def topic_policy(settings: Settings, topic_arn: str, publishers: tuple[str, ...]) -> str:
    """Policy of a topic as JSON text: `publishers` of this account may publish, nobody without TLS."""
    return _document([
        {
            "Sid": "Publishers", "Effect": "Allow", "Principal": {"Service": list(publishers)}, "Action": "sns:Publish",
            "Resource": topic_arn, "Condition": {"StringEquals": {"aws:SourceAccount": settings.account_id}},
        },
        {
            "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": topic_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ])  # fmt: skip


def _sid(*parts: str) -> str:
    """Letters and digits only, as IAM wants it."""
    return "".join(piece.capitalize() for part in parts for piece in part.split("-"))


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
