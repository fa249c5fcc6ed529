"""Intrinsic functions: `States.Format('order {}', $.id)`.

Source: specification, "Intrinsic Functions" and Appendix B; Step Functions guide, "Intrinsics for JSONPath states".
"""

import re
from typing import NamedTuple

from platform_contract.kinds.workflow.language.paths import read_path
from platform_contract.kinds.workflow.language.scanner import Scanner, Unreadable, wrong_in
from platform_contract.platform.diagnostics import choices, did_you_mean

NAME = re.compile(r"[A-Za-z0-9._]+")
LETTER = re.compile(r"[A-Za-z]")
TEXT = re.compile(r"'((?:\\['{}\\]|[^'\\])*)'")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?(?![\w.])")
WORD = re.compile(r"(?:true|false|null)(?![\w.])")

MAXIMUM_NESTING = 10
"""Functions within functions. Source: guide, "Intrinsics for JSONPath states"."""

HASHES = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")

class Call(NamedTuple):
    """A function with its arguments: a text, number, true, false or null as it is, and `...` for what is only known when it runs."""

    name: str
    arguments: tuple[object, ...]


class Signature(NamedTuple):
    """least to most arguments; most None: any number."""

    least: int
    most: int | None
    form: str


FUNCTIONS = {
    "States.Format": Signature(1, None, "('text with {}', value)"), "States.StringToJson": Signature(1, 1, "(text)"),
    "States.JsonToString": Signature(1, 1, "($.path)"), "States.Array": Signature(0, None, "(value, ...)"),
    "States.ArrayPartition": Signature(2, 2, "(array, size)"), "States.ArrayContains": Signature(2, 2, "(array, value)"),
    "States.ArrayRange": Signature(3, 3, "(first, last, step)"), "States.ArrayGetItem": Signature(2, 2, "(array, index)"),
    "States.ArrayLength": Signature(1, 1, "(array)"), "States.ArrayUnique": Signature(1, 1, "(array)"),
    "States.Base64Encode": Signature(1, 1, "(text)"), "States.Base64Decode": Signature(1, 1, "(text)"), "States.Hash": Signature(2, 2, "(value, 'SHA-256')"),
    "States.JsonMerge": Signature(3, 3, "(first, second, false)"), "States.MathRandom": Signature(2, 3, "(first, last)"),
    "States.MathAdd": Signature(2, 2, "(number, number)"), "States.StringSplit": Signature(2, 2, "(text, 'characters')"), "States.UUID": Signature(0, 0, "()"),
}  # fmt: skip

ARRAY_FIRST = ("States.ArrayPartition", "States.ArrayContains", "States.ArrayGetItem", "States.ArrayLength", "States.ArrayUnique")
"""Functions whose first argument is an array, so no value that is written out."""

NUMBERS = {"States.ArrayPartition": (1,), "States.ArrayRange": (0, 1, 2), "States.ArrayGetItem": (1,), "States.MathRandom": (0, 1, 2), "States.MathAdd": (0, 1)}
"""Function -> which of its arguments are whole numbers."""

TEXTS = {"States.Format": (0,), "States.StringToJson": (0,), "States.Base64Encode": (0,), "States.Base64Decode": (0,), "States.StringSplit": (0, 1)}

OF_TEXT = ("States.Format", "States.JsonToString", "States.ArrayGetItem", "States.Base64Encode", "States.Base64Decode", "States.Hash", "States.UUID")
"""Functions that ErrorPath and CausePath take. Source: guide, "Fail workflow state"."""


def is_call(text: str) -> bool:
    """Whether a text is meant as a call of an intrinsic function."""
    return re.match(r"States\.\w+\s*\(", text) is not None


def wrong_call(text: str, *, variables: bool = False) -> str | None:
    """Why `text` is no call of an intrinsic function that can succeed; None if it is one."""
    return wrong_in(text, lambda scanner: _call(scanner, MAXIMUM_NESTING), variables=variables)


