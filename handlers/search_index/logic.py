"""Keeping products, following their changes, and finding them. No Lambda, no AWS: callers hand in stores and clock."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol

from search_index.contracts import Hit, Product, ProductText, SearchPage
from search_index.models import Cursor, Indexed, State, query_digest
from search_index.terms import MAXIMUM_QUERY_TERMS, tokenise
from shared.paging import cursor_of

ATTEMPTS = 4
"""Times that a change is tried when another writer of the same product comes in between: in one shard there is none, so
only changes that are played again beside the stream can meet."""
READS_PER_SEARCH = 40
"""Queries of postings that one page may cost. A search over words that rarely meet ends early with a cursor."""


class ProductStore(Protocol):
    """Where products are kept."""

    def put(self, product: Product, owner: str, correlation_id: str) -> bool | None:
        """Writes the product: True if it is new, False if it was there, None (nothing written) if another owns it."""

    def remove(self, product_id: str, owner: str) -> bool:
        """Removes the owner's product; False if there is none."""


class IndexStore(Protocol):
    """Where postings are kept: term -> product."""

    def state(self, product_id: str) -> State | None:
        """What the index shows of a product, read consistently; None if it never showed it."""

    def replace(self, product_id: str, before: State | None, after: State, hit: Hit | None) -> bool:
        """All at once: writes `hit` under the terms of `after`, removes it from those of `before` that are gone, and
        keeps `after`. False, and nothing written, if the state is not `before` any more."""

    def postings(self, term: str, from_id: str, inclusive: bool) -> list[Hit]:
        """The next postings of a term in the order of their ids, from `from_id` on; empty at the end."""


class OtherQuery(Exception):
    """The cursor was made for other words."""


class ChangedMeanwhile(Exception):
    """Other changes of the same product kept coming in between; the next attempt may succeed."""


def now() -> datetime:
    return datetime.now(UTC)


def put(
    product_id: str, text: ProductText, owner: str, correlation_id: str, store: ProductStore, clock: Callable[[], datetime] = now
) -> tuple[Product, bool] | None:
    """The product as kept and whether it is new; None if it is somebody else's. Sent twice, it is kept once."""
    updated_at = clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    product = Product(product_id=product_id, updated_at=updated_at, **text.model_dump())
    created = store.put(product, owner, correlation_id)
    return None if created is None else (product, created)


def follow(product_id: str, content: Indexed | None, sequence: str, store: IndexStore) -> bool:
    """Makes the index show a product as one change left it (`content` None: removed); tells whether it did.

    A change that is not newer than what the index shows is left out, whatever order changes come in and however often.
    Raises ChangedMeanwhile.
    """
    terms = tokenise([content.name, *content.tags, content.description]) if content else []
    hit = Hit(product_id=product_id, name=content.name, price_cents=content.price_cents) if content else None
    for _ in range(ATTEMPTS):
        before = store.state(product_id)
        if before and before.sequence >= sequence:
            return False
        if store.replace(product_id, before, State(sequence=sequence, terms=terms), hit):
            return True
    raise ChangedMeanwhile(product_id)


def search(query: str, cursor: Cursor | None, limit: int, store: IndexStore) -> SearchPage:
    """Products that have every word of `query`, `limit` at most, after the cursor's.

    Raises ValueError where the query has no words or too many, OtherQuery where it is not the cursor's.
    """
    terms = tokenise([query], limit=MAXIMUM_QUERY_TERMS + 1)
    if not terms:
        raise ValueError("the query has no word of two or more letters or digits")
    if len(terms) > MAXIMUM_QUERY_TERMS:
        raise ValueError(f"the query has more than {MAXIMUM_QUERY_TERMS} different words")
    digest = query_digest(terms)
    if cursor and cursor.query != digest:
        raise OtherQuery
    walk = _Intersection(terms, (cursor.at, cursor.inclusive) if cursor else ("", False), store)
    hits = list(islice(walk, limit))
    if walk.ended:
        return SearchPage(hits=hits, next_cursor=None)
    at, inclusive = walk.place
    return SearchPage(hits=hits, next_cursor=cursor_of(Cursor(query=digest, at=at, inclusive=inclusive)))


class _Intersection:
    """Walks the sorted postings of all terms at once: each list jumps to the greatest id that another one has reached, so
    the cost follows the rarest word and not the commonest."""

    def __init__(self, terms: Sequence[str], place: tuple[str, bool], store: IndexStore) -> None:
        self._terms = terms
        self._store = store
        self._pages: dict[str, deque[Hit]] = {term: deque() for term in terms}
        self._reads = 0
        self.place = place
        """(id, inclusive): everything before it has been looked at. It moves with every round, because a page may read far
        more often than one round does: a search that goes on from here ends."""
        self.ended = False
        """No product from `place` on has all terms."""

    def __iter__(self) -> Iterator[Hit]:
        while True:
            heads: list[Hit] = []
            for term in self._terms:
                head = self._seek(term)
                if head is None:
                    return
                heads.append(head)
                self.place = (head.product_id, True)
            if heads[0].product_id == heads[-1].product_id:  # ids only grow from term to term, so all are the same
                self.place = (heads[0].product_id, False)
                yield heads[0]

    def _seek(self, term: str) -> Hit | None:
        """The first posting of `term` from `place` on; None at the end of the list or of what a search may read."""
        wanted, inclusive = self.place
        page = self._pages[term]
        while page and (page[0].product_id < wanted or (page[0].product_id == wanted and not inclusive)):
            page.popleft()
        if not page:
            if self._reads == READS_PER_SEARCH:
                return None
            self._reads += 1
            page.extend(self._store.postings(term, wanted, inclusive))
            self.ended = not page
        return page[0] if page else None
