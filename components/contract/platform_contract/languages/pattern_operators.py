"""The operators of event patterns, each with what is wrong with its operand. Sources: see `patterns`."""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from platform_contract.platform.diagnostics import choices

LARGEST_NUMBER = 5.0e9
"""Numbers are compared from minus this to plus this. Source: EventBridge guide, "Numeric matching"."""



class Flaw(NamedTuple):
    """What is wrong with an operand; `at` is the way to it from the operand of the operator."""

    reason: str
    fix: str
    at: tuple[str | int, ...] = ()
    refused: bool = True


Check = Callable[[Any], Iterator[Flaw]]


def _text(operator: str, example: str) -> Check:
    def check(operand: Any) -> Iterator[Flaw]:
        if not isinstance(operand, str):
            yield Flaw(f"{operator} match pattern must be a string", f"write text, such as {example}")

    return check


def _affix(operator: str, example: str) -> Check:
    """A text; or one in any case of letters."""

    def check(operand: Any) -> Iterator[Flaw]:
        form = f'write text, such as {example}, or {{"equals-ignore-case": {example}}}'
        if isinstance(operand, Mapping):
            inner = next(iter(operand), None)
            if inner is None:
                yield Flaw(f"{operator.capitalize()} expression name not found", form)
            elif len(operand) > 1:
                yield Flaw("Only one key allowed in match expression", form)
            elif inner != "equals-ignore-case":
                yield Flaw(f"Unsupported {operator} pattern: {inner}", form)
            elif not isinstance(operand[inner], str):
                yield Flaw("equals-ignore-case match pattern must be a string", form, (inner,))
        elif not isinstance(operand, str):
            yield Flaw(f"{operator} match pattern must be a string", form)

    return check


WILDCARD_PARTS = re.compile(r"\\[*\\]|(?P<escape>\\)|(?P<twice>\*(?=\*))|[^\\]", re.DOTALL)
"""An escaped character, a wrong escape, a star before another one, or any other character."""


def _wildcard(operand: Any) -> Iterator[Flaw]:
    if not isinstance(operand, str):
        yield Flaw("wildcard match pattern must be a string", 'write text, such as "orders/*/paid"')
        return
    for part in WILDCARD_PARTS.finditer(operand):
        if not part.lastgroup:
            continue
        position = len(operand[: part.start()].encode("utf-8", errors="replace")) + 1  # AWS counts bytes of the operand in its quotes
        if part.lastgroup == "twice":
            yield Flaw(f"Consecutive wildcard characters at pos {position}", "write one `*`: it stands for any number of characters")
        else:
            yield Flaw(f"Invalid escape character at pos {position}", r"write `\*` for a star and `\\` for a backslash; nothing else is escaped")
        return


def _exists(operand: Any) -> Iterator[Flaw]:
    if not isinstance(operand, bool):
        yield Flaw("exists match pattern must be either true or false.", "write true or false, without quotes")


def _cidr(operand: Any) -> Iterator[Flaw]:
    form = 'write a range of addresses, such as "10.0.0.0/24" or "2001:db8::/32"'
    if not isinstance(operand, str):
        yield Flaw("prefix match pattern must be a string", form)  # AWS names another operator here
        return
    address, slash, mask = operand.partition("/")
    four, six = re.fullmatch(r"\d+(\.\d+){3}", address, re.ASCII), ":" in address and re.fullmatch(r"[0-9a-fA-F:]+", address)
    if not slash or not mask or "/" in mask:
        yield Flaw("Malformed CIDR, one '/' required", form)
    elif not re.fullmatch(r"[+-]?[0-9]{1,9}", mask):
        yield Flaw("Malformed CIDR, mask bits must be an integer", form)
    elif int(mask) < 0:
        yield Flaw("Malformed CIDR, mask bits must not be negative", form)
    elif not four and not six:
        yield Flaw(f"Nonstandard IP address: {address}", form)
    elif not _is_address(".".join(str(int(part)) for part in address.split(".")) if four else address):
        yield Flaw(f"Invalid IP address: {address}", form)
    elif int(mask) > (limit := 31 if four else 127):
        yield Flaw(f"IPv{4 if four else 6} mask bits must be < {limit + 1}", f"write the address itself, without the operator, or at most /{limit}")


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


COMPARISONS = {"=": "equals", ">": ">", ">=": ">=", "<": "<", "<=": "<="}
"""Sign -> what AWS calls it."""
NUMERIC_FORM = 'write one comparison, such as [">=", 10], or a lower and then an upper bound: [">", 0, "<=", 5]'


def _numeric(operand: Any) -> Iterator[Flaw]:
    """One comparison, or a lower bound followed by an upper one."""
    if not isinstance(operand, list):
        yield Flaw("Value of numeric must be an array.", NUMERIC_FORM)
        return
    first, *rest = operand or [None]
    if not isinstance(first, str):
        yield Flaw(f"Invalid member in numeric match: {_token(first) if operand else ']'}", NUMERIC_FORM)
    elif first not in COMPARISONS:
        yield Flaw(f"Unrecognized numeric range operator: {first}", NUMERIC_FORM)
    elif wrong := _number(rest[0] if rest else None, COMPARISONS[first], 1):
        yield wrong
    elif len(operand) > 2:
        yield from _upper(first, rest[0], operand)


