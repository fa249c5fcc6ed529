"""Products over HTTP and their index, with the stream's records handed over by the test, in any order and number."""

import random
from itertools import chain

import pytest
from handler_support import Context, items, make_table
from http_support import problem, request, told
from stream_support import change, reported

from search_index.models import Cursor, query_digest
from shared.paging import cursor_of

TEA = {"name": "Green tea", "tags": ["organic"], "description": "From Uji", "price_cents": 900}


@pytest.fixture
def tables(aws, monkeypatch):
    from search_index import api, index

    names = {"TABLE_PRODUCTS": make_table(aws, "product_id"), "TABLE_TERMS": make_table(aws, "term", sort_key="product_id")}
    for name, value in {**names, "WORKLOAD": "search-index"}.items():
        monkeypatch.setenv(name, value)
    api.parts.cache_clear()
    index.parts.cache_clear()
    yield names
    api.parts.cache_clear()
    index.parts.cache_clear()


@pytest.fixture
def postings(aws, tables):
    """(term, product) of all postings, the states left out."""
    return lambda: {
        (item["term"]["S"], item["product_id"]["S"])
        for item in items(aws, tables["TABLE_TERMS"]) if not item["term"]["S"].startswith("#")
    }  # fmt: skip


def call(*arguments, **options) -> dict:
    from search_index.api import handler

    return handler(request(*arguments, **options), Context())


def image(product_id: str, name: str = "Green tea", **more) -> dict:
    return {
        "product_id": product_id, "name": name, "price_cents": 900, "tags": [], "description": "", "owned_by": "anna",
        "correlation_id": "from-the-edge", "updated_at": "2026-03-01T00:00:00.000Z", **more,
    }  # fmt: skip


def written(product_id: str, sequence: int | str, name: str = "Green tea", **more) -> dict:
    return change("MODIFY", {"product_id": product_id}, image(product_id, name, **more), sequence=sequence)


def removed(product_id: str, sequence: int) -> dict:
    return change("REMOVE", {"product_id": product_id}, old=image(product_id), sequence=sequence)


def index(*records: dict) -> list[str]:
    from search_index.index import handler

    return reported(handler({"Records": list(records)}, Context()))


def find(query: str, **parameters) -> list[str]:
    status, page = told(call("GET", "/products", query={"query": query, **parameters}))
    assert status == 200
    return [hit["product_id"] for hit in page["hits"]]


# The API


def test_put_keeps_the_product_with_what_the_stream_needs(aws, tables):
    status, product = told(call("PUT", "/products/tea-1", TEA, x_correlation_id="from-the-edge"))
    assert status == 201
    assert {name: product[name] for name in product if name != "updated_at"} == {**TEA, "product_id": "tea-1"}
    [kept] = items(aws, tables["TABLE_PRODUCTS"])
    assert {name: kept[name]["S"] for name in ("product_id", "owned_by", "correlation_id")} == {
        "product_id": "tea-1", "owned_by": "anna", "correlation_id": "from-the-edge",
    }  # fmt: skip


def test_put_again_replaces_the_whole_product(aws, tables):
    call("PUT", "/products/tea-1", TEA)
    status, product = told(call("PUT", "/products/tea-1", {"name": "Black tea", "price_cents": 1}))
    assert (status, product["tags"], product["description"]) == (200, [], "")
    [kept] = items(aws, tables["TABLE_PRODUCTS"])
    assert (kept["name"], kept["tags"]) == ({"S": "Black tea"}, {"L": []})


def test_a_product_is_its_owners(aws, tables):
    call("PUT", "/products/tea-1", TEA)
    before = items(aws, tables["TABLE_PRODUCTS"])
    refused = call("PUT", "/products/tea-1", {**TEA, "name": "Mine now"}, caller="bob")
    assert problem(refused) == (403, "this product belongs to another account", "product_id")
    for path, caller in (("tea-1", "bob"), ("tea-2", "anna")):
        assert problem(call("DELETE", f"/products/{path}", caller=caller)) == (404, "you have no product of this id", "product_id")
    assert items(aws, tables["TABLE_PRODUCTS"]) == before
    assert told(call("DELETE", "/products/tea-1")) == (200, {"product_id": "tea-1", "removed": True})
    assert items(aws, tables["TABLE_PRODUCTS"]) == []


def test_without_a_verified_caller_nothing_is_written(aws, tables):
    for method in ("PUT", "DELETE"):
        assert problem(call(method, "/products/tea-1", TEA, caller=None)) == (401, "a token with a subject is needed", None)
    assert items(aws, tables["TABLE_PRODUCTS"]) == []


