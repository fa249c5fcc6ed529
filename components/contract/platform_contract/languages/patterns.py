"""Event patterns, read as EventBridge reads them.

Source: EventBridge guide, "Comparison operators"; aws/event-ruler, JsonRuleCompiler (the grammar that EventBridge compiles patterns by,
and the reasons that it gives). What is not judged here is how complex wildcards are together: AWS says that when the rule is made.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from platform_contract.languages.pattern_operators import OPERATORS, json_text
from platform_contract.platform.diagnostics import choices, did_you_mean

OR = "$or"
MAXIMUM_OR_COMBINATIONS = 1000
"""Product of the lengths of all `$or`. Source: EventBridge guide, "Or matching"."""

RESERVED_IN_OR = frozenset({
    "anything-but", "prefix", "suffix", "equals-ignore-case", "numeric", "exists", "cidr", "wildcard", "exactly", "=", "<", "<=", ">", ">=",
    "regex", "not-wildcard", "not-equals-ignore-case", "date-after", "date-on-or-after", "date-before", "date-on-or-before",
    "in-date-range", "ip-address-in-range", "ip-address-not-in-range",
})  # fmt: skip
"""Names that no field within `$or` may have. Source: aws/event-ruler, README, "And and Or Relationship"."""

INVALID = "Event pattern is not valid. Reason: "
"""How PutRule begins its refusal."""


class Wrong(NamedTuple):
    """What is wrong at one place of a pattern."""

    path: tuple[str | int, ...]
    value: Any
    reason: str
    """As PutRule gives it, behind INVALID; in our words where `refused` is false."""
    fix: str
    refused: bool = True
    """False: EventBridge takes it and does something else than what it says."""

    @property
    def rule(self) -> str:
        return f"is refused by EventBridge: {self.reason.rstrip('.')}" if self.refused else self.reason


def wrong_in_pattern(pattern: Any) -> Iterator[Wrong]:
    """Everything in `pattern` that EventBridge refuses, or takes for something else; in the order of the document."""
    product = _combinations(pattern)
    if product > MAXIMUM_OR_COMBINATIONS:
        yield Wrong((), None, f"Event pattern contains more than {MAXIMUM_OR_COMBINATIONS} rule combinations",
                    f"write fewer alternatives: the lengths of all {OR} are multiplied, here to {product}")  # fmt: skip
    yield from _fields(pattern, (), (), {}, in_or=False)


def _combinations(node: Any) -> int:
    product = 1
    for key, value in node.items() if isinstance(node, Mapping) else ():
        if key == OR and isinstance(value, list):
            product *= max(len(value), 1)
            for member in value:
                product *= _combinations(member)
        else:
            product *= _combinations(value)
    return product


def _fields(
    node: Any, path: tuple[str | int, ...], field: tuple[str, ...], seen: dict[tuple[str, ...], tuple[str | int, ...]], *, in_or: bool
) -> Iterator[Wrong]:  # fmt: skip
    """field: the node's place in an event; it differs from `path` within `$or`. seen: field that has a condition -> where."""
    if not isinstance(node, Mapping):
        yield Wrong(path, node, "Filter is not an object", "write a mapping: field: [what it may be]")
        return
    if not node:
        yield Wrong(path, node, "Empty objects are not allowed", 'list what it may be, or write [{"exists": true}]')
    for key, value in node.items():
        here = (*path, key)
        if key == OR:
            yield from _alternatives(value, here, field, seen)
            continue
        if in_or and key in RESERVED_IN_OR:
            yield Wrong(here, None, f"{key} is Ruler reserved fieldName which cannot be used inside $or.", "name the field that it is about around it")
            continue
        named = (*field, *str(key).split("."))
        if isinstance(value, Mapping):
            yield from _fields(value, here, named, seen, in_or=in_or)
        elif isinstance(value, list):
            if named in seen:
                yield Wrong(here, None, f"is a second condition on a field that {_dotted(seen[named])} is about, and EventBridge keeps only the last one",
                            "write both into one list, or into the alternatives", refused=False)  # fmt: skip
            seen[named] = here
            yield from _values(value, here)
        else:
            yield Wrong(here, value, f'"{key}" must be an object or an array', f"write a list, also of one: [{json_text(value)}]")


def _alternatives(
    members: Any, path: tuple[str | int, ...], field: tuple[str, ...], seen: dict[tuple[str, ...], tuple[str | int, ...]]
) -> Iterator[Wrong]:
    """EventBridge takes a `$or` that is none for a field of that name, which no event has."""
    form = f'write two or more mappings: {{"{OR}": [{{"a": ["x"]}}, {{"b": ["y"]}}]}}'
    if not isinstance(members, list):
        yield Wrong(path, members, "It must be an Array followed with $or.", form)
        return
    before = dict(seen)
    for index, member in enumerate(members):
        if isinstance(member, Mapping):
            yield from _fields(member, (*path, index), field, inner := dict(before), in_or=True)
            seen.update(inner)
        else:
            yield Wrong((*path, index), member, "Only JSON object is allowed in array of $or relationship.", form)
    if len(members) < 2:
        yield Wrong(path, members, "There must have at least 2 Objects in $or relationship.", form)


def _values(values: list[Any], path: tuple[str | int, ...]) -> Iterator[Wrong]:
    if not values:
        yield Wrong(path, values, "Empty arrays are not allowed", 'list what it may be, or write [{"exists": true}]')
    for index, value in enumerate(values):
        here = (*path, index)
        if isinstance(value, list):
            yield Wrong(here, value, "Match value must be String, number, true, false, or null", "write one list")
        elif isinstance(value, Mapping):
            yield from _condition(value, here)


def _condition(condition: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[Wrong]:
    one = f"choose one of {choices(OPERATORS)}"
    if not condition:
        yield Wrong(path, condition, "Match expression name not found", one)
        return
    operator, operand = next(iter(condition.items()))
    if operator not in OPERATORS:
        yield Wrong((*path, operator), operand, f"Unrecognized match type {operator}", did_you_mean(operator, OPERATORS) or one)
        return
    flaws = [Wrong((*path, operator, *flaw.at), _at(operand, flaw.at), flaw.reason, flaw.fix, flaw.refused) for flaw in OPERATORS[operator](operand)]
    yield from flaws
    if not flaws and len(condition) > 1:
        several = "Too many elements in numeric expression" if operator in ("numeric", "anything-but") else "Only one key allowed in match expression"
        yield Wrong(path, None, several, f"write one mapping for each operator: [{{{operator}: ...}}, {{{list(condition)[1]}: ...}}]")


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        try:
            value = value[part]
        except (IndexError, KeyError, TypeError):
            return None
    return value


def _dotted(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
