"""Permissions of roles as statements: verbs become the least actions, on a resource and on the key under which it lies."""

from collections.abc import Iterator, Sequence

from platform_contract.platform import iam
from platform_contract.platform.base import AssignedStatementPlan, KeyStatementPlan, StatementPlan
from platform_contract.platform.scope import Used
from platform_contract.platform.settings import Settings


def base_statements(log_group_arn: str) -> list[StatementPlan]:
    """What every function may: write its own log, send traces."""
    logs = tuple(log_group_arn + suffix for suffix in iam.LOG_ARN_SUFFIXES)
    return [
        StatementPlan(sid="Logs", actions=iam.LOG_ACTIONS, resources=logs),
        StatementPlan(sid="Traces", actions=iam.TRACE_ACTIONS, resources=("*",)),
    ]


def resource_statements(used: Used) -> list[StatementPlan]:
    """The least that its verbs need of one resource: one statement for each group of actions on the same ARNs."""
    groups: dict[tuple[str, ...], set[str]] = {}
    for verb in used.verbs.values():
        for permission in verb.permissions:
            groups.setdefault(permission.arn_suffixes or (), set()).update(permission.actions)
    sid = _sid(used.kind, used.name)
    return [
        StatementPlan(
            sid=sid if number == 1 else f"{sid}{number}",
            actions=tuple(sorted(actions)),
            resources=tuple(used.arn + suffix for suffix in suffixes) or ("*",),
        )
        for number, (suffixes, actions) in enumerate(groups.items(), 1)
    ]


def assigned_statements(used: Used) -> Iterator[AssignedStatementPlan]:
    """The least that its verbs need of something whose ARN AWS assigns."""
    for name, verb in used.verbs.items():
        for permission in verb.permissions:
            yield AssignedStatementPlan(sid=_sid(used.kind, name), actions=permission.actions, kind=used.kind, arn_suffixes=permission.arn_suffixes)


def key_statements(settings: Settings, used: Sequence[Used], *, environment: bool = True, keeps_failures: bool = False) -> tuple[KeyStatementPlan, ...]:
    """What a role needs of the workload's key, through each service that uses it on the role's behalf.

    environment: whether Lambda decrypts environment variables with it. keeps_failures: whether its function has a queue of failures.
    """
    wanted: dict[str, set[str]] = {}
    if environment:
        wanted[iam.ENVIRONMENT_SERVICE] = set(iam.ENVIRONMENT_KEY_ACTIONS)
    if keeps_failures:
        wanted["sqs"] = set(iam.FAILURE_KEY_ACTIONS)
    for each in used:
        for verb in each.verbs.values():
            wanted.setdefault(each.service, set()).update(verb.key_actions)
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


def _sid(*parts: str) -> str:
    """Letters and digits only, as IAM wants it."""
    return "".join(piece.capitalize() for part in parts for piece in part.split("-"))
