"""IAM policy documents as they really come: text or mapping, one statement or many, wildcards, any case.

Parsed once per text (`parse` is cached, bounded), because several rules look at the same document.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from guardrails.values import Unknown, Values

NARROWING_KEYS = frozenset(
    {
        "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceowner", "aws:principalorgid", "aws:principalaccount",
        "aws:principalarn", "aws:sourcevpc", "aws:sourcevpce", "s3:dataaccesspointaccount",
    }
)  # fmt: skip
"""Condition keys that say who may call, so that Principal `*` is no longer everybody (IAM reference, global condition keys)."""

NARROWING_OPERATORS = frozenset({"stringequals", "stringlike", "stringequalsignorecase", "arnequals", "arnlike"})


class DocumentError(ValueError):
    """The document is not a policy document."""


@dataclass(frozen=True)
class Statement:
    allows: bool
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[str, ...]
    """`*`, or `AWS:arn...`, `Service:...`; what AWS treats as everybody is `*`."""
    not_principals: bool
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    """(operator, key, values), operator and key in lower case."""
    name: str

    def narrowed(self) -> bool:
        """Whether a condition limits who may call. `IfExists`, `ForAllValues` and a bare `*` limit nobody."""
        for operator, key, values in self.conditions:
            if operator in NARROWING_OPERATORS and key in NARROWING_KEYS and values and all(_says_who(v) for v in values):
                return True
        return False

    def matches_action(self, action: str) -> bool:
        """Whether the statement's Action names `service:Action`, wildcards and case as IAM reads them."""
        return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in self.actions)


def _says_who(value: str) -> bool:
    """An account, organisation or ARN pattern that still names an account or a bucket."""
    return bool(value.strip("*?")) and value not in ("arn:aws:*", "arn:*") and not value.startswith("arn:*:*:*:*:*")


def statements(value: Any) -> tuple[Statement, ...]:
    """Statements of a policy property. Unknown raises `Undecided`, nonsense `DocumentError`."""
    if isinstance(value, Unknown):
        value.__bool__()
    if isinstance(value, Values):
        value = json.dumps(value.plain(), sort_keys=True)
    if not isinstance(value, str):
        raise DocumentError(f"{type(value).__name__} is not a policy document")
    return parse(value)


@lru_cache(maxsize=2048)
def parse(text: str) -> tuple[Statement, ...]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentError(f"not JSON: {error}") from None
    if not isinstance(document, dict) or "Statement" not in document:
        raise DocumentError("no Statement in it")
    return tuple(_statements(document["Statement"]))


def _statements(raw: Any) -> Iterator[Statement]:
    for position, entry in enumerate(raw if isinstance(raw, list) else [raw]):
        if not isinstance(entry, dict):
            raise DocumentError(f"Statement[{position}] is not a mapping")
        folded = {key.lower(): value for key, value in entry.items()}
        effect = folded.get("effect")
        if effect not in ("Allow", "Deny"):
            raise DocumentError(f"Statement[{position}].Effect is {effect!r}")
        principal = folded.get("principal")
        yield Statement(
            allows=effect == "Allow",
            actions=_texts(folded.get("action")),
            not_actions=_texts(folded.get("notaction")),
            resources=_texts(folded.get("resource")),
            not_resources=_texts(folded.get("notresource")),
            principals=tuple(_principals(principal)),
            not_principals="notprincipal" in folded,
            conditions=tuple(_conditions(folded.get("condition") or {})),
            name=str(folded.get("sid") or position),
        )


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)


def _principals(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for kind, names in value.items():
            for name in _texts(names):
                yield "*" if name == "*" and kind in ("AWS", "Federated") else f"{kind}:{name}"
    else:
        yield from _texts(value)


def _conditions(value: Any) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if not isinstance(value, Mapping):
        raise DocumentError("Condition is not a mapping")
    for operator, pairs in value.items():
        if not isinstance(pairs, Mapping):
            raise DocumentError(f"Condition.{operator} is not a mapping")
        for key, values in pairs.items():
            yield operator.lower(), key.lower(), _texts(values)
