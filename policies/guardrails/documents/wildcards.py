"""Patterns as IAM reads them: `*` for any text, `?` for one character, nothing else is special."""

import re
from functools import lru_cache

INVENTED = "987654321098"
"""An account that nobody here has: what a pattern or condition lets in for it, it lets in for everybody."""

ANY = ("*", "?")


def is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


@lru_cache(maxsize=8192)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern), re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    return pattern == text or (is_pattern(pattern) and _compiled(pattern).fullmatch(text) is not None)


def matches_arn(pattern: str, arn: str) -> bool:
    """As ArnLike does: part by part, so that a `*` does not reach over a colon. A pattern of fewer parts is taken as a text: `*` is any."""
    wanted, given = pattern.split(":", 5), arn.split(":", 5)
    return all(map(matches, wanted, given)) if len(wanted) == len(given) else matches(pattern, arn)


@lru_cache(maxsize=8192)
def overlap(one: str, other: str) -> bool:
    """Whether some text matches both patterns: an action that is granted and one that must not be, for example."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return overlap(one[1:], other) or overlap(one, other[1:])
    if other[0] == "*":
        return overlap(one, other[1:]) or overlap(one[1:], other)
    return (one[0] == other[0] or "?" in (one[0], other[0])) and overlap(one[1:], other[1:])


def twins(pattern: str, account: str) -> tuple[str, ...]:
    """ARNs of resources that somebody could make in `account` so that the pattern matches them, if it matches any there."""
    parts = pattern.split(":", 5)
    if len(parts) == 6:
        usual = ("arn", "aws", "sns", "eu-west-1", account, "stranger")
        made = [_filled(part) if part.strip("*?") or not part else default for part, default in zip(parts, usual, strict=True)]
        made[4] = parts[4] = account if parts[4] else ""
        return tuple(dict.fromkeys((":".join(made), ":".join(parts))))  # the second where a `*` is no wildcard: StringEquals
    tail = _filled(parts[-1]) if parts[-1].strip("*?") else "stranger"
    return tuple(f"arn:aws:{head}:{account}:{name}" for head in ("sns:eu-west-1", "iam:") for name in (tail, "role/stranger"))


def _filled(part: str) -> str:
    return part.replace("*", "x").replace("?", "x")
