"""Policy documents as they really come: text or mapping, one statement or many, `Not...` elements, any case.

Parsed once per text (`parse` is cached, bounded) and once per resource (`Resource.documents`).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from guardrails.documents.wildcards import INVENTED, matches, overlap

ELEMENTS = frozenset(
    {"sid", "effect", "principal", "notprincipal", "action", "notaction", "resource", "notresource", "condition"}
)  # fmt: skip
OPERATORS = frozenset(
    {
        "stringequals", "stringnotequals", "stringequalsignorecase", "stringnotequalsignorecase", "stringlike", "stringnotlike",
        "arnequals", "arnlike", "arnnotequals", "arnnotlike", "bool", "binaryequals", "ipaddress", "notipaddress", "null",
        "numericequals", "numericnotequals", "numericlessthan", "numericlessthanequals", "numericgreaterthan", "numericgreaterthanequals",
        "dateequals", "datenotequals", "datelessthan", "datelessthanequals", "dategreaterthan", "dategreaterthanequals",
    }
)  # fmt: skip
"""IAM reference, "IAM JSON policy elements: Condition operators"."""
ACTION = re.compile(r"\*|[a-z0-9-*?]+:[\w*?]+", re.IGNORECASE)
ACCOUNT = re.compile(r"\d{12}")


class DocumentError(ValueError):
    """The document is not a policy document."""


@dataclass(frozen=True)
class Principal:
    """Who is meant. kind: AWS, Service, Federated or CanonicalUser."""

    kind: str
    name: str

    @property
    def everybody(self) -> bool:
        """`*`, in whatever spelling, or an ARN whose account matches every account."""
        return self.name == "*" or (self.kind == "AWS" and self.account != INVENTED and matches(self.account, INVENTED))

    @property
    def account(self) -> str:
        """Of `AWS` principals: 12 digits, or the pattern in their place; empty where the name carries none (a unique id)."""
        if self.kind != "AWS":
            return ""
        parts = self.name.split(":", 5)
        found = parts[4] if len(parts) == 6 else self.name
        return found if ACCOUNT.fullmatch(found) or "*" in found or "?" in found else ""

    @property
    def is_account(self) -> bool:
        """Whether it stands for a whole account, by its number or its root."""
        return self.kind == "AWS" and (ACCOUNT.fullmatch(self.name) is not None or self.name.endswith(":root"))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Condition:
    """One line of a statement's conditions. quantifier: forallvalues, foranyvalue or empty; all in lower case but the values."""

    quantifier: str
    operator: str
    if_exists: bool
    key: str
    values: tuple[str, ...]
    unknown: str = ""
    """Path of its value where that is not known yet; there are no values then."""


@dataclass(frozen=True)
class Statement:
    allows: bool
    name: str
    """Its Sid, else its position."""
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[Principal, ...] = ()
    not_principals: tuple[Principal, ...] = ()
    conditions: tuple[Condition, ...] = ()
    unknown_elements: tuple[str, ...] = field(default=(), compare=False)

    def touches(self, action: str) -> bool:
        """Whether it allows or denies `service:Action`, or something of a pattern of actions."""
        wanted = action.lower()
        if self.not_actions:
            return not any(matches(each.lower(), wanted) for each in self.not_actions)
        return any(overlap(each.lower(), wanted) for each in self.actions)

    def everybody(self) -> bool:
        """Whether it is about everybody, before its conditions: `*`, or everybody but."""
        return bool(self.not_principals) or any(each.everybody for each in self.principals)


@dataclass(frozen=True)
class Parsed:
    version: str
    statements: tuple[Statement, ...]
    has_variables: bool


@lru_cache(maxsize=2048)
def parse(text: str) -> Parsed:
    """Raises DocumentError for what is no policy document."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentError(f"not JSON: {error}") from None
    if not isinstance(document, dict) or "Statement" not in document:
        raise DocumentError("no Statement in it")
    return Parsed(str(document.get("Version") or ""), tuple(_statements(document["Statement"])), "${" in text)


def _statements(raw: Any) -> Iterator[Statement]:
    for position, entry in enumerate(raw if isinstance(raw, list) else [raw]):
        if not isinstance(entry, dict):
            raise DocumentError(f"Statement[{position}] is not a mapping")
        folded = {key.lower(): value for key, value in entry.items()}
        effect = folded.get("effect")
        if effect not in ("Allow", "Deny"):
            raise DocumentError(f"Statement[{position}].Effect is {effect!r}")
        yield Statement(
            allows=effect == "Allow",
            name=str(folded.get("sid") or position),
            actions=texts(folded.get("action")),
            not_actions=texts(folded.get("notaction")),
            resources=texts(folded.get("resource")),
            not_resources=texts(folded.get("notresource")),
            principals=tuple(_principals(folded.get("principal"))),
            not_principals=tuple(_principals(folded.get("notprincipal"))),
            conditions=tuple(conditions(folded.get("condition") or {})),
            unknown_elements=tuple(key for key in entry if key.lower() not in ELEMENTS),
        )


def texts(value: Any) -> tuple[str, ...]:
    """What IAM takes alone or as a list, as texts. Numbers arrive as floats, and true is `true`."""
    if value is None:
        return ()
    return tuple(map(_text, value)) if isinstance(value, list | tuple) else (_text(value),)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _principals(value: Any) -> Iterator[Principal]:
    if isinstance(value, Mapping):
        for kind, names in value.items():
            yield from (Principal(kind, name) for name in texts(names))
    else:
        yield from (Principal("AWS", name) for name in texts(value))


def conditions(value: Any) -> Iterator[Condition]:
    """Raises DocumentError where it is no mapping of mappings."""
    if not isinstance(value, Mapping):
        raise DocumentError("Condition is not a mapping")
    for written, pairs in value.items():
        if not isinstance(pairs, Mapping):
            raise DocumentError(f"Condition.{written} is not a mapping")
        quantifier, _, operator = written.lower().rpartition(":")
        for key, values in pairs.items():
            yield Condition(quantifier, operator.removesuffix("ifexists"), operator.endswith("ifexists"), key.lower(), texts(values))
