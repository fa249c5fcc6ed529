"""What APPSYNC_JS does not have: AppSync refuses code with it, the emulator runs it in Node.js.

The list is that of "Supported runtime features" in the AppSync developer guide. This looks at words, not at a syntax tree: it
finds what is forbidden by name and leaves the rest to AppSync's EvaluateCode.
"""

import re

FORBIDDEN = {
    r"\btry\b": "try", r"\bcatch\b": "catch", r"\bfinally\b": "finally", r"\bthrow\b": "throw (use util.error)",
    r"\bwhile\b": "while", r"\bdo\s*\{": "do", r"\bcontinue\b": "continue", r"\bfor\s*\([^;()]*;": "for(;;) (use for-of)",
    r"\+\+": "++", r"--": "--", r"~": "~", r"\basync\b": "async", r"\bawait\b": "await", r"\bPromise\b": "Promise",
    r"\bclass\b": "class", r"\bnew\b": "new", r"\bthis\b": "this", r"\brequire\s*\(": "require", r"\beval\s*\(": "eval",
    r"\bfunction\s*\*": "generators", r"\byield\b": "yield", r"\bfetch\s*\(": "fetch", r"\bprocess\b": "process",
    r"\bsetTimeout\b": "setTimeout", r"\bsetInterval\b": "setInterval",
    r"\bin\b": "the in operator (use Object.hasOwn)", r"[=(,:\[!&|?]\s*/[^/*\s=]": "regular expressions",
}  # fmt: skip
"""Pattern -> what it is called."""
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
    """The code without comments and texts; of templates, what is computed stays."""
    found = OTHER.sub(" ", code)
    return TEMPLATE.sub(lambda match: " ".join(EXPRESSION.findall(match.group(1))), found)


def problems(code: str) -> list[str]:
    """What AppSync would refuse in the code of a resolver or function, each once."""
    found = [
        f"imports '{name}'; there are @aws-appsync/utils and its modules only" for name in _modules(code) if not _is_utils(name)
    ]
    words = plain(code)
    for handler in HANDLERS:
        if not re.search(rf"\bexport\s+(?:function|const|let)\s+{handler}\b|\bexport\s*\{{[^}}]*\b{handler}\b", words):
            found.append(f"exports no {handler}")
    without = MEMBER.sub(" ", FOR_IN.sub(" for ( ", words))
    return found + [f"APPSYNC_JS has no {name}" for pattern, name in FORBIDDEN.items() if re.search(pattern, without)]


def _modules(code: str) -> list[str]:
    return sorted(set(IMPORT.findall(re.sub(r"//[^\n]*|/\*.*?\*/", " ", code, flags=re.DOTALL))))


def _is_utils(name: str) -> bool:
    return name == "@aws-appsync/utils" or name.startswith("@aws-appsync/utils/")
