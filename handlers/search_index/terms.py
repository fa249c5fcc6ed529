"""From text to the terms under which a product is found. Pure: the index and the query must agree on it."""

import re
import unicodedata
from collections.abc import Iterable

MAXIMUM_TERMS = 45
"""Of a product. One change writes at most 45 postings, deletes 45 and writes one state: 91 of a transaction's 100 items."""
MAXIMUM_QUERY_TERMS = 8
SHORTEST, LONGEST = 2, 32
"""Characters of a term; longer words are cut, in queries as well, so that they are still found."""

_WORD = re.compile(r"[^\W_]+")


def tokenise(texts: Iterable[str], limit: int = MAXIMUM_TERMS) -> list[str]:
    """The distinct terms of `texts` in the order of their first appearance, `limit` at most.

    Case, accents and width are no difference ("Ångström" is found by "angstrom"); words of one character are left out.
    """
    found: dict[str, None] = {}
    for text in texts:
        for word in _WORD.findall(fold(text)):
            if len(word) >= SHORTEST:
                found.setdefault(word[:LONGEST])
                if len(found) == limit:
                    return list(found)
    return list(found)


def fold(text: str) -> str:
    """`text` without case, accents and compatibility forms; what is folded stays as it is.

    Decomposed before case is folded, because some forms hide capitals (the script H of U+210B), and after it, because folding may
    compose. Otherwise a word of the index, asked for as it stands there, would not be found.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
