"""Who besides the roles of a stack may reach what is in it: every statement of every resource policy, and what bounds it.

Made from the resources themselves, as a stack's state holds them: what is not in the graph is not told of, and what is, is.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Who = Literal["own account", "service", "other account", "everybody"]

POLICIES: Mapping[str, str] = {
    "aws:kms/key:Key": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
    "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
    "aws:apigateway/restApi:RestApi": "policy",
}
"""Type -> property that says who may reach it."""

PERMISSION = "aws:lambda/permission:Permission"

BOUNDS = (
    "aws:SourceArn", "aws:SourceAccount", "aws:PrincipalOrgID", "kms:EncryptionContext:aws:logs:arn",
    "kms:EncryptionContext:aws:events:event-bus:arn", "kms:EncryptionContext:SourceArn",
    "aws:PrincipalArn", "kms:ViaService", "kms:GrantIsForAWSResource",
)  # fmt: skip
"""Keys of conditions that say on whose behalf a service acts; and, of a key, which roles of the account may use it, and through what."""


class Reach(BaseModel):
    """One thing that somebody may do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resource: str
    """Logical name of what is reached."""
    type: str
    who: Who
    principal: str
    actions: tuple[str, ...]
    bounded_by: tuple[str, ...]
    """What the principal may act for, or be, as KEY=VALUE; empty: for anybody."""


def reaches(resources: Iterable[tuple[str, str, Mapping[str, Any]]], account_id: str) -> list[Reach]:
    """Everything that is allowed by resource policies. resources: (type, logical name, inputs). Raises ValueError for a policy that is no JSON."""
    found = [reach for type_, name, inputs in resources for reach in _of(type_, name, inputs, account_id)]
    return sorted(found, key=lambda each: (each.who, each.type, each.resource, each.principal))


def _of(type_: str, name: str, inputs: Mapping[str, Any], account_id: str) -> Iterator[Reach]:
    if type_ == PERMISSION:
        bounds = [f"aws:{key}={inputs[field]}" for key, field in (("SourceArn", "sourceArn"), ("SourceAccount", "sourceAccount")) if inputs.get(field)]
        yield _reach(type_, name, str(inputs.get("principal")), [str(inputs.get("action"))], bounds, account_id)
        return
    policy = inputs.get(POLICIES.get(type_, ""))
    if not policy:
        return
    document = json.loads(policy) if isinstance(policy, str) else policy
    for statement in _list(document.get("Statement")):
        if statement.get("Effect") != "Allow":
            continue
        conditions = statement.get("Condition") or {}
        bounds = [f"{key}={_text(value)}" for test in conditions.values() for key, value in test.items() if key in BOUNDS]
        for principal in _principals(statement.get("Principal")):
            yield _reach(type_, name, principal, [str(each) for each in _list(statement.get("Action"))], bounds, account_id)


def _reach(type_: str, name: str, principal: str, actions: list[str], bounds: list[str], account_id: str) -> Reach:
    return Reach(
        resource=name, type=type_.split(":")[1], who=_who(principal, account_id), principal=principal, actions=tuple(actions),
        bounded_by=tuple(sorted(bounds)),
    )  # fmt: skip


def _principals(principal: Any) -> Iterator[str]:
    if isinstance(principal, Mapping):
        for each in principal.values():
            yield from (str(one) for one in _list(each))
    elif principal is not None:
        yield str(principal)


def _who(principal: str, account_id: str) -> Who:
    if principal == "*":
        return "everybody"
    if principal.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return "service"
    return "own account" if principal == account_id or f":{account_id}:" in principal else "other account"


def _list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def _text(value: Any) -> str:
    return ", ".join(map(str, _list(value)))


def report(found: Iterable[Reach]) -> str:
    """As Markdown: who, what, and on whose behalf."""
    rows = [
        f"| {each.who} | {each.principal} | {each.type} {each.resource} | {', '.join(each.actions)} | {'; '.join(each.bounded_by) or '-'} |"
        for each in found
    ]
    return "\n".join(["| who | principal | may reach | actions | only if |", "|---|---|---|---|---|", *rows])
