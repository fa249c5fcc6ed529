"""Breaks of policy documents: one property of one statement at a time, and the rules that have to notice.

A break is told by what it does to a statement; which rules notice follows from what the document is for. Only the resource that
is broken is judged again.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from guardrails.catalogue import RULES
from guardrails.documents.admission import SILENT
from guardrails.documents.places import PLACES, Kind
from guardrails.judge import Judge
from guardrails.limits import CLASSES, WITHOUT_RESOURCE
from guardrails.rules.escalation import ADMINISTRATION
from guardrails.waivers import Waivers
from recorded import Sent, resource_of

FOREIGN = "333333333333"
Raw = dict[str, Any]
ADMITS, OTHERS, BINDS, GRANTS = "policy-names-who-it-admits", "policy-admits-own-account-only", "policy-binds-services-to-sources", "policy-grants-named-actions"
PLAIN, OWNER, PROTECTED, VALID = "policy-refuses-plain-http", "policy-keeps-its-owner-in", "kms-key-of-protected-data-names-users", "policy-document-is-valid"
ACTIONS, RESOURCES, ADMINISTERS = "iam-actions-are-named", "iam-resources-are-named", "iam-grants-no-administration"
PASSES, KEYS, METRICS, WHOLE = "iam-passes-named-roles-only", "iam-uses-keys-through-services", "iam-metrics-name-their-namespace", "iam-trust-names-who-in-account"


@dataclass(frozen=True)
class At:
    """A statement in its place."""

    sent: Sent
    kind: Kind
    service: str
    statement: Raw
    own: str

    @property
    def allows(self) -> bool:
        return self.statement["Effect"] == "Allow"

    @property
    def services(self) -> list[str]:
        """Services that are admitted, and say for whom they act."""
        principal = self.statement.get("Principal")
        named = principal.get("Service", []) if isinstance(principal, dict) else []
        return [each for each in ([named] if isinstance(named, str) else named) if (self.service, each) not in SILENT]

    @property
    def our_root(self) -> bool:
        return self.statement.get("Principal") == {"AWS": f"arn:aws:iam::{self.own}:root"}

    @property
    def tests(self) -> Raw:
        return self.statement.get("Condition") or {}

    @property
    def keys(self) -> set[str]:
        return {key for pairs in self.tests.values() for key in pairs}

    @property
    def actions(self) -> list[str]:
        action = self.statement["Action"]
        return [action] if isinstance(action, str) else action

    @property
    def resources(self) -> list[str]:
        resource = self.statement.get("Resource", [])
        return [resource] if isinstance(resource, str) else resource

    @property
    def wide(self) -> bool:
        return self.service == "kms" and self.our_root and any(each in ("kms:*", "kms:Put*") for each in self.actions)

    @property
    def protected(self) -> bool:
        return self.service == "kms" and CLASSES[self.sent.inputs["tags"]["data_class"]].key_users != "account"


Broken = Raw | None
Break = Callable[[At], tuple[Broken, set[str]] | None]
"""The statement as it is broken (None: taken away) and who notices; None where the break does not apply."""


def _with(at: At, **changes: Any) -> Raw:
    return {key: value for key, value in (at.statement | changes).items() if value is not None}


def _admitting(principal: Any, *rules: str) -> Break:
    """Admits somebody else instead, without a condition. Whoever is not our account may not administer a key."""

    def break_(at: At) -> tuple[Broken, set[str]] | None:
        if at.kind not in (Kind.RESOURCE, Kind.TRUST) or not at.allows:
            return None
        lost = {OWNER} if OTHERS in rules else set()
        return _with(at, Principal=principal, Condition=None), {*rules} | ({GRANTS, *lost} if at.wide else set())

    return break_


def _condition(change: Callable[[At, str, Raw], tuple[str, Raw] | None], only: Callable[[At], bool] = lambda at: True) -> Break:
    """Of services that are let in: changes every test of the condition (operator, pairs); None takes it away."""

    def break_(at: At) -> tuple[Broken, set[str]] | None:
        if at.kind not in (Kind.RESOURCE, Kind.TRUST) or not at.allows or not at.services or not at.tests or not only(at):
            return None
        made: Raw = {}
        for operator, pairs in at.tests.items():
            if changed := change(at, operator, pairs):
                made.setdefault(changed[0], {}).update(changed[1])
        return _with(at, Condition=made or None), {BINDS}

    return break_


def _values(pairs: Raw, change: Callable[[str], str]) -> Raw:
    return {key: [change(each) for each in value] if isinstance(value, list) else change(value) for key, value in pairs.items()}


def _like(operator: str) -> str:
    return "ArnLike" if operator.startswith("Arn") else "StringLike"


def _restricted(change: Callable[[At], Raw | None]) -> Break:
    """Of a key of protected data: another condition for the account."""

    def break_(at: At) -> tuple[Broken, set[str]] | None:
        if not (at.allows and at.protected and at.our_root and at.tests):
            return None
        condition = change(at)
        return (_with(at, Condition=condition or None), {PROTECTED}) if condition is not None else None

    return break_


def _wider_action(actions: Callable[[At], Any], key: str = "Action") -> Break:
    """Of a resource policy: whoever is let in may do more."""

    def break_(at: At) -> tuple[Broken, set[str]] | None:
        if at.kind not in (Kind.RESOURCE, Kind.TRUST) or not at.allows or at.our_root:
            return None
        return _with(at, Action=None) | {key: actions(at)}, {GRANTS}

    return break_


def _tls(change: Callable[[At], Broken], *more: str, only: tuple[str, ...] = ("s3", "sqs", "sns")) -> Break:
    def break_(at: At) -> tuple[Broken, set[str]] | None:
        denies = at.kind is Kind.RESOURCE and not at.allows and "aws:SecureTransport" in at.keys and at.service in only
        return (change(at), {PLAIN, *more}) if denies else None

    return break_


def _grant(change: Callable[[At], Raw | None], *expected: str, action: str = "", only: Callable[[At], bool] = lambda at: True) -> Break:
    """Of a role's policy. action: what is allowed afterwards besides, which has a resource; `*` in Resource is then noticed too."""

    def break_(at: At) -> tuple[Broken, set[str]] | None:
        if at.kind is not Kind.GRANT or not at.allows or not only(at):
            return None
        changed = change(at)
        if changed is None:
            return None
        rules = set(expected) | ({RESOURCES} if action and "*" in at.resources else set())
        return changed, rules

    return break_


