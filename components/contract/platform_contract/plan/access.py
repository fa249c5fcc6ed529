"""Who may do what, as statements and documents: verbs become the least actions, services get what they need of a topic."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from platform_contract.kinds.topic import limits as sns
from platform_contract.manifest import FunctionSpec, Manifest
from platform_contract.platform import iam, kms, naming
from platform_contract.platform.base import AssignedStatementPlan, KeyStatementPlan, StatementPlan
from platform_contract.platform.data_class import CLASSES
from platform_contract.platform.settings import Settings
from platform_contract.registry import KINDS, VERBS

IDEMPOTENCY_ACTIONS = ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
"""All that Powertools' DynamoDBPersistenceLayer calls: a refused put brings the earlier item along, so it gets none."""


def verbs_of(function: FunctionSpec) -> dict[str, list[str]]:
    """Resource -> verbs, with what triggers imply: a queue that triggers is consumed."""
    verbs = {resource: list(given) for resource, given in function.uses.items()}
    for resource, implied in _implied(function):
        if implied not in verbs.setdefault(resource, []):
            verbs[resource].append(implied)
    return dict(sorted(verbs.items()))


def _implied(function: FunctionSpec) -> Iterator[tuple[str, str]]:
    """(resource, verb) of what Lambda does with the function's role to read what triggers it."""
    for trigger in function.triggers:
        if trigger.queue:
            yield trigger.queue.queue, "consume"
        if trigger.changes:
            yield trigger.changes.table, "follow"
        if trigger.stream:
            yield trigger.stream.stream, "consume"


def services_of(manifest: Manifest) -> tuple[str, ...]:
    """Services that the workload's key has to admit, because they encrypt or deliver for it."""
    services = list(kms.WORKLOAD_SERVICES)
    if manifest.buses:
        services += ["bus", "bus_lookup"]
    if any(trigger.event for function in manifest.functions.values() for trigger in function.triggers):
        services.append("events")
    if any(queue.from_topic for queue in manifest.queues.values()):
        services.append("sns")
    if any(topic.from_bucket for topic in manifest.topics.values()):
        services.append("s3")
    if manifest.workflows:
        services.append("log_delivery")
    return tuple(services)


def resource_statements(kind: str, name: str, resource_arn: str, verbs: list[str]) -> list[StatementPlan]:
    """The least that `verbs` need of one resource: one statement for each group of actions on the same ARNs."""
    groups: dict[tuple[str, ...], set[str]] = {}
    for verb in verbs:
        for permission in VERBS[kind][verb].permissions:
            groups.setdefault(permission.arn_suffixes or (), set()).update(permission.actions)
    sid = _sid(kind, name)
    return [
        StatementPlan(
            sid=sid if number == 1 else f"{sid}{number}",
            actions=tuple(sorted(actions)),
            resources=tuple(resource_arn + suffix for suffix in suffixes) or ("*",),
        )
        for number, (suffixes, actions) in enumerate(groups.items(), 1)
    ]


def assigned_statements(kind: str, name: str, verbs: list[str]) -> tuple[AssignedStatementPlan, ...]:
    """The least that `verbs` need of something whose ARN AWS assigns."""
    return tuple(
        AssignedStatementPlan(sid=_sid(kind, verb), actions=permission.actions, kind=kind, arn_suffixes=permission.arn_suffixes)
        for verb in verbs
        for permission in VERBS[kind][verb].permissions
    )


def base_statements(log_group_arn: str) -> list[StatementPlan]:
    """What every function may: write its own log, send traces."""
    logs = tuple(log_group_arn + suffix for suffix in iam.LOG_ARN_SUFFIXES)
    return [
        StatementPlan(sid="Logs", actions=iam.LOG_ACTIONS, resources=logs),
        StatementPlan(sid="Traces", actions=iam.TRACE_ACTIONS, resources=("*",)),
    ]