def _call(scanner: Scanner, depth: int) -> Call:
    if depth < 0:
        raise Unreadable(f"has functions within functions more than {MAXIMUM_NESTING} deep")
    name = scanner.take(NAME)
    if name is None:
        raise Unreadable("must be a path that begins with `$`, or a function that begins with `States.`")
    if name not in FUNCTIONS:
        raise Unreadable(f"calls {name}, which is no intrinsic function; {did_you_mean(name, FUNCTIONS) or 'there is ' + choices(FUNCTIONS)}")
    scanner.need("(", "for its arguments")
    arguments: list[object] = []
    scanner.blanks()
    if not scanner.take(")"):
        while True:
            arguments.append(_argument(scanner, depth))
            scanner.blanks()
            if scanner.take(")"):
                break
            scanner.need(",", "or `)`")
            scanner.blanks()
    call = Call(name, tuple(arguments))
    _judge(call)
    return call


def _argument(scanner: Scanner, depth: int) -> object:
    if scanner.text.startswith("$", scanner.at):
        read_path(scanner)
        return ...
    if scanner.text.startswith("'", scanner.at):
        text = scanner.take(TEXT)
        if text is None:
            raise scanner.wrong(r"has a text without its end, or an apostrophe or backslash without `\` before it,")
        return text[1:-1]
    if number := scanner.take(NUMBER):
        return float(number)
    if word := scanner.take(WORD):
        return {"true": True, "false": False, "null": None}[word]
    if scanner.text.startswith('"', scanner.at):
        raise scanner.wrong("has a text in double quotes, where single ones are needed,")
    if not LETTER.match(scanner.text, scanner.at):
        raise scanner.wrong("needs a text in single quotes, a number, a path or a function")
    _call(scanner, depth - 1)
    return ...


def _judge(call: Call) -> None:
    """What is wrong with the arguments of a function, as far as they are written out."""
    name, arguments = call
    least, most, form = FUNCTIONS[name]
    if not least <= len(arguments) <= (len(arguments) if most is None else most):
        wanted = f"{least} or more" if most is None else f"{least}" if most == least else f"{least} or {most}"
        raise Unreadable(f"gives {name} {_count(len(arguments))}, and it takes {wanted}: {name}{form}")
    for index in NUMBERS.get(name, ()):
        value = arguments[index] if index < len(arguments) else ...
        if value is not ... and (isinstance(value, bool) or not isinstance(value, float) or not value.is_integer()):
            raise Unreadable(f"gives {name} something else than a whole number as argument {index + 1}: {name}{form}")
    for index in TEXTS.get(name, ()):
        if arguments[index] is not ... and not isinstance(arguments[index], str):
            raise Unreadable(f"gives {name} something else than a text as argument {index + 1}: {name}{form}")
    if name in ARRAY_FIRST and arguments[0] is not ...:
        raise Unreadable(f"gives {name} a value where it takes an array: a path, or States.Array(...)")
    _judge_values(name, arguments)


def _judge_values(name: str, arguments: tuple[object, ...]) -> None:
    if name == "States.Format" and isinstance(arguments[0], str):
        places = len(re.findall(r"\{\}", re.sub(r"\\.", "", arguments[0])))
        if re.search(r"[{}]", re.sub(r"\\.|\{\}", "", arguments[0])):
            raise Unreadable(r"has a brace in its text that is not `{}`: write `\{` or `\}` for the character itself")
        if places != len(arguments) - 1:
            raise Unreadable(f"has {places} {{}} in its text and {_count(len(arguments) - 1).replace('argument', 'value')} for them")
    if name == "States.Hash" and isinstance(arguments[1], str) and arguments[1] not in HASHES:
        raise Unreadable(f"names {arguments[1]}, and States.Hash knows {choices(HASHES)}")
    if name == "States.JsonMerge" and arguments[2] not in (..., False):
        raise Unreadable("must have false as the third argument of States.JsonMerge: deep merging is not there")
    if name == "States.JsonToString" and arguments[0] is not ...:
        raise Unreadable("must have a path as the argument of States.JsonToString")
    if name == "States.ArrayPartition" and isinstance(arguments[1], float) and arguments[1] < 1:
        raise Unreadable("must have a size of 1 or more for States.ArrayPartition")
    if name == "States.ArrayRange" and arguments[2] == 0:
        raise Unreadable("must have a step for States.ArrayRange that is not 0")


def _count(number: int) -> str:
    return "no argument" if number == 0 else "1 argument" if number == 1 else f"{number} arguments"