def _service(at: At) -> str:
    return at.actions[0].split(":")[0]


def _whole_service(at: At) -> tuple[Broken, set[str]] | None:
    if at.kind is not Kind.GRANT or not at.allows:
        return None
    service = _service(at)
    rules = {ACTIONS} | ({ADMINISTERS} if any(each.startswith(f"{service}:") for each in ADMINISTRATION) else set())
    rules |= ({RESOURCES} if "*" in at.resources else set()) | ({METRICS} if service == "cloudwatch" else set())
    return _with(at, Action=f"{service}:*"), rules | ({KEYS} if service == "kms" and not at.tests else set())


def _everything(at: At) -> tuple[Broken, set[str]] | None:
    if at.kind is not Kind.GRANT or not at.allows:
        return None
    rules = {ACTIONS, ADMINISTERS, PASSES, METRICS} | (set() if at.tests else {KEYS})
    return _with(at, Action="*"), rules | ({RESOURCES} if "*" in at.resources else set())


def _all_but(at: At) -> tuple[Broken, set[str]] | None:
    if at.kind is not Kind.GRANT or not at.allows:
        return None
    rules = {ACTIONS, METRICS} | (set() if at.tests else {KEYS})
    return _with(at, Action=None, NotAction=["iam:*"]), rules | ({RESOURCES} if "*" in at.resources else set())


def _named(at: At) -> bool:
    return any(each.lower() not in WITHOUT_RESOURCE for each in at.actions)


def _account(new: str) -> Callable[[At], Raw | None]:
    """The account of an ARN is another."""

    def change(at: At) -> Raw | None:
        made = [":".join([*parts[:4], new, parts[5]]) if len(parts := each.split(":", 5)) == 6 and parts[4] == at.own else each for each in at.resources]
        return _with(at, Resource=made) if made != at.resources else None

    return change


def _named_as(name: Callable[[At], str]) -> Callable[[At], Raw | None]:
    """The name in an ARN, behind its kind, is a pattern."""

    def change(at: At) -> Raw | None:
        parts = at.resources[0].split(":", 5)
        if len(parts) < 6:
            return None
        kind = "" if parts[2] in ("s3", "sqs", "sns", "execute-api") else parts[5].replace("/", ":").split(":")[0] + parts[5][len(parts[5].replace("/", ":").split(":")[0])]
        return _with(at, Resource=":".join([*parts[:5], kind + name(at)]))

    return change


