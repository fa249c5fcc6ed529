"""What the parsers of this language have in common: a text, and how far it is read."""

import re
from collections.abc import Callable


class Unreadable(Exception):
    """The text is none of this language; says why, as the end of a sentence that begins with the text."""


class Scanner:
    """variables: whether `$name` is a variable, which a state has set with Assign."""

    def __init__(self, text: str, *, variables: bool = False) -> None:
        self.text, self.at, self.variables = text, 0, variables

    def ended(self) -> bool:
        return self.at >= len(self.text)

    def end(self) -> None:
        """Raises Unreadable if something is left."""
        if not self.ended():
            raise self.wrong(f"does not go on with `{self.text[self.at :]}`")

    def take(self, pattern: re.Pattern[str] | str) -> str | None:
        """What matches here, and is read then; None if nothing does. A text is taken literally."""
        if isinstance(pattern, str):
            if not self.text.startswith(pattern, self.at):
                return None
            self.at += len(pattern)
            return pattern
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def need(self, literal: str, where: str) -> None:
        if self.take(literal) is None:
            raise self.wrong(f"needs `{literal}` {where}")

    def blanks(self) -> None:
        while self.take(" "):
            pass

    def wrong(self, rule: str) -> Unreadable:
        """An error at this place."""
        behind = f" behind `{self.text[: self.at]}`" if self.at else ""
        return Unreadable(f"{rule}{behind}")


def wrong_in(text: str, read: Callable[[Scanner], object], *, variables: bool) -> str | None:
    """Why `read` cannot read the whole of `text`; None if it can."""
    scanner = Scanner(text, variables=variables)
    try:
        read(scanner)
        scanner.end()
    except Unreadable as wrong:
        return str(wrong)
    except RecursionError:
        return "has brackets within brackets too deep to read"
    return None