def _upper(first: str, bottom: float, operand: list[Any]) -> Iterator[Flaw]:
    sign, top = operand[2], operand[3] if len(operand) > 3 else None
    if first not in (">", ">="):
        yield Flaw("Too many elements in numeric expression", NUMERIC_FORM)
    elif len(operand) > 4:
        yield Flaw("Too many terms in numeric range expression", NUMERIC_FORM)
    elif not isinstance(sign, str):
        yield Flaw(f"Bad value in numeric range: {_token(sign)}", NUMERIC_FORM)
    elif sign not in ("<", "<="):
        yield Flaw(f"Bad numeric range operator: {sign}", NUMERIC_FORM)
    elif wrong := _number(top, sign, 3):
        yield wrong
    elif not bottom < top:  # type: ignore[operator]  # a number, as just seen
        yield Flaw("Bottom must be less than top", f"no number is {first} {json_text(bottom)} and {sign} {json_text(top)}: write the smaller one first")


def _number(value: Any, name: str, at: int | None = None) -> Flaw | None:
    where = () if at is None else (at,)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return Flaw(f"Value of {name} must be numeric", "write a number, without quotes", where)
    try:
        exact = float(value) == value
    except OverflowError:
        exact = False
    if not exact:
        return Flaw(f"Cannot compare number : {value}", "write a number with fewer digits", where)
    if abs(value) > LARGEST_NUMBER:
        return Flaw(f"is beyond {LARGEST_NUMBER:.0f}, and EventBridge promises to compare numbers only from -{LARGEST_NUMBER:.0f} to that",
                    "compare another field, such as a smaller unit of it, or in the function", where, refused=False)  # fmt: skip
    return None


NESTABLE = ("prefix", "suffix", "equals-ignore-case", "wildcard")
"""Operators that `anything-but` negates."""
ANYTHING_FORM = 'write a text or number, a list of either, or one operator: {"prefix": "draft-"}'


def _anything_but(operand: Any) -> Iterator[Flaw]:
    if isinstance(operand, Mapping):
        yield from _negated(operand)
    elif isinstance(operand, list):
        kinds = {type(value) if isinstance(value, (str, bool)) else float if isinstance(value, (int, float)) else None for value in operand}
        if kinds - {str, float}:
            yield Flaw("Inside anything but list, start|null|boolean is not supported.", "list texts only, or numbers only")
        elif len(kinds) != 1:
            yield Flaw("Inside anything but list, either all values are number or string, mixed type is not supported", "list texts only, or numbers only")
        elif kinds == {float}:
            yield from (flaw for index, value in enumerate(operand) if (flaw := _number(value, "anything-but", index)))
    elif isinstance(operand, bool) or operand is None:
        yield Flaw("Value of anything-but must be an array or single string/number value.", ANYTHING_FORM)
    elif not isinstance(operand, str) and (flaw := _number(operand, "anything-but")):
        yield flaw


def _negated(operand: Mapping[str, Any]) -> Iterator[Flaw]:
    inner = next(iter(operand), None)
    if inner is None:
        yield Flaw("Anything-But expression name not found", ANYTHING_FORM)
        return
    if len(operand) > 1:
        yield Flaw("Only one key allowed in match expression", ANYTHING_FORM)
        return
    if inner not in NESTABLE:
        yield Flaw(f"Unsupported anything-but pattern: {inner}", f"it negates {choices(NESTABLE)}")
        return
    given = operand[inner] if isinstance(operand[inner], list) else [operand[inner]]
    if not given:
        yield Flaw("Empty arrays are not allowed", "list what it must not be", (inner,))
    if any(isinstance(value, bool) or value is None for value in given):
        yield Flaw("Value of anything-but must be an array or single string/number value.", "write text, or a list of texts", (inner,))
        return
    for value in given:
        if isinstance(value, str) and inner == "wildcard":
            yield from (flaw._replace(at=(inner,)) for flaw in _wildcard(value))
        elif isinstance(value, str) and (value or inner == "equals-ignore-case"):
            continue
        elif value == "":
            yield Flaw("Null prefix/suffix not allowed", 'every text begins and ends with "": write at least one character', (inner,))
        else:
            reason = {"wildcard": "wildcard match pattern must be a string", "equals-ignore-case":
                      "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."}  # fmt: skip
            yield Flaw(reason.get(inner, "prefix/suffix match pattern must be a string"), "write text, or a list of texts", (inner,))


OPERATORS: dict[str, Check] = {
    "prefix": _affix("prefix", '"orders-"'), "suffix": _affix("suffix", '".png"'), "equals-ignore-case": _text("equals-ignore-case", '"paid"'),
    "wildcard": _wildcard, "anything-but": _anything_but, "numeric": _numeric, "cidr": _cidr, "exists": _exists,
}  # fmt: skip
"""Operator -> what is wrong with its operand. Source: EventBridge guide, "Comparison operators"."""


def json_text(value: Any) -> str:
    """A value as JSON has it, text without its quotes."""
    return {True: "true", False: "false", None: "null"}.get(value, str(value)) if isinstance(value, bool | None) else str(value)


def _token(value: Any) -> str:
    """How AWS names what it did not expect: as JSON has it, of a list or mapping the bracket."""
    return "[" if isinstance(value, list) else "{" if isinstance(value, Mapping) else json_text(value)