def key_statements(
    settings: Settings, used: Sequence[tuple[str, list[str]]], *, keeps_failures: bool = False
) -> tuple[KeyStatementPlan, ...]:
    """What a function needs of its workload's key, through each service that uses it on the function's behalf.

    used: (kind, verbs) of every resource. keeps_failures: whether it has a queue of failures. Lambda itself decrypts the environment variables with the function's role.
    """
    wanted: dict[str, set[str]] = {iam.ENVIRONMENT_SERVICE: set(iam.ENVIRONMENT_KEY_ACTIONS)}
    if keeps_failures:
        wanted["sqs"] = set(iam.FAILURE_KEY_ACTIONS)
    for kind, verbs in used:
        for verb in verbs:
            wanted.setdefault(KINDS[kind].service, set()).update(VERBS[kind][verb].key_actions)
    return tuple(through_service(settings, service, actions) for service, actions in sorted(wanted.items()) if actions)


def failure_key_statements(settings: Settings) -> tuple[KeyStatementPlan, ...]:
    """What the role of another service needs of the key to put something into a queue of failures."""
    return (through_service(settings, "sqs", set(iam.FAILURE_KEY_ACTIONS)),)


def through_service(settings: Settings, service: str, actions: set[str]) -> KeyStatementPlan:
    """Permission on the key, as long as `service` uses it on the role's behalf."""
    return KeyStatementPlan(
        sid=f"KeyThrough{service.capitalize()}", actions=tuple(sorted(actions)),
        condition={"StringEquals": {"kms:ViaService": f"{service}.{settings.region}.amazonaws.com"}},
    )  # fmt: skip


def with_own_sids(statements: Sequence[StatementPlan]) -> list[StatementPlan]:
    """The statements, no two with one Sid, which IAM refuses: the tables `orders-2` and `orders2` would share TableOrders2."""
    taken: set[str] = set()
    result = []
    for each in statements:
        sid = each.sid
        while sid in taken:
            sid += "X"
        taken.add(sid)
        result.append(each.model_copy(update={"sid": sid}))
    return result


def key_policy(settings: Settings, services: tuple[str, ...], data_class: str, own_roles: Sequence[str] = (), restoring_roles: Sequence[str] = ()) -> str:
    """Key policy as JSON text that admits `services` of the contract's catalogue, and who may use the key by the class of data."""
    named = settings.restricted_data
    return json.dumps(
        kms.key_policy(
            services, partition=settings.partition, account_id=settings.account_id, region=settings.region,
            key_users=CLASSES[data_class].key_users, own_roles=own_roles, restoring_roles=restoring_roles, deploying_roles=named.deploying_roles if named else (),
            break_glass_roles=named.break_glass_roles if named else (),
        )
    )  # fmt: skip


def topic_policy(settings: Settings, topic_arn: str, services: tuple[str, ...]) -> str:
    """Policy of a topic as JSON text: `services` may publish for this account, nobody without TLS."""
    publishers = [kms.SERVICES[service]["principal"].format(region=settings.region) for service in services]
    statements: list[dict[str, Any]] = [
        {
            "Sid": "Publishers", "Effect": "Allow", "Principal": {"Service": publishers}, "Action": "sns:Publish",
            "Resource": topic_arn, "Condition": {"StringEquals": {"aws:SourceAccount": settings.account_id}},
        },
        {
            "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": topic_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trace_policy(settings: Settings) -> str:
    """Policy of X-Ray as JSON text: topics of this account and region may send what they know of a trace.

    Source: X-Ray guide, "Amazon SNS and AWS X-Ray". A region of an account takes five such policies, so it is one for all topics.
    """
    statement = {
        "Sid": "Topics", "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": list(sns.TRACE_ACTIONS),
        "Resource": "*",  # X-Ray has no resources for them
        "Condition": {
            "StringEquals": {"aws:SourceAccount": settings.account_id},
            "ArnLike": {"aws:SourceArn": naming.topic_arn(settings, "*")},
        },
    }  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _sid(*parts: str) -> str:
    """Letters and digits only, as IAM wants it."""
    return "".join(piece.capitalize() for part in parts for piece in part.split("-"))
