"""Keyed state on the embedded cloud: 500 customers for 100 items, the same key twice, releases, and time that runs out."""

import json
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.end_to_end.calls import api_url, log_lines, send, send_signed, token_of, within

pytestmark = pytest.mark.end_to_end

CUSTOMERS, ITEMS = 500, 100
AT_ONCE = 24
"""Requests in flight: each needs a process of its own in the embedded cloud, which is why they are not 500. That many threads meet
in tests/handlers/test_inventory_store.py, on the same store."""
TTL_SECONDS = 150
"""The embedded cloud deletes expired items once a minute; DynamoDB within days."""


def stocked(platform, on_hand: int) -> str:
    """A new kind of item, so that no test sees another's."""
    sku = f"SKU-{uuid.uuid4().hex[:12]}"
    assert restock(platform, sku, on_hand) == (200, {"sku": sku, "on_hand": on_hand, "available": on_hand})
    return sku


def restock(platform, sku: str, on_hand: int) -> tuple[int, dict]:
    status, body, _ = send_signed(platform, api_url(platform, "inventory", f"/items/{sku}/stock"), "PUT", {"on_hand": on_hand})
    return status, json.loads(body)


def reserve(platform, sku: str, token: str, key: str, seconds: int = 900, **headers: str) -> tuple[int, bytes, dict]:
    """As a caller does: while it is told to try again, it does so with the same key."""
    url = api_url(platform, "inventory", f"/items/{sku}/reservations")
    while True:
        reply = send(url, "POST", token, {"hold_seconds": seconds}, idempotency_key=key, **headers)
        if "retry-after" not in reply[2]:
            return reply
        time.sleep(0.2)


def stock(platform, sku: str) -> tuple[int, int]:
    status, body, _ = send(api_url(platform, "inventory", f"/items/{sku}"), "GET", platform.token)
    assert status == 200, body
    told = json.loads(body)
    return told["on_hand"], told["available"]


def act(platform, method: str, location: str, token: str) -> tuple[int, dict]:
    status, body, _ = send(api_url(platform, "inventory", location), method, token)
    return status, json.loads(body)


def table(platform, name: str) -> str:
    return platform.inventory.workloads["inventory"].tables[name].physical_name


def shards(platform, sku: str) -> dict[str, int]:
    keys = [{"shard_key": {"S": f"{sku}#{shard}"}} for shard in range(10)]
    asked = {table(platform, "stock"): {"Keys": keys, "ConsistentRead": True}}
    reply = platform.cloud.client("dynamodb").batch_get_item(RequestItems=asked)["Responses"]
    return {item["shard_key"]["S"]: int(item["available"]["N"]) for item in reply[table(platform, "stock")]}


def kept(platform, reservation_id: str) -> dict | None:
    """The reservation as it is in the table."""
    found = platform.cloud.client("dynamodb").get_item(
        TableName=table(platform, "reservations"), Key={"reservation_id": {"S": reservation_id}}, ConsistentRead=True
    )
    return found.get("Item")


@pytest.fixture(scope="module")
def outlived(platform) -> str:
    """A released reservation that may be deleted from now on: the last test looks whether it was."""
    sku = stocked(platform, 1)
    _, body, headers = reserve(platform, sku, platform.token, "outlived")
    assert act(platform, "DELETE", headers["location"], platform.token)[0] == 200
    made = json.loads(body)["reservation_id"]
    platform.cloud.client("dynamodb").update_item(
        TableName=table(platform, "reservations"), Key={"reservation_id": {"S": made}}, UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 60)}},
    )  # fmt: skip
    assert act(platform, "GET", headers["location"], platform.token)[0] == 404, "gone, whether DynamoDB has deleted it or not"
    return made


def test_500_customers_and_100_items(platform, outlived):
    sku, tokens = stocked(platform, ITEMS), [token_of(platform) for _ in range(4)]
    assert shards(platform, sku) == {f"{sku}#{shard}": 10 for shard in range(10)}

    def one(number: int) -> tuple[int, str]:
        status, body, _ = reserve(platform, sku, tokens[number % 4], f"key-{number}")
        return status, json.loads(body).get("reservation_id", "")

    with ThreadPoolExecutor(AT_ONCE) as threads:
        told = list(threads.map(one, range(CUSTOMERS)))
    assert Counter(status for status, _ in told) == {201: ITEMS, 409: CUSTOMERS - ITEMS}
    assert len({made for status, made in told if status == 201}) == ITEMS
    assert stock(platform, sku) == (ITEMS, 0)
    assert set(shards(platform, sku).values()) == {0}, "every shard was found"
    assert all(kept(platform, made)["status"]["S"] == "held" for status, made in told if status == 201)


