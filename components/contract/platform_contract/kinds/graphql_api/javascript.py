"""What APPSYNC_JS does not have: AppSync refuses code with it, and Node.js, in which the embedded cloud runs resolvers, takes it.

Source: AppSync guide, "Supported runtime features", and the rules of AWS's own linter for it, @aws-appsync/eslint-plugin ("base").
This looks at words, not at a syntax tree: it finds what is forbidden by name. A function that calls itself or takes another one as its
argument, and what objects have beyond the guide's list, is left to AppSync's EvaluateCode.
"""

import re
from collections.abc import Iterator

FORBIDDEN = {
    r"\btry\b": "try", r"\bcatch\b": "catch", r"\bfinally\b": "finally", r"\bthrow\b": "throw (use util.error)",
    r"\bwhile\b": "while", r"\bdo\s*\{": "do", r"\bcontinue\b": "continue", r"\bfor\s*\([^;()]*;": "for(;;) (use for-of)",
    r"\+\+": "++", r"--": "--", r"~": "~", r"\basync\b": "async", r"\bawait\b": "await", r"\bPromise\b": "Promise",
    r"\bclass\b": "class", r"\bnew\b": "new", r"\bthis\b": "this", r"\brequire\s*\(": "require", r"\beval\s*\(": "eval",
    r"\bfunction\s*\*": "generators", r"\byield\b": "yield", r"\bfetch\s*\(": "fetch", r"\bprocess\b": "process",
    r"\bsetTimeout\b": "setTimeout", r"\bsetInterval\b": "setInterval", r"\binstanceof\b": "instanceof",
    r"\bin\b": "the in operator (use Object.hasOwn)", r"(?:[=(,:\[!&|?]|\breturn\b)\s*/[^/*\s=]": "regular expressions (use util.matches)",
}  # fmt: skip
"""Pattern -> what it is called."""
LABEL = re.compile(r"(?:^|[;{}])\s*\w+\s*:\s*(?:for|switch|if)\b", re.MULTILINE)
OTHER = re.compile(r"//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
"""Comments, and texts in quotes."""
TEMPLATE = re.compile(r"`((?:\\.|[^`\\])*)`", re.DOTALL)
EXPRESSION = re.compile(r"\$\{([^{}]*)\}")
IMPORT = re.compile(r"^\s*(?:import\b[^'\"]*?|export\b[^'\"\n]*?\bfrom\s*)['\"]([^'\"]+)['\"]", re.MULTILINE)
FOR_IN = re.compile(r"\bfor\s*\(\s*(?:const|let|var)?\s*\w+\s+in\b")
MEMBER = re.compile(r"\.\s*\w+|\b\w+(?=\s*:(?!:))")
"""`.name` and `name:`: a property may be called like a keyword."""
HANDLERS = ("request", "response")


def plain(code: str) -> str:
    """The code without comments and texts; of templates, what is computed stays. Every line stays where it is."""
    found = OTHER.sub(lambda match: _lines(match.group()) or " ", code)
    return TEMPLATE.sub(lambda match: " ".join(EXPRESSION.findall(match.group(1))) + _lines(match.group()), found)


def _lines(text: str) -> str:
    return "\n" * text.count("\n")


def problems(code: str) -> list[str]:
    """What AppSync would refuse in the code of a resolver or function, each once."""
    return [told for _, told in found(code)]


def found(code: str) -> list[tuple[int, str]]:
    """(line where it comes first, what AppSync would refuse); line 0 for what is missing."""
    return [*_imports(code), *_missing(code), *_forbidden(plain(code))]


def _imports(code: str) -> Iterator[tuple[int, str]]:
    uncommented = re.sub(r"//[^\n]*|/\*.*?\*/", lambda match: _lines(match.group()) or " ", code, flags=re.DOTALL)
    names = {match.group(1): match for match in reversed([*IMPORT.finditer(uncommented)])}
    for name, match in sorted(names.items()):
        if name != "@aws-appsync/utils" and not name.startswith("@aws-appsync/utils/"):
            yield _line(uncommented, match.start(1)), f"imports '{name}'; there are @aws-appsync/utils and its modules only"


def _missing(code: str) -> Iterator[tuple[int, str]]:
    words = plain(code)
    for handler in HANDLERS:
        if not re.search(rf"\bexport\s+(?:function|const|let)\s+{handler}\b|\bexport\s*\{{[^}}]*\b{handler}\b", words):
            yield 0, f"exports no {handler}"


def _forbidden(words: str) -> Iterator[tuple[int, str]]:
    if label := LABEL.search(words):
        yield _line(words, label.end()), "APPSYNC_JS has no labels"
    without = MEMBER.sub(lambda match: " " + _lines(match.group()), FOR_IN.sub(lambda match: " for ( " + _lines(match.group()), words))
    for pattern, name in FORBIDDEN.items():
        if match := re.search(pattern, without):
            yield _line(without, match.end()), f"APPSYNC_JS has no {name}"


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
