"""Searches over postings in memory: pages, what they cost, cursors; and the terms of a text."""

import base64
import json
import random
from itertools import chain

import pytest

from search_index import logic
from search_index.contracts import Hit
from search_index.models import Cursor, State, query_digest, sortable
from search_index.terms import tokenise
from shared.errors import Problem
from shared.paging import position_of


class FakeIndex:
    """Postings in memory, in small pages, every read counted."""

    def __init__(self, postings: dict[str, list[str]], page: int = 3) -> None:
        self.lists = {term: sorted(ids) for term, ids in postings.items()}
        self.page, self.reads = page, 0

    def state(self, product_id: str) -> State | None:
        return None

    def replace(self, product_id: str, before: State | None, after: State, hit: Hit | None) -> bool:
        raise NotImplementedError

    def postings(self, term: str, from_id: str, inclusive: bool) -> list[Hit]:
        self.reads += 1
        rest = [one for one in self.lists.get(term, []) if one > from_id or (inclusive and one == from_id)]
        return [Hit(product_id=one, name="x", price_cents=0) for one in rest[: self.page]]


def all_pages(query: str, store: FakeIndex, limit: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        store.reads = 0
        page = logic.search(query, cursor, limit, store)
        assert store.reads <= logic.READS_PER_SEARCH and len(page.hits) <= limit
        pages.append([hit.product_id for hit in page.hits])
        if page.next_cursor is None:
            return pages
        cursor = position_of({"cursor": page.next_cursor}, Cursor)


@pytest.mark.parametrize("seed", range(30))
def test_pages_together_are_the_intersection(seed):
    chance = random.Random(seed)
    terms = ["aa", "bb", "cc"][: chance.randint(1, 3)]
    ids = [f"p{n:03}" for n in range(200)]
    store = FakeIndex({term: [one for one in ids if chance.random() < chance.choice((0.1, 0.6, 0.95))] for term in terms})
    expected = [one for one in ids if all(one in store.lists[term] for term in terms)]
    assert list(chain(*all_pages(" ".join(terms), store, chance.randint(1, 20)))) == expected


def test_words_that_never_meet_cost_no_more_than_a_page_may():
    odd = FakeIndex({"aa": [f"p{n:04}" for n in range(0, 600, 2)], "bb": [f"p{n:04}" for n in range(1, 600, 2)]}, page=1)
    pages = all_pages("aa bb", odd, 10)
    assert list(chain(*pages)) == [] and 10 < len(pages) < 20


def test_a_rare_word_saves_reading_the_common_one():
    store = FakeIndex({"aa": [f"p{n:04}" for n in range(5000)], "bb": ["p4998"]})
    assert all_pages("aa bb", store, 10) == [["p4998"]]
    assert store.reads <= 5


def test_a_writer_that_always_comes_in_between_ends_the_attempt():
    class Busy(FakeIndex):
        def replace(self, *_) -> bool:
            return False

    with pytest.raises(logic.ChangedMeanwhile):
        logic.follow("tea-1", None, sortable("1"), Busy({}))


def test_a_cursor_of_another_version_or_with_more_in_it_is_refused():
    good = json.loads(Cursor(query=query_digest(["tea"]), at="x", inclusive=False).model_dump_json())
    for change_ in ({"version": 2}, {"at": "../x"}, {"more": 1}, {"query": "short"}):
        forged = base64.urlsafe_b64encode(json.dumps({**good, **change_}).encode()).decode()
        with pytest.raises(Problem, match="none that this API has given out"):
            position_of({"cursor": forged}, Cursor)


# Terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Green TEA, green tea!", ["green", "tea"]),
        ("Ångström ﬁne Straße", ["angstrom", "fine", "strasse"]),
        ("a b c 42 x_y zz", ["42", "zz"]),
        ("緑茶 чай", ["緑茶", "чаи"]),
        ("x" * 50, ["x" * 32]),
        ("", []),
    ],
)
def test_terms_of_a_text(text, terms):
    assert tokenise([text]) == terms


def test_a_term_never_looks_like_a_state():
    assert not any(term.startswith("#") for term in tokenise(["#tea-1 ##tea #"]))


def test_sequence_numbers_sort_by_value():
    assert sorted(["100", "9", "99"], key=sortable) == ["9", "99", "100"]
    for wrong in ("", "-1", "1.5", "٣", "1" * 41):
        with pytest.raises(ValueError, match="sequence number"):
            sortable(wrong)
