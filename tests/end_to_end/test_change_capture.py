"""An index that follows a table's changes: what is written is found, and the newest change wins, in whatever order and however often
changes are delivered.

The embedded cloud reads the table's stream from the oldest record, in one shard. It does not halve a batch, counts no attempts, and
goes on behind a record that is reported as failed; so bisect, bounds and the on-failure destination are asserted from the program's
graph (tests/program/test_ordered_sources.py), and every other delivery is made here by invoking the function with the stream's own records.
"""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.end_to_end.calls import api_url, log_lines, send, token_of, within

pytestmark = pytest.mark.end_to_end

SECONDS = 30
"""Measured: under 2 s, of which one is the emulator's poll."""


@pytest.fixture
def word() -> str:
    """A word that no other product has."""
    return f"w{uuid.uuid4().hex[:12]}"


@pytest.fixture
def product() -> str:
    return f"p-{uuid.uuid4().hex[:12]}"


def call(platform, method: str, path: str, body=None, token: str | None = None, **headers: str):
    status, answer, _ = send(api_url(platform, "search-index", path), method, token or platform.token, body, **headers)
    return status, json.loads(answer)


def put(platform, product: str, name: str, expect: tuple[int, ...] = (200, 201), **more) -> None:
    headers = {"x_correlation_id": more.pop("correlation_id")} if "correlation_id" in more else {}
    status, answer = call(platform, "PUT", f"/products/{product}", {"name": name, "price_cents": 1250, **more}, **headers)
    assert status in expect, answer


def found(platform, query: str) -> list[str]:
    """Ids of the products that have all words of the query."""
    status, answer = call(platform, "GET", f"/products?query={query}")
    assert status == 200, answer
    return [hit["product_id"] for hit in answer["hits"]]


def changes_of(platform, product: str) -> list[dict]:
    """The product's records in the table's stream, oldest first, as an event source mapping hands them over."""
    table = platform.inventory.workloads["search-index"].tables["products"].physical_name
    streams = platform.cloud.client("dynamodbstreams")
    arn = platform.cloud.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    raw = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        at = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while at:
            page = streams.get_records(ShardIterator=at)
            raw += page["Records"]
            at = page.get("NextShardIterator") if page["Records"] else None
    mine = [record for record in raw if record["dynamodb"]["Keys"]["product_id"]["S"] == product]
    for record in mine:
        record["dynamodb"]["ApproximateCreationDateTime"] = record["dynamodb"]["ApproximateCreationDateTime"].timestamp()
    return [{**record, "eventSourceARN": arn} for record in mine]


def deliver(platform, records: list[dict]) -> list[str]:
    """Delivers records to the function; sequence numbers of those that it reports as failed."""
    alias = platform.inventory.workloads["search-index"].functions["index"].alias_arn
    reply = platform.cloud.client("lambda").invoke(FunctionName=alias, Payload=json.dumps({"Records": records}))
    answer = json.loads(reply["Payload"].read())
    assert "FunctionError" not in reply, answer
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def lines_of(platform, correlation_id: str, function: str = "index") -> list[dict]:
    return [line for line in log_lines(platform, "search-index", function) if line.get("correlation_id") == correlation_id]


def test_a_product_is_found_by_its_words_and_no_longer_by_those_that_it_lost(platform, product, word):
    other = f"{product}-2"
    put(platform, product, f"Green {word} Ångström", tags=[f"{word}tag"], description=f"{word}text and more")
    put(platform, other, f"Black {word}")
    assert within(SECONDS, lambda: found(platform, word) == [product, other])
    assert found(platform, f"ANGSTROM+{word}") == found(platform, f"{word}tag") == found(platform, f"{word}text") == [product]
    put(platform, product, f"Red {word}", expect=(200,))
    assert within(SECONDS, lambda: found(platform, f"red+{word}") == [product])
    assert found(platform, f"green+{word}") == found(platform, f"{word}tag") == found(platform, f"{word}text") == []
    assert found(platform, f"black+{word}") == [other], "another product keeps its words"


def test_a_product_belongs_to_its_first_writer(platform, product, word):
    put(platform, product, word)
    stranger = token_of(platform)
    status, answer = call(platform, "PUT", f"/products/{product}", {"name": "stolen", "price_cents": 1}, token=stranger)
    assert (status, answer["field"]) == (403, "product_id")
    assert call(platform, "DELETE", f"/products/{product}", token=stranger)[0] == 404
    assert within(SECONDS, lambda: found(platform, word) == [product])