@pytest.mark.parametrize(
    ("path", "body", "message", "field"),
    [
        ("tea-1", {**TEA, "name": ""}, "name: String should have at least 1 character", "name"),
        ("tea-1", {**TEA, "price_cents": 1.5}, "price_cents: Input should be a valid integer", "price_cents"),
        ("tea-1", {**TEA, "owned_by": "bob"}, "owned_by: Extra inputs are not permitted", "owned_by"),
        ("tea-1", {**TEA, "tags": ["x"] * 21}, "tags: List should have at most 20 items after validation, not 21", "tags"),
        ("x" * 65, TEA, "an id is 1 to 64 letters, digits, hyphens or underscores", "product_id"),
    ],
)
def test_a_bad_product_is_400_and_nothing_written(aws, tables, path, body, message, field):
    assert problem(call("PUT", f"/products/{path}", body)) == (400, message, field)
    assert items(aws, tables["TABLE_PRODUCTS"]) == []


# The index


def test_a_product_is_found_by_every_word_and_by_all_of_them(tables, metric_values):
    assert index(written("tea-1", 1, tags=["organic"]), written("tea-2", 2, "Black Tea"), written("cup-1", 3, "Green cup")) == []
    assert find("tea") == ["tea-1", "tea-2"]
    assert find("GREEN tea") == ["tea-1"]
    assert find("Organic, green: tea!") == ["tea-1"]
    assert find("tea cup") == []
    assert metric_values() == {"ProductsIndexed": 3}


def test_a_hit_carries_what_the_newest_change_says(tables):
    index(written("tea-1", 1), written("tea-1", 2, "Green tea, new", price_cents=5))
    assert told(call("GET", "/products", query={"query": "green"}))[1]["hits"] == [
        {"product_id": "tea-1", "name": "Green tea, new", "price_cents": 5}
    ]


def test_an_update_removes_the_terms_that_are_gone(postings):
    index(written("tea-1", 1, "Green tea"))
    index(written("tea-1", 2, "Black tea"))
    assert postings() == {("black", "tea-1"), ("tea", "tea-1")}


def test_a_delete_removes_all_postings(aws, tables, postings):
    index(written("tea-1", 1), written("tea-2", 2), removed("tea-1", 3))
    assert postings() == {("green", "tea-2"), ("tea", "tea-2")}
    [tombstone] = [item for item in items(aws, tables["TABLE_TERMS"]) if item["term"]["S"] == "#tea-1"]
    assert int(tombstone["expires_at"]["N"]) > 1_700_000_000


def test_a_batch_that_comes_again_changes_nothing(aws, tables, log, metric_values):
    batch = [written("tea-1", 1), written("tea-1", 2, "Black tea"), removed("tea-2", 3)]
    index(*batch)
    before = sorted(map(str, items(aws, tables["TABLE_TERMS"])))
    assert index(*batch) == []
    assert sorted(map(str, items(aws, tables["TABLE_TERMS"]))) == before
    assert metric_values() == {"ProductsIndexed": 3}
    assert [line["message"] for line in log.of("INFO")] == ["index follows"] * 3 + ["index was newer"] * 3
    assert {line["correlation_id"] for line in log.of("INFO")} == {"from-the-edge"}


@pytest.mark.parametrize("seed", range(8))
def test_in_whatever_order_changes_come_the_newest_wins(postings, seed):
    history = [
        written("tea-1", 9, "Green tea"), written("tea-1", 10, "Black tea"), removed("tea-1", 99),
        written("tea-1", 100, "White tea"), removed("tea-2", 101), written("tea-2", 8, "Old tea"),
    ]  # fmt: skip
    random.Random(seed).shuffle(history)
    index(*history)
    assert postings() == {("white", "tea-1"), ("tea", "tea-1")}


def test_a_product_without_words_is_kept_out(postings):
    index(written("tea-1", 1), written("tea-1", 2, "!"))
    assert postings() == set()


