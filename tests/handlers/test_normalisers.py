"""What makes text alike leaves alone what it has made: for every code point, and for what stands beside others."""

import random
import sys
import unicodedata

from documents.logic import preview
from search_index.terms import LONGEST, fold, tokenise

EVERY = "".join(map(chr, range(sys.maxunicode + 1)))
WITHOUT_SURROGATES = EVERY[:0xD800] + EVERY[0xE000:]
LETTERS = [each for each in EVERY if unicodedata.category(each)[0] in "LMN"]


def samples(count: int) -> list[str]:
    """Strings of letters, marks and digits of any script, seldom neighbours elsewhere."""
    chance = random.Random(5)
    return ["".join(chance.choices(LETTERS, k=chance.randrange(1, 60))) for _ in range(count)]


def test_folding_twice_is_folding_once():
    apart = fold(" ".join(EVERY))  # at once: a blank is nobody's neighbour
    assert fold(apart) == apart
    assert [each for each in samples(2000) if fold(fold(each)) != fold(each)] == []


def test_what_is_folded_has_no_case_and_no_marks():
    apart = fold(" ".join(EVERY))
    assert apart == apart.casefold()
    assert not [each for each in apart if unicodedata.combining(each)]
    assert fold("\u210bello \u00c5ngstr\u00f6m \uff21\uff22") == "hello angstrom ab"


def test_terms_are_their_own_terms():
    """A word of the index, asked for as it stands there, is found."""
    for text in samples(2000):
        terms = tokenise([text])
        assert tokenise([" ".join(terms)]) == terms
        assert all(2 <= len(term) <= LONGEST for term in terms)


def test_a_preview_is_its_own_preview():
    long = " ".join(["word"] * 39) + "      end"  # a blank at the 200th character
    for text in (*samples(500), long, *(WITHOUT_SURROGATES[start : start + 150] for start in range(0, 0x30000, 150))):
        once = preview(text.encode())
        assert preview("\n".join(once.lines).encode()) == once