def test_an_older_change_never_overwrites_a_newer_one(platform, product, word):
    """Three changes come again: the oldest alone, all in order, all in the wrong order, each twice."""
    for version in ("one", "two", "three"):
        put(platform, product, f"{word} {word}{version}", tags=[f"{word}common"])
    assert within(SECONDS, lambda: found(platform, f"{word}three") == [product])
    records = changes_of(platform, product)
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "MODIFY"]
    for again in (records[:1], records, records[::-1], records * 2):
        assert deliver(platform, again) == []
        assert [found(platform, f"{word}{version}") for version in ("one", "two", "three")] == [[], [], [product]]
        assert found(platform, f"{word}common") == [product]


def test_what_is_removed_stays_removed_when_its_changes_come_again(platform, product, word):
    put(platform, product, word)
    assert within(SECONDS, lambda: found(platform, word) == [product])
    assert call(platform, "DELETE", f"/products/{product}") == (200, {"product_id": product, "removed": True})
    assert within(SECONDS, lambda: found(platform, word) == [])
    records = changes_of(platform, product)
    assert [record["eventName"] for record in records] == ["INSERT", "REMOVE"]
    assert deliver(platform, records[:1]) == deliver(platform, records) == []
    assert found(platform, word) == []
    # What remembers the removal leaves by itself: the table's time to live knows the attribute.
    table, dynamodb = platform.inventory.workloads["search-index"].tables["terms"].physical_name, platform.cloud.client("dynamodb")
    key = {"term": {"S": f"#{product}"}, "product_id": {"S": product}}
    assert int(dynamodb.get_item(TableName=table, Key=key)["Item"]["expires_at"]["N"]) > 0
    lives = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert (lives["TimeToLiveStatus"], lives["AttributeName"]) == ("ENABLED", "expires_at")
    put(platform, product, word, expect=(201,))
    assert within(SECONDS, lambda: found(platform, word) == [product]), "a product of that id can be made anew"


def test_after_many_writers_at_once_the_index_shows_what_the_table_holds(platform, product, word):
    """40 changes of one product, eight at a time, each with a word of its own."""
    numbers = range(40)
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda number: put(platform, product, f"{word} {word}x{number}"), numbers))
    table = platform.inventory.workloads["search-index"].tables["products"].physical_name
    kept = platform.cloud.client("dynamodb").get_item(TableName=table, Key={"product_id": {"S": product}}, ConsistentRead=True)["Item"]
    last = kept["name"]["S"].split()[1]
    assert within(SECONDS, lambda: found(platform, last) == [product])
    assert within(SECONDS, lambda: not any(found(platform, f"{word}x{number}") for number in numbers if f"{word}x{number}" != last))


def test_one_correlation_id_from_the_request_to_the_index(platform, product, word):
    sent = f"corr-{product}"
    put(platform, product, word, correlation_id=sent)
    assert within(SECONDS, lambda: bool(lines_of(platform, sent)))
    (written,) = [line for line in lines_of(platform, sent, "api") if line["message"] == "product written"]
    (indexed,) = lines_of(platform, sent)
    assert (indexed["message"], indexed["product_id"], indexed["kind"]) == ("index follows", product, "INSERT")
    assert written["product_id"] == product and indexed["sequence_number"].isdigit()


def test_a_change_that_cannot_be_read_is_reported_with_its_place_and_nothing_behind_it_is_done(platform, product, word):
    """A record whose image lacks its name, between two good ones. What comes after it waits, as order demands."""
    put(platform, product, f"{word} {word}one")
    put(platform, product, f"{word} {word}two")
    assert within(SECONDS, lambda: found(platform, f"{word}two") == [product])
    newest = changes_of(platform, product)[-1]
    number = int(newest["dynamodb"]["SequenceNumber"])

    def after(steps: int, name: str | None) -> dict:
        image = {key: value for key, value in newest["dynamodb"]["NewImage"].items() if key != "name"}
        image |= {"correlation_id": {"S": f"corr-{product}-{steps}"}} | ({"name": {"S": name}} if name else {})
        return {**newest, "dynamodb": {**newest["dynamodb"], "SequenceNumber": str(number + steps), "NewImage": image}}

    batch = [after(1, f"{word}three"), after(2, None), after(3, f"{word}four")]
    assert deliver(platform, batch) == [str(number + 2)]
    assert [found(platform, f"{word}{version}") for version in ("two", "three", "four")] == [[], [product], []]
    (failure,) = [line for line in lines_of(platform, f"corr-{product}-2") if line["level"] == "ERROR"]
    assert (failure["reason"], failure["permanent"], failure["sequence_number"]) == ("name: Field required", True, str(number + 2))
    # Lambda delivers from the reported record on; given up and repaired, the one behind it follows.
    assert deliver(platform, [after(2, f"{word}repaired"), batch[2]]) == []
    assert [found(platform, f"{word}{version}") for version in ("three", "repaired", "four")] == [[], [], [product]]
