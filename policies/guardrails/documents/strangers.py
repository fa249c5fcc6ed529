"""Whether a statement lets a stranger in: its conditions are tried with the request that the stranger would make.

A stranger calls by himself, has a service of AWS act for a resource of his (the confused deputy), or logs in where a provider of
identities knows him. Keys that a request chooses freely are met by any condition on them. What a condition finds missing it takes as IAM
does: a negated one, `...IfExists` and `ForAllValues` are met. Source of keys and operators: IAM reference, "AWS global condition
context keys" and "IAM JSON policy elements: Condition operators".
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from guardrails.documents.model import Condition, Statement
from guardrails.documents.wildcards import INVENTED, matches, matches_arn, twins
from guardrails.values import Undecided

ANYTHING = None
"""The value of a key that the caller chooses."""
ABSENT: tuple[str, ...] = ()
"""The value of a key that the request does not carry."""

Values = tuple[str, ...] | None
"""What a key may hold, one of these; ABSENT or ANYTHING."""

SUBJECTS = (
    "stranger", "repo:stranger/stranger:ref:refs/heads/main", "repo:stranger/stranger:pull_request",
    "project_path:stranger/stranger:ref_type:branch:ref:main", "system:serviceaccount:stranger:stranger",
)  # fmt: skip
"""Who logs in: GitHub's, GitLab's and Kubernetes' ways to write a subject."""

VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True)
class Stranger:
    """Somebody of another account. named: whether the document names that account; own: whether it is ours.

    organisation: empty for an account that is in none.
    """

    account: str = INVENTED
    organisation: str = ""
    named: bool = False
    own: bool = False

    def by_himself(self, key: str, pattern: str) -> Values:
        """What the key holds where he calls with credentials of his account. pattern: what the condition compares it with."""
        if key == "aws:principalarn":
            return (f"arn:aws:iam::{self.account}:role/stranger",) if self.own else twins(pattern, self.account)
        if key in ("aws:principalaccount", "kms:calleraccount", "s3:dataaccesspointaccount"):
            return (self.account,)
        if key == "s3:dataaccesspointarn":
            return twins(pattern, self.account)
        if key in ("aws:principalorgid", "aws:principalorgpaths"):
            return ANYTHING if self.own else self._organisation(key)
        if key.startswith("aws:source") and key not in ("aws:sourceip", "aws:sourceidentity"):
            return (f"{key.removeprefix('aws:source')}-stranger",) if key in ("aws:sourcevpc", "aws:sourcevpce") else ABSENT
        if key == "aws:principalservicename" or key.startswith("aws:principalservicenames"):
            return ABSENT
        if key == "sts:externalid":
            return ANYTHING if self.named else ("stranger",)
        if self.own and (key == "kms:viaservice" or key.startswith("kms:encryptioncontext:")):
            return ABSENT
        return {"aws:principalisawsservice": ("false",), "kms:grantisforawsresource": ("false",),
                "lambda:eventsourcetoken": ("stranger",)}.get(key, ANYTHING)  # fmt: skip

    def _organisation(self, key: str) -> Values:
        return (self.organisation + ("/r-s/ou-s/" if key.endswith("paths") else ""),) if self.organisation else ABSENT

    def through(self, service: str, silent: bool = False) -> Callable[[str, str], Values]:
        """The same, where the service acts for a resource of his. silent: it does not say for which, as some do on some ways."""

        def value(key: str, pattern: str) -> Values:
            if silent and key.startswith(("aws:source", "kms:encryptioncontext:")):
                return ABSENT
            if key == "aws:sourcearn" or (key.startswith("kms:encryptioncontext:") and pattern.startswith("arn:")):
                return twins(pattern, self.account)
            if key in ("aws:sourceaccount", "aws:sourceowner", "sts:externalid"):
                return (self.account,)
            if key in ("aws:sourceorgid", "aws:sourceorgpaths"):
                return self._organisation(key)
            if key in ("aws:sourcevpc", "aws:sourcevpce", "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "kms:calleraccount"):
                return ABSENT
            return {"aws:principalisawsservice": ("true",), "aws:principalservicename": (service,),
                    "lambda:eventsourcetoken": ("stranger",)}.get(key, ANYTHING)  # fmt: skip

        return value


def logged_in(key: str, _pattern: str) -> Values:
    """What a key holds for somebody whom the same provider of identities knows."""
    if key.endswith(":sub"):
        return SUBJECTS
    # Anybody may have a pool of Cognito; the audience of all others is asked for by the caller.
    return ("eu-west-1:stranger",) if key == "cognito-identity.amazonaws.com:aud" else ANYTHING


def meets(conditions: Iterable[Condition], request: Callable[[str, str], Values], chosen: bool = True) -> bool:
    """Whether a request meets all conditions. chosen: what is taken of keys that the caller chooses.

    Raises `Undecided` where it meets all that are known and one is not.
    """
    given = tuple(conditions)
    if not all(_meets(each, request, chosen) for each in given if not each.unknown):
        return False
    unknown = next((each.unknown for each in given if each.unknown), None)
    if unknown is not None:
        raise Undecided(unknown)
    return True


def _meets(condition: Condition, request: Callable[[str, str], Values], chosen: bool) -> bool:
    negated = "not" in condition.operator
    outcomes = [_compares(condition, value, request, chosen) for value in condition.values]
    return (all if negated else any)(outcomes)


def _compares(condition: Condition, value: str, request: Callable[[str, str], Values], chosen: bool) -> bool:
    held = request(condition.key, value)
    negated = "not" in condition.operator
    if condition.operator == "null":
        return chosen if held is ANYTHING else (held == ABSENT) == (value.lower() == "true")
    if held == ABSENT:
        return negated or condition.if_exists or condition.quantifier == "forallvalues"
    if held is ANYTHING:
        return chosen
    wanted = VARIABLE.sub(lambda found: _variable(found[1], request), value)
    operator = condition.operator.replace("not", "")
    if operator not in ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "bool"):
        return chosen
    found = any(_equal(operator, wanted, each) for each in held)
    return not found if negated else found


def _equal(operator: str, wanted: str, held: str) -> bool:
    if operator.startswith("arn"):
        return matches_arn(wanted, held)
    if operator == "stringlike":
        return matches(wanted, held)
    return wanted == held if operator == "stringequals" else wanted.lower() == held.lower()


def _variable(name: str, request: Callable[[str, str], Values]) -> str:
    """`${aws:ResourceAccount}` is ours; any other variable holds what the request does."""
    key = name.split(",")[0].strip().lower()
    if key.startswith("aws:resource"):
        return "ours"
    held = request(key, "*")
    return "*" if held is ANYTHING or len(held) != 1 else held[0]


def denied(statements: Iterable[Statement], allowing: Statement, request: Callable[[str, str], Values]) -> bool:
    """Whether a Deny of the same document certainly takes from the stranger all that a statement allows."""
    return any(
        not each.allows and each.everybody() and not each.not_principals and _holds_all(each, allowing) and meets(each.conditions, request, chosen=False)
        for each in statements
    )  # fmt: skip


def _holds_all(wide: Statement, narrow: Statement) -> bool:
    actions = all(any(matches(one.lower(), each.lower()) for one in wide.actions) for each in narrow.actions)
    resources = all(any(matches(one, each) for one in wide.resources) for each in narrow.resources)
    return actions and resources and not (wide.not_actions or wide.not_resources or narrow.not_actions or narrow.not_resources)
