"""Paths: into the data of a state ($.order.lines[0]) and into the context object ($$.Execution.Id).

Source: specification, "Paths" and "Reference Paths"; Jayway's JsonPath, README; Step Functions guide, "Context object".
"""

import re
from collections.abc import Mapping

from platform_contract.kinds.workflow.language.scanner import Scanner, Unreadable, wrong_in
from platform_contract.platform.diagnostics import did_you_mean

FUNCTIONS = ("min", "max", "avg", "stddev", "length", "sum", "keys", "concat", "append", "first", "last", "index")
"""What may end a path that is no reference path."""

NAME = re.compile(r"(?:\\.|[^.\[\]() \t\n\\*'\",])+")
REFERENCE_NAME = re.compile(r"(?:\\.|[^.\[\]() \t\n\\*'\",@:?])+")
FILTER_NAME = re.compile(r"(?:\\.|[^.\[\]() \t\n\\*'\",<>=!&|~])+")
QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
VARIABLE = re.compile(r"[A-Za-z_]\w*")
INDEX = re.compile(r"-?\d+")
SLICE = re.compile(r"-?\d*:-?\d*")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
WORD = re.compile(r"true|false|null")
REGULAR = re.compile(r"/(?:\\.|[^/\\])+/[a-z]*")
COMPARISON = re.compile(r"==|!=|<=|>=|=~|<|>|(?:nin|in|subsetof|anyof|noneof|contains|size|empty)(?![A-Za-z])")

CONTEXT: Mapping[str, tuple[str, ...]] = {
    "Execution": ("Id", "Input", "Name", "RoleArn", "StartTime", "RedriveCount", "RedriveTime"),
    "State": ("EnteredTime", "Name", "RetryCount"), "StateMachine": ("Id", "Name"), "Task": ("Token",), "Map": ("Item",),
}  # fmt: skip
"""What the context object holds."""


def wrong_path(text: str, *, reference: bool = False, variables: bool = False) -> str | None:
    """Why `text` is no path, or no reference path, which leads to one place only; None if it is."""
    return wrong_in(text, lambda scanner: read_path(scanner, reference=reference), variables=variables)


def read_path(scanner: Scanner, *, reference: bool = False, name: re.Pattern[str] = NAME) -> None:
    """Reads the path that begins here. Raises Unreadable."""
    begin = scanner.at
    if not scanner.take("$"):
        raise Unreadable("must be a path that begins with `$`")
    context = bool(scanner.take("$"))
    if scanner.variables and not context:
        scanner.take(VARIABLE)
    read_steps(scanner, reference=reference, name=REFERENCE_NAME if reference else name)
    if context:
        _known_context(scanner.text[begin : scanner.at])


def read_steps(scanner: Scanner, *, reference: bool = False, name: re.Pattern[str] = NAME) -> None:
    """name: what a step behind a dot may be, where it is written without quotes."""
    while not scanner.ended():
        if scanner.take(".."):
            if reference:
                raise Unreadable("must lead to one place, and `..` leads to many")
            if not scanner.text.startswith("[", scanner.at) and not scanner.take("*") and not scanner.take(name):
                raise scanner.wrong("needs a name")
        elif scanner.take("."):
            if scanner.take("*"):
                if reference:
                    raise Unreadable("must lead to one place, and `*` leads to many")
                continue
            step = scanner.take(name)
            if step is None:
                raise scanner.wrong("needs a name")
            if scanner.take("("):
                _function(scanner, step, reference)
                return
        elif scanner.take("["):
            _bracket(scanner, reference)
        else:
            return


def _function(scanner: Scanner, name: str, reference: bool) -> None:
    if reference:
        raise Unreadable(f"must lead to one place, and `{name}()` reckons")
    if name not in FUNCTIONS:
        raise Unreadable(f"calls {name}(), which no path has; {did_you_mean(name, FUNCTIONS) or 'there is ' + ', '.join(FUNCTIONS)}")
    if not scanner.take(")"):
        _operand(scanner)
        scanner.need(")", "at the end of the arguments")


def _bracket(scanner: Scanner, reference: bool) -> None:
    many = None
    if scanner.take("?"):
        many = "?"
        if not reference:
            scanner.need("(", "for a filter: [?(@.price < 10)]")
            _filter(scanner)
            scanner.need(")", "at the end of the filter")
    elif scanner.take("*"):
        many = "*"
    elif scanner.take(SLICE):
        many = ":"
    elif kind := next((kind for kind in (INDEX, QUOTED) if kind.match(scanner.text, scanner.at)), None):
        scanner.take(kind)
        scanner.blanks()
        while scanner.take(","):
            many = ","
            scanner.blanks()
            if not scanner.take(kind):
                raise scanner.wrong("needs another number" if kind is INDEX else "needs another name in quotes")
            scanner.blanks()
    else:
        raise scanner.wrong("needs a number, or a name in quotes,")
    if many and reference:
        raise Unreadable(f"must lead to one place, and `{many}` leads to many")
    scanner.need("]", "at the end of the brackets")


def _filter(scanner: Scanner) -> None:
    """Conditions joined by && and ||."""
    while True:
        scanner.blanks()
        scanner.take("!")
        if scanner.take("("):
            _filter(scanner)
            scanner.need(")", "at the end of the condition")
        else:
            _operand(scanner)
            scanner.blanks()
            if scanner.take(COMPARISON):
                _operand(scanner)
        scanner.blanks()
        if not scanner.take("&&") and not scanner.take("||"):
            return


def _operand(scanner: Scanner) -> None:
    scanner.blanks()
    if scanner.take("@"):
        read_steps(scanner, name=FILTER_NAME)
    elif scanner.text.startswith("$", scanner.at):
        read_path(scanner, name=FILTER_NAME)
    elif scanner.take("["):
        while not scanner.take("]"):
            _operand(scanner)
            scanner.blanks()
            if not scanner.take(",") and not scanner.text.startswith("]", scanner.at):
                raise scanner.wrong("needs `]` at the end of the list")
    elif not any(scanner.take(kind) for kind in (QUOTED, NUMBER, WORD, REGULAR)):
        raise scanner.wrong("needs a path that begins with @, or a value,")
    scanner.blanks()


def _known_context(text: str) -> None:
    """Step Functions takes a path to nothing, and fails the execution there."""
    names = re.match(r"\$\$\.(\w+)(?:\.(\w+))?", text)
    if names is None:
        return
    first, second = names.groups()
    if first not in CONTEXT:
        raise Unreadable(f"names {first}, which the context object has not; {did_you_mean(first, CONTEXT) or 'it has ' + ', '.join(CONTEXT)}")
    if second is not None and second not in CONTEXT[first]:
        known = CONTEXT[first]
        raise Unreadable(f"names {second}, which {first} of the context object has not; {did_you_mean(second, known) or 'it has ' + ', '.join(known)}")