def _key_condition(change: Callable[[At], Raw]) -> Break:
    uses = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:ReEncryptFrom")
    return _grant(lambda at: _with(at, Condition=change(at) or None), KEYS, only=lambda at: bool(at.tests) and any(each in uses for each in at.actions))


BREAKS: Mapping[str, Break] = {
    "everybody": _admitting("*", ADMITS),
    "everybody, in another spelling": _admitting({"AWS": ["*"]}, ADMITS),
    "everybody's root": _admitting({"AWS": "arn:aws:iam::*:root"}, ADMITS, VALID),  # AWS would refuse it
    "another account": _admitting({"AWS": FOREIGN}, OTHERS),
    "a role of another account": _admitting({"AWS": f"arn:aws:iam::{FOREIGN}:role/partner"}, OTHERS),
    "no condition": _condition(lambda at, operator, pairs: None),
    "a condition if it exists": _condition(lambda at, operator, pairs: (operator + "IfExists", pairs)),
    "a condition for all values": _condition(lambda at, operator, pairs: (f"ForAllValues:{operator}", pairs)),
    "a condition that anything matches": _condition(lambda at, operator, pairs: (_like(operator), _values(pairs, lambda _: "*"))),
    "a condition on any account": _condition(lambda at, operator, pairs: (_like(operator), _values(pairs, lambda value: value.replace(at.own, "*")))),
    "a condition on another account": _condition(lambda at, operator, pairs: (operator, _values(pairs, lambda value: value.replace(at.own, FOREIGN)))),
    "a condition the other way round": _condition(
        lambda at, operator, pairs: (operator.replace("String", "StringNot").replace("Arn", "ArnNot"), pairs),
        only=lambda at: not any(":s3:::" in str(each) for each in at.tests.values())),  # "not that bucket" and "not our account" exclude each other
    "a condition on how": _condition(lambda at, operator, pairs: ("Bool", {"aws:SecureTransport": "true"})),
    "a key, for the whole account": _restricted(lambda at: {}),
    "a key, for every role": _restricted(lambda at: {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{at.own}:*"}} if "aws:PrincipalArn" in at.keys else None),
    "a key, through a service if it is one": _restricted(lambda at: {"StringLikeIfExists": {"kms:ViaService": "*"}} if "kms:ViaService" in at.keys else None),
    "a key, for everybody of the account": lambda at: (
        _with(at, Principal="*", Condition={"StringEquals": {"kms:CallerAccount": at.own}}), {PROTECTED}
    ) if at.allows and at.protected and at.our_root and at.tests else None,
    "a resource policy with everything of the service": _wider_action(lambda at: f"{_service(at)}:*"),
    "a resource policy with everything": _wider_action(lambda at: ["*"]),
    "a resource policy with everything but": _wider_action(lambda at: [f"{_service(at)}:Delete*"], "NotAction"),
    "TLS not asked for": _tls(lambda at: None),
    "TLS asked of ourselves": _tls(lambda at: _with(at, Principal={"AWS": f"arn:aws:iam::{at.own}:root"})),
    "TLS refused": _tls(lambda at: _with(at, Condition={"Bool": {"aws:SecureTransport": "true"}})),
    "TLS asked of some": _tls(lambda at: _with(at, Condition=at.tests | {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
    "TLS for some actions": _tls(lambda at: _with(at, Action=f"{_service(at)}:ListTagsFor*")),
    "TLS for the bucket alone": _tls(lambda at: _with(at, Resource=at.resources[0]), only=("s3",)),
    "TLS for objects alone": _tls(lambda at: _with(at, Resource=at.resources[1]), only=("s3",)),
    "plain HTTP allowed": _tls(lambda at: _with(at, Effect="Allow"), ADMITS, GRANTS, only=("s3", "sqs")),
    "plain HTTP for topics allowed": _tls(lambda at: _with(at, Effect="Allow"), ADMITS, only=("sns",)),
    "its owner locked out": lambda at: (_with(at, Condition=None), {OWNER}) if not at.allows and at.kind is Kind.RESOURCE and at.service in ("s3", "sqs") else None,
    "a key without administration": lambda at: (None, {OWNER}) if at.wide else None,
    "a role with everything": _everything,
    "a role with everything of the service": _whole_service,
    "a role with everything but": _all_but,
    "a role with a kind of actions": _grant(lambda at: _with(at, Action=[*at.actions, "dynamodb:Put*"]), ACTIONS, ADMINISTERS, action="dynamodb:Put*"),
    "a role on everything": _grant(lambda at: _with(at, Resource="*"), RESOURCES, only=_named),
    "a role on everything, in another spelling": _grant(lambda at: _with(at, Resource=["arn:aws:*"]), RESOURCES, only=_named),
    "a role on everything but": _grant(lambda at: _with(at, Resource=None, NotResource="arn:aws:s3:::a"), RESOURCES),
    "a role on every such resource": _grant(_named_as(lambda at: "*"), RESOURCES, only=_named),
    "a role on what other workloads have": _grant(_named_as(lambda at: "prod-*"), RESOURCES, only=_named),
    "a role on any account": _grant(_account("*"), RESOURCES, only=_named),
    "a role on another account": _grant(_account(FOREIGN), RESOURCES, only=_named),
    "a role that writes policies": _grant(lambda at: _with(at, Action=[*at.actions, "iam:PutRolePolicy"]), ADMINISTERS, action="iam:PutRolePolicy"),
    "a role that writes code": _grant(lambda at: _with(at, Action=[*at.actions, "lambda:UpdateFunctionCode"]), ADMINISTERS, action="lambda:UpdateFunctionCode"),
    "a role that opens buckets": _grant(lambda at: _with(at, Action=[*at.actions, "s3:PutBucketPolicy"]), ADMINISTERS, action="s3:PutBucketPolicy"),
    "a role that takes roles": _grant(lambda at: _with(at, Action=[*at.actions, "sts:AssumeRole"]), ADMINISTERS, action="sts:AssumeRole"),
    "a role that passes roles": _grant(
        lambda at: _with(at, Action="iam:PassRole", Resource="*", Condition=None), PASSES, RESOURCES),
    "a role that uses keys by itself": _key_condition(lambda at: {}),
    "a role that uses keys by itself if it is so": _key_condition(lambda at: {f"{operator}IfExists": pairs for operator, pairs in at.tests.items()}),
    "trust of the whole account": lambda at: (_with(at, Principal={"AWS": at.own}, Condition=None), {WHOLE}) if at.kind is Kind.TRUST else None,
    "trust of everybody but": lambda at: (
        _with(at, Principal=None, Condition=None) | {"NotPrincipal": {"AWS": at.own}}, {ADMITS}) if at.kind is Kind.TRUST else None,
    "an element that is none": _grant(lambda at: _with(at, Resource=None) | {"Resources": at.resources}, VALID),
    "somebody in a role's policy": _grant(lambda at: _with(at, Principal="*"), VALID),
    "an operator that is none": lambda at: (
        _with(at, Condition=at.tests | {"StringEqual": {"aws:PrincipalTag/a": "b"}}), {VALID}) if at.kind is Kind.GRANT else None,
}  # fmt: skip


def places(sent: Sent, own: str) -> Iterator[tuple[str, Raw, Kind, str]]:
    """(property, document, kind, service) of the documents of a resource."""
    for place in PLACES.get(sent.type, ()):
        text = sent.inputs.get(place.path)
        if isinstance(text, str):
            yield place.path, json.loads(text), place.kind, place.service


def broken(sent: Sent, break_: Break, own: str) -> Iterator[tuple[str, Sent, set[str]]]:
    """(statement, the resource with it broken, rules that have to notice)."""
    for path, document, kind, service in places(sent, own):
        statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
        for position, statement in enumerate(statements):
            made = break_(At(sent, kind, service, statement, own))
            if made is not None:
                changed, rules = made
                others = [*statements[:position], *([changed] if changed is not None else []), *statements[position + 1 :]]
                empty = set() if others else {VALID}
                yield str(statement.get("Sid")), sent.changed({path: json.dumps(document | {"Statement": others})}), rules | empty


def noticed(sent: Sent, *, updating: bool = True) -> set[str]:
    """Rules that find something in a resource before it is made."""
    return {told.policy for told in _judge(updating).resource(resource_of(sent, sent.inputs, {}))}


@cache
def _judge(updating: bool) -> Judge:
    return Judge(RULES, Waivers(), updating=updating)
