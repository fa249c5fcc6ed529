"""Policy documents themselves: AWS takes them, they keep their owner in, and a key names who uses it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from guardrails.documents.admission import whole_account
from guardrails.documents.model import ACTION, OPERATORS, Statement
from guardrails.documents.places import PLACES, Document, Kind, reads
from guardrails.documents.walk import allowing, place, readable
from guardrails.documents.wildcards import is_pattern
from guardrails.limits import CLASSES
from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity
from guardrails.rules.plain_http import ARN, BUCKET_TLS, ROOT, SENDS, TLS, bucket, policy_text, queue
from guardrails.rules.policy_writers import QUEUE_POLICY

ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"
KEY = "aws:kms/key:Key"
KEY_TYPES = tuple(type_ for type_, places in PLACES.items() if places[0].service == "kms" and type_ != "aws:kms/keyPolicy:KeyPolicy")
"""Those that have tags, and so a class of data."""

OWNERS_ACTIONS = {
    "s3": "s3:PutBucketPolicy", "sqs": "sqs:SetQueueAttributes", "sns": "sns:SetTopicAttributes", "kms": "kms:PutKeyPolicy",
    "secretsmanager": "secretsmanager:PutResourcePolicy", "dynamodb": "dynamodb:PutResourcePolicy", "kinesis": "kinesis:PutResourcePolicy",
    "events": "events:PutPermission", "ecr": "ecr:SetRepositoryPolicy", "backup": "backup:PutBackupVaultAccessPolicy",
    "elasticfilesystem": "elasticfilesystem:PutFileSystemPolicy", "glue": "glue:PutResourcePolicy", "es": "es:UpdateDomainConfig",
}  # fmt: skip
"""Service -> the action that changes the policy."""


def document_is_valid(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for document in resource.documents:
        if document.unknown:
            yield NotKnown(document.unknown)
        elif document.error:
            yield Finding(document.path, resource.get(document.path), f"is no policy document ({document.error})", "give it a valid policy document")
        elif not document.as_inputs:
            yield from _malformed(document)


def _malformed(document: Document) -> Iterator[Finding]:
    parsed = document.parsed
    assert parsed
    if not parsed.statements:
        yield Finding(f"{document.path} Statement", None, "says nothing, and AWS refuses that")
    if parsed.has_variables and parsed.version != "2012-10-17":
        yield Finding(f"{document.path} Version", parsed.version or None, "its variables (${...}) are plain text to AWS, which takes 2008-10-17 where none is given")
    for name, times in Counter(each.name for each in parsed.statements).items():
        if times > 1:
            yield Finding(f"{document.path} Sid", name, "stands for two statements, and AWS refuses that")
    for statement in parsed.statements:
        yield from (
            Finding(place(document, statement, element), value, problem) for element, value, problem in _wrong(statement, document.kind)
        )


def _wrong(statement: Statement, kind: Kind) -> Iterator[tuple[str, str | None, str]]:
    """(element, value, problem)."""
    for element in statement.unknown_elements:
        yield element, None, "is no element of a statement"
    if bool(statement.actions) == bool(statement.not_actions):
        yield "Action", None, "has to be there, or NotAction in its place"
    for action in (*statement.actions, *statement.not_actions):
        if not ACTION.fullmatch(action):
            yield "Action", action, "is no action, which is written service:Action"
    named, anybody = bool(statement.resources or statement.not_resources), bool(statement.principals or statement.not_principals)
    if kind in (Kind.GRANT, Kind.LIMIT):
        if not named:
            yield "Resource", None, "has to be there, or NotResource in its place"
        if anybody:
            yield "Principal", ", ".join(map(str, statement.principals)), "says who, in a policy that is already somebody's"
    elif not anybody:
        yield "Principal", None, "has to be there: a policy of a resource says who"
    if kind is Kind.TRUST and named:
        yield "Resource", ", ".join(statement.resources), "is nothing that trust can say"
    for principal in statement.principals:
        if principal.kind == "AWS" and principal.name != "*" and is_pattern(principal.name):
            yield "Principal", str(principal), "holds a wildcard, and AWS knows none in principals but a `*` alone"
    for condition in statement.conditions:
        if condition.operator not in OPERATORS:
            yield f"Condition.{condition.operator}", None, "is no operator of IAM"


def keeps_owner_in(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for document in readable(resource, Kind.RESOURCE):
        if isinstance(document, NotKnown):
            yield document
            continue
        action = OWNERS_ACTIONS.get(document.service)
        if action is None or document.as_inputs:
            continue
        for statement in document.statements:
            if not statement.allows and statement.everybody() and not statement.not_principals and not statement.conditions and statement.touches(action):
                yield Finding(place(document, statement, "Action"), ", ".join(statement.actions or statement.not_actions),
                              f"denies {action} to everybody, to its owner too: only the root user of the account could mend it")  # fmt: skip
        if document.service == "kms" and not any(_administers(each, action, resource.own_accounts) for each in document.statements):
            yield Finding(f"{document.path} Action", None, f"nobody of ours may {action}: the key could never be administered, and AWS refuses it or support has to help")


def _administers(statement: Statement, action: str, own: frozenset[str]) -> bool:
    ours = any(each.account in own or not own or each.everybody for each in statement.principals)
    return statement.allows and ours and statement.touches(action) and not statement.conditions


def protected_key_names_users(resource: Resource, _: Memory) -> Iterator[Outcome]:
    class_ = resource.tag("data_class")
    rules = CLASSES.get(str(class_))
    if rules is None or rules.key_users == "account":
        return
    if resource.get("policy") is None:
        yield Finding("policy", None, f"AWS's own policy lets whoever IAM of the account allows use the key, and the data under it is {class_}")
    for found in allowing(resource, Kind.RESOURCE):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        used = next((action for action in ("kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:CreateGrant") if statement.touches(action)), None)
        for principal in whole_account(document, statement, resource.own_accounts) if used else ():
            yield Finding(place(document, statement, "Principal"), str(principal),
                          f"lets whoever IAM of the account allows it {used}, and the data under it is {class_}")  # fmt: skip


READS: dict[str, Any] = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:eu-west-1:000000000000:table/a"}
ADMINISTERS: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:Put*", "Resource": "*"}
PROVIDER = {"allowedAccountIds": '["000000000000"]'}


def _role(*statements: Mapping[str, Any]) -> Given:
    return Given(ROLE_POLICY, {"policy": policy_text(*statements)})


def _key(class_: str | None, *statements: Mapping[str, Any]) -> Given:
    return Given(KEY, {"policy": policy_text(*statements), "tags": {"data_class": class_} if class_ else None}, provider=PROVIDER)


def _uses(action: str, **condition: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": action, "Resource": "*"} | ({"Condition": condition} if condition else {})


NOT_KNOWN = Case("a policy that is not known yet", Given(QUEUE_POLICY, {"policy": UNKNOWN}), waits=("policy",))

RULES = (
    Rule(
        id="policy-document-is-valid",
        title="A policy document is one that AWS takes, and means what it says.",
        why="AWS refuses a wrong document in the middle of an update, or takes it and reads less than was written: a misspelt element, a variable under "
        "the old version, a principal that matches nobody.",
        fix="correct the element of the statement",
        severity=Severity.MEDIUM,
        reads=reads(Kind.GRANT, Kind.TRUST, Kind.RESOURCE),
        check=document_is_valid,
        sources=("IAM reference, IAM JSON policy element reference", "IAM Access Analyzer, policy validation"),
        cases=(
            Case("a policy of a role", _role(READS)),
            Case("a policy of a queue", queue(SENDS, TLS)),
            Case("a key", _key(None, ADMINISTERS)),
            Case("no JSON", Given(ROLE_POLICY, {"policy": "{"}), finds=("policy=(a document of 1 characters): is no policy document (not JSON",)),
            Case("no statement", Given(ROLE_POLICY, {"policy": "{}"}), finds=("is no policy document (no Statement in it)",)),
            Case("an empty list of them", Given(ROLE_POLICY, {"policy": policy_text()}), finds=("policy Statement=not set: says nothing",)),
            Case("an effect that is none", _role(READS | {"Effect": "allow"}), finds=("Statement[0].Effect is 'allow'",)),
            Case("an element that is none", _role(READS | {"Actions": "sqs:*"}), finds=("statement 0 Actions=not set: is no element",)),
            Case("no action", _role({"Effect": "Allow", "Resource": "*"}), finds=("Action=not set: has to be there",)),
            Case("an action without its service", _role(READS | {"Action": "GetItem"}), finds=("Action=GetItem: is no action",)),
            Case("no resource", _role({"Effect": "Allow", "Action": "xray:PutTraceSegments"}), finds=("Resource=not set: has to be there",)),
            Case("who, in a role's policy", _role(READS | {"Principal": "*"}), finds=("Principal=*: says who",)),
            Case("nobody, in a queue's policy", queue({"Effect": "Deny", "Action": "sqs:*", "Resource": ARN}), finds=("Principal=not set: has to be there",)),
            Case("a resource in trust", Given(ROLE, {"assumeRolePolicy": policy_text(SENDS | {"Action": "sts:AssumeRole"})}), finds=(f"Resource={ARN}: is nothing",)),
            Case("a wildcard in a principal", queue(SENDS | {"Principal": {"AWS": "arn:aws:iam::000000000000:role/*"}}), finds=("holds a wildcard",)),
            Case("an operator that is none", queue(TLS | {"Condition": {"Boolean": {"aws:SecureTransport": "false"}}}), finds=("Condition.boolean=not set: is no operator",)),
            Case("a condition that is none", queue(TLS | {"Condition": ["Bool"]}), finds=("Condition is not a mapping",)),
            Case("one Sid twice", queue(SENDS | {"Sid": "A"}, TLS | {"Sid": "A"}), finds=("policy Sid=A: stands for two statements",)),
            Case("a variable under the old version", Given(ROLE_POLICY, {"policy": json.dumps({"Statement": READS | {"Resource": "arn:aws:s3:::b/${aws:username}"}})}),
                 finds=("policy Version=not set: its variables",)),
            Case("the old version without variables", Given(ROLE_POLICY, {"policy": json.dumps({"Version": "2008-10-17", "Statement": READS})})),
            Case("grants in the component's inputs", Given("serverless-platform:index:Function", {"statements": [{"sid": "A", "actions": ["sqs:SendMessage"]}]})),
            NOT_KNOWN,
        ),
    ),
    Rule(
        id="policy-keeps-its-owner-in",
        title="No policy locks its own account out.",
        why="Who denies everybody everything denies it to himself. Nobody but the root user, or AWS support, can then mend or delete it.",
        fix="except the account in a condition on aws:PrincipalAccount or aws:PrincipalArn; let the account administer its key",
        severity=Severity.HIGH,
        reads=reads(Kind.RESOURCE, with_inputs=False),
        check=keeps_owner_in,
        sources=("checkov CKV_AWS_93, CKV2_AWS_64", "KMS guide, default key policy"),
        cases=(
            Case("everybody, without TLS", bucket(BUCKET_TLS)),
            Case("everybody, everything", bucket({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}), finds=("denies s3:PutBucketPolicy to everybody",)),
            Case("everybody, all but reading", bucket({"Effect": "Deny", "Principal": "*", "NotAction": "s3:GetObject", "Resource": "*"}), finds=("denies s3:PutBucketPolicy",)),
            Case("everybody, something else", bucket({"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::b/*"})),
            Case("everybody but the owner", bucket({"Effect": "Deny", "NotPrincipal": {"AWS": ROOT}, "Action": "s3:*", "Resource": "*"})),
            Case("a key that its account administers", _key(None, ADMINISTERS)),
            Case("a key that nobody administers", _key(None, _uses("kms:Decrypt")), finds=("policy Action=not set: nobody of ours may kms:PutKeyPolicy",)),
            Case("a key that somebody else administers", _key(None, ADMINISTERS | {"Principal": {"AWS": "333333333333"}}), finds=("nobody of ours may",)),
            Case("a key that is administered under a condition", _key(None, ADMINISTERS | {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}), finds=("nobody of ours may",)),
            NOT_KNOWN,
        ),
    ),
    Rule(
        id="kms-key-of-protected-data-names-users",
        title="A key of confidential or restricted data says who uses it.",
        why="With the account alone as principal, every administrator of IAM can give himself the data. The class of data promises that he cannot.",
        fix="let the policy name roles (aws:PrincipalArn), services (kms:ViaService) or grants to services, as the platform's key of the class does",
        severity=Severity.HIGH,
        reads=dict.fromkeys(KEY_TYPES, ("policy", "tags")),
        check=protected_key_names_users,
        sources=("docs/decisions/0007-data-class.md", "KMS guide, key policies"),
        cases=(
            Case("no class", _key(None, _uses("kms:*"))),
            Case("internal data", _key("internal", _uses("kms:*"))),
            Case("restricted data, for the account", _key("restricted", _uses("kms:*")), finds=("lets whoever IAM of the account allows it kms:Decrypt, and the data under it is restricted",)),
            Case("confidential data, for the account", _key("confidential", _uses("kms:Decrypt")), finds=("the data under it is confidential",)),
            Case("restricted data, for everybody of the account", _key("restricted", _uses("kms:Decrypt", StringEquals={"kms:CallerAccount": "000000000000"}) | {"Principal": "*"}),
                 finds=("Principal=*: lets whoever IAM of the account allows it kms:Decrypt",)),
            Case("restricted data, under the policy that AWS gives", Given(KEY, {"tags": {"data_class": "restricted"}}), finds=("policy=not set: AWS's own policy",)),
            Case("internal data, under the policy that AWS gives", Given(KEY, {"tags": {"data_class": "internal"}})),
            Case("for named roles", _key("restricted", _uses("kms:Decrypt", ArnEquals={"aws:PrincipalArn": "arn:aws:iam::000000000000:role/a"}))),
            Case("for all roles", _key("restricted", _uses("kms:Decrypt", ArnLike={"aws:PrincipalArn": "arn:aws:iam::000000000000:role/*"})), finds=("lets whoever IAM",)),
            Case("through services", _key("confidential", _uses("kms:Decrypt", StringLike={"kms:ViaService": "*.eu-west-1.amazonaws.com"}))),
            Case("grants to services", _key("confidential", _uses("kms:CreateGrant", Bool={"kms:GrantIsForAWSResource": "true"}))),
            Case("grants to anybody", _key("confidential", _uses("kms:CreateGrant")), finds=("allows it kms:CreateGrant",)),
            Case("administration", _key("restricted", ADMINISTERS)),
            Case("a policy that is not known yet", Given(KEY, {"policy": UNKNOWN, "tags": {"data_class": "restricted"}}), waits=("policy",)),
        ),
    ),
)  # fmt: skip