def test_the_stock_is_the_sum_of_the_shards(platform):
    sku = stocked(platform, 57)
    for number in range(8):
        assert reserve(platform, sku, platform.token, f"sum-{number}")[0] == 201
    assert stock(platform, sku) == (57, 49) == (57, sum(shards(platform, sku).values()))
    assert restock(platform, sku, 20) == (200, {"sku": sku, "on_hand": 20, "available": 12})
    status, told = restock(platform, sku, 7)
    assert (status, told["message"], told["field"]) == (409, "8 items are reserved: the stock cannot be lower", "on_hand")
    assert stock(platform, sku) == (20, 12) == (20, sum(shards(platform, sku).values()))


def test_the_same_key_is_one_item_and_one_answer(platform):
    sku, key = stocked(platform, 10), uuid.uuid4().hex
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: reserve(platform, sku, platform.token, key), range(8)))
    assert {status for status, _, _ in replies} == {201}
    assert len({body for _, body, _ in replies}) == 1, "the same bytes"
    assert stock(platform, sku) == (10, 9)
    status, body, _ = reserve(platform, sku, platform.token, key, seconds=60)
    assert (status, json.loads(body)["field"]) == (422, "Idempotency-Key")
    assert reserve(platform, sku, token_of(platform), key)[1] != replies[0][1], "somebody else's key is another one"
    assert stock(platform, sku) == (10, 8)


def test_releases_at_once_give_the_item_back_once(platform):
    sku = stocked(platform, 3)
    location = reserve(platform, sku, platform.token, "release")[2]["location"]
    other = token_of(platform)
    assert act(platform, "DELETE", location, other)[0] == 404
    assert stock(platform, sku) == (3, 2)
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: act(platform, "DELETE", location, platform.token), range(8)))
    assert {(status, told["status"]) for status, told in replies} == {(200, "released")}
    assert stock(platform, sku) == (3, 3)


def test_a_confirmed_item_does_not_come_back(platform):
    sku = stocked(platform, 3)
    location = reserve(platform, sku, platform.token, "confirm")[2]["location"]
    assert [act(platform, "PUT", f"{location}/confirmation", platform.token)[0] for _ in range(2)] == [200, 200]
    assert act(platform, "DELETE", location, platform.token)[0] == 409
    assert stock(platform, sku) == (2, 2)


def test_a_reservation_whose_time_is_over_is_gone_and_its_item_is_the_next_customers(platform):
    sku, other = stocked(platform, 1), token_of(platform)
    _, body, headers = reserve(platform, sku, platform.token, "short", seconds=2)
    made = json.loads(body)
    assert reserve(platform, sku, other, "early")[0] == 409
    time.sleep(max(0.0, made["held_until"] - time.time()) + 1.1)  # the search of that refusal is not repeated for a second
    assert kept(platform, made["reservation_id"])["status"]["S"] == "held", "nothing has touched it"
    assert reserve(platform, sku, other, "late")[0] == 201
    assert act(platform, "GET", headers["location"], platform.token)[0] == 404
    assert act(platform, "PUT", f"{headers['location']}/confirmation", platform.token)[0] == 404
    assert kept(platform, made["reservation_id"])["status"]["S"] == "expired", "DynamoDB has not deleted it"
    assert stock(platform, sku) == (1, 0)


def test_every_line_of_a_request_carries_its_correlation_id(platform):
    sku = stocked(platform, 1)
    _, body, headers = reserve(platform, sku, platform.token, "traced", x_correlation_id="e2e-inventory")
    assert headers["x-correlation-id"] == "e2e-inventory"
    [line] = [line for line in log_lines(platform, "inventory", "api") if line.get("correlation_id") == "e2e-inventory"]
    assert (line["message"], line["reservation_id"]) == ("item reserved", json.loads(body)["reservation_id"])


def test_nobody_without_a_signature_sets_the_stock(platform):
    sku = stocked(platform, 1)
    url = api_url(platform, "inventory", f"/items/{sku}/stock")
    for token in (None, platform.token):  # API Gateway answers both with 403; the emulator lets a token pass to the function
        assert send(url, "PUT", token, {"on_hand": 1000})[0] in (401, 403)
    assert stock(platform, sku) == (1, 1)


def test_what_has_ended_is_deleted_and_what_is_held_never(platform, outlived):
    described = {
        name: platform.cloud.client("dynamodb").describe_time_to_live(TableName=table(platform, name))["TimeToLiveDescription"]
        for name in ("reservations", "idempotency")
    }
    assert {name: told.get("AttributeName") for name, told in described.items()} == {
        "reservations": "expires_at", "idempotency": "expiration",
    }  # fmt: skip
    held = json.loads(reserve(platform, stocked(platform, 1), platform.token, "held", seconds=1)[1])["reservation_id"]
    assert within(TTL_SECONDS, lambda: kept(platform, outlived) is None)
    assert "expires_at" not in kept(platform, held), "long over, and still there: its item is not accounted for"