def test_many_words_fit_into_one_change(postings):
    index(written("tea-1", 1, "first", description=" ".join(f"old{n}" for n in range(60))))
    index(written("tea-1", 2, "second", description=" ".join(f"new{n}" for n in range(60))))
    assert postings() == {("second", "tea-1"), *((f"new{n}", "tea-1") for n in range(44))}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (change("INSERT", {"product_id": "tea-2"}, {"product_id": "tea-2", "price_cents": 1}), "name: Field required"),
        (change("INSERT", {"product_id": "tea-2"}), "NewImage: missing; the stream must carry new images"),
        (change("INSERT", {"id": "x"}, {"name": "x"}), "product_id: not an id of a product"),
        (written("tea-2", "9" * 41), "SequenceNumber: not a sequence number of a DynamoDB stream"),
    ],
)
def test_an_unreadable_change_is_the_first_failure(tables, log, postings, record, reason):
    later = written("tea-3", 7)
    assert index(written("tea-1", 1), record, later) == [record["dynamodb"]["SequenceNumber"]]
    assert {product for _, product in postings()} == {"tea-1"}
    [line] = log.of("ERROR")
    assert (line["permanent"], line["reason"]) == (True, reason)


def test_a_passing_failure_is_reported_and_done_at_the_next_attempt(tables, monkeypatch, log):
    from search_index.index import parts

    batch = [written("tea-1", 1), written("tea-2", 2)]
    real, calls = parts()._client.transact_write_items, []

    def second_fails(**request):
        calls.append(request)
        if len(calls) == 2:
            raise ConnectionError("network")
        return real(**request)

    monkeypatch.setattr(parts()._client, "transact_write_items", second_fails)
    assert index(*batch) == ["2"]
    assert find("green") == ["tea-1"]
    assert [line["permanent"] for line in log.of("ERROR")] == [False]
    assert index(*batch[1:]) == []
    assert find("green") == ["tea-1", "tea-2"]


def test_a_writer_that_comes_in_between_is_seen(tables, monkeypatch, postings):
    """Between reading the state and the transaction another invocation shows a newer change."""
    from search_index.index import parts

    index(written("tea-1", 1))
    store, real, others = parts(), parts().state, [written("tea-1", 5, "White tea")]

    def state(product_id):
        found = real(product_id)
        if others:
            index(others.pop())
        return found

    monkeypatch.setattr(store, "state", state)
    assert index(written("tea-1", 3, "Black tea")) == []
    assert postings() == {("white", "tea-1"), ("tea", "tea-1")}


def test_another_refusal_of_the_transaction_is_an_error(tables, aws, monkeypatch, log):
    from search_index import index as module

    monkeypatch.setenv("TABLE_TERMS", "gone-table")
    module.parts.cache_clear()
    assert index(written("tea-1", 1)) == ["1"]
    [line] = log.of("ERROR")
    assert line["permanent"] is False and "ResourceNotFoundException" in line["reason"]


# The search


def test_pages_over_the_real_table(tables):
    index(*(written(f"tea-{n:03}", n + 1) for n in range(130)))
    seen, cursor = [], {}
    while True:
        _, page = told(call("GET", "/products", query={"query": "tea green", "limit": "50", **cursor}))
        seen.append([hit["product_id"] for hit in page["hits"]])
        if not page["next_cursor"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [len(page) for page in seen] == [50, 50, 30]
    assert list(chain(*seen)) == [f"tea-{n:03}" for n in range(130)]


@pytest.mark.parametrize(
    ("query", "message", "field"),
    [
        ({}, "query: Field required", "query"),
        ({"query": ""}, "query: String should have at least 1 character", "query"),
        ({"query": "a ! b"}, "the query has no word of two or more letters or digits", "query"),
        ({"query": "aa bb cc dd ee ff gg hh ii"}, "the query has more than 8 different words", "query"),
        ({"query": "tea", "limit": "51"}, "limit: Input should be less than or equal to 50", "limit"),
        ({"query": "tea", "offset": "5"}, "offset: Extra inputs are not permitted", "offset"),
        ({"query": "tea", "cursor": "nonsense"}, "is none that this API has given out; leave it out for the first page", "cursor"),
        ({"query": "tea", "cursor": "é"}, "is none that this API has given out; leave it out for the first page", "cursor"),
        (
            {"query": "tea", "cursor": cursor_of(Cursor(query=query_digest(["cup"]), at="x", inclusive=False))},
            "the cursor belongs to another query", "cursor",
        ),
    ],
)  # fmt: skip
def test_a_bad_search_is_400_with_the_parameter_named(tables, query, message, field):
    assert problem(call("GET", "/products", query=query)) == (400, message, field)


def test_a_cursor_survives_words_in_another_order(tables):
    index(*(written(f"tea-{n}", n + 1) for n in range(3)))
    _, first = told(call("GET", "/products", query={"query": "green tea", "limit": "1"}))
    assert find("Tea GREEN", cursor=first["next_cursor"]) == ["tea-1", "tea-2"]
