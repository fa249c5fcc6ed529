"""The inventory API as API Gateway calls it, and what is in DynamoDB afterwards."""

import json
import time
from types import SimpleNamespace

import pytest
from handler_support import Context, items, make_table
from http_support import routed

WAREHOUSE = "arn:aws:iam::000000000000:role/warehouse"


@pytest.fixture
def world(aws, monkeypatch):
    from inventory import api

    tables = {
        "stock": make_table(aws, "shard_key"), "idempotency": make_table(aws, "id"),
        "reservations": make_table(aws, "reservation_id", ("held", "held_shard", "held_key")),
    }  # fmt: skip
    for name, table in tables.items():
        monkeypatch.setenv(f"TABLE_{name.upper()}", table)
    monkeypatch.setenv("WORKLOAD", "inventory")
    monkeypatch.setenv("IDEMPOTENCY_EXPIRES_AFTER_SECONDS", "3600")
    api.parts.cache_clear()
    yield SimpleNamespace(
        reservations=lambda: {item["reservation_id"]["S"]: item for item in items(aws, tables["reservations"])},
        shards=lambda: {item["shard_key"]["S"]: item for item in items(aws, tables["stock"])},
        forget=lambda: [
            aws.client("dynamodb").delete_item(TableName=tables["idempotency"], Key={"id": item["id"]})
            for item in items(aws, tables["idempotency"])
        ],
        tables=tables,
    )
    api.parts.cache_clear()


def call(method: str, path: str, body=None, caller: str | None = "anna", signed_by: str | None = None, context=None, **headers: str):
    from inventory.api import handler

    edge: dict = {"http": {"method": method, "path": path}, "stage": "$default", "requestId": "edge-request="}
    if caller:
        edge["authorizer"] = {"jwt": {"claims": {"sub": caller}, "scopes": []}}
    if signed_by:
        edge["authorizer"] = {"iam": {"userArn": signed_by}}
    route, parameters = routed(method, path)
    event: dict = {
        "version": "2.0", "routeKey": route, "pathParameters": parameters, "rawPath": path, "rawQueryString": "", "isBase64Encoded": False,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()}, "requestContext": edge,
    }  # fmt: skip
    if body is not None:
        event["body"] = json.dumps(body)
    reply = handler(event, context or Context())
    return reply["statusCode"], json.loads(reply["body"]), reply["headers"]


def fill(on_hand: int, sku: str = "TEA") -> dict:
    status, told, _ = call("PUT", f"/items/{sku}/stock", {"on_hand": on_hand}, signed_by=WAREHOUSE)
    assert status == 200, told
    return told


def post(key: str | None = "k1", sku: str = "TEA", body=None, **options):
    headers = {"idempotency_key": key} if key else {}
    return call("POST", f"/items/{sku}/reservations", {"hold_seconds": 60} if body is None else body, **headers, **options)


def stock(sku: str = "TEA") -> tuple[int, int]:
    status, told, _ = call("GET", f"/items/{sku}")
    assert (status, told["sku"]) == (200, sku)
    return told["on_hand"], told["available"]


def test_the_stock_is_one_item_per_shard_and_told_as_its_sum(world):
    assert fill(103) == {"sku": "TEA", "on_hand": 103, "available": 103}
    assert sorted(world.shards()) == [f"TEA#{shard}" for shard in range(10)]
    assert stock() == (103, 103)
    assert fill(7) == {"sku": "TEA", "on_hand": 7, "available": 7}
    assert sum(int(shard["available"]["N"]) for shard in world.shards().values()) == 7


def test_only_a_signed_request_sets_the_stock(world):
    status, told, _ = call("PUT", "/items/TEA/stock", {"on_hand": 5})
    assert (status, told["message"], world.shards()) == (401, "a signed request is needed", {})


def test_a_reservation_and_its_item_in_both_tables(world, metric_values, log):
    fill(10)
    status, told, headers = post(x_correlation_id="from-the-shop")
    assert (status, headers["location"]) == (201, f"/items/TEA/reservations/{told['reservation_id']}")
    assert (told["status"], told["held_until"] - told["created_at"], set(told)) == (
        "held", 60, {"reservation_id", "sku", "status", "created_at", "held_until"},
    )  # fmt: skip
    [kept] = world.reservations().values()
    shard = kept["held_shard"]["S"]
    assert (kept["customer_id"], kept["held_key"]["S"], "expires_at" in kept) == ({"S": "anna"}, f"{told['held_until']:012d}", False)
    assert {key: int(item["available"]["N"]) for key, item in world.shards().items()} == {
        f"TEA#{number}": 1 - (shard == f"TEA#{number}") for number in range(10)
    }
    assert stock() == (10, 9)
    assert call("GET", headers["location"])[:2] == (200, told)
    assert metric_values() == {"ItemsReserved": 1}
    [line] = [line for line in log.all() if line["message"] == "item reserved"]
    assert (line["correlation_id"], line["sku"], line["reservation_id"]) == ("from-the-shop", "TEA", told["reservation_id"])


def test_the_same_key_is_one_item_and_the_same_answer(world):
    fill(10)
    first = post()
    assert post()[:2] == first[:2]
    assert call("DELETE", first[2]["location"])[0] == 200
    assert post()[:2] == first[:2], "also after it has ended"
    assert (len(world.reservations()), stock()) == (1, (10, 10))
    for other in ({"body": {"hold_seconds": 61}}, {"sku": "MUG"}):
        status, told, _ = post(**other)
        assert (status, told["field"]) == (422, "Idempotency-Key")
    assert post(caller="bob")[1]["reservation_id"] != first[1]["reservation_id"]


@pytest.mark.parametrize("lost", ["the answer", "everything but the transaction"])
def test_a_function_that_died_after_the_transaction_takes_no_second_item(world, monkeypatch, lost):
    """Lambda ends a function by timeout: no exception reaches the code, and the key stays claimed until that time."""
    from inventory.api import parts

    class Ended(BaseException):
        pass

    fill(10)
    store = parts().inventory.store
    real = store.take

    def take_and_die(kept):
        assert real(kept) == "taken"
        raise Ended

    with monkeypatch.context() as patch:
        patch.setattr(store, "take", take_and_die)
        with pytest.raises(Ended):
            post(context=Context(remaining_milliseconds=0))
    [made] = world.reservations()
    assert stock() == (10, 9)
    if lost != "the answer":
        world.forget()
    time.sleep(0.01)  # the claim's time is over
    status, told, _ = post()
    assert (status, told["reservation_id"], told["status"]) == (201, made, "held")
    assert (len(world.reservations()), stock()) == (1, (10, 9))
    assert post(body={"hold_seconds": 61})[0] == 422


def test_a_function_that_died_before_the_transaction_has_taken_nothing(world, monkeypatch):
    from inventory.api import parts

    class Ended(BaseException):
        pass

    def die(_):
        raise Ended

    fill(10)
    with monkeypatch.context() as patch:
        patch.setattr(parts().inventory.store, "take", die)
        with pytest.raises(Ended):
            post(context=Context(remaining_milliseconds=0))
    assert (world.reservations(), stock()) == ({}, (10, 10))
    time.sleep(0.01)
    assert (post()[0], stock()) == (201, (10, 9))


def test_release_and_confirmation_over_http(world):
    fill(10)
    gone, sold = post("k1")[2]["location"], post("k2")[2]["location"]
    for _ in range(2):
        assert call("DELETE", gone)[1]["status"] == "released"
        assert call("PUT", f"{sold}/confirmation")[1]["status"] == "confirmed"
    assert stock() == (9, 9)
    status, told, _ = call("DELETE", sold)
    assert (status, told["message"], told["field"]) == (409, "the reservation is confirmed", "reservation_id")
    status, told, _ = call("DELETE", gone, caller="bob")
    assert (status, told["field"]) == (404, "reservation_id")
    for kept in world.reservations().values():
        assert "held_shard" not in kept and int(kept["expires_at"]["N"]) > time.time() + 29 * 24 * 3600


def expire(aws, table: str, reservation_id: str) -> None:
    """As if its time were over."""
    past = int(time.time()) - 1
    aws.client("dynamodb").update_item(
        TableName=table, Key={"reservation_id": {"S": reservation_id}},
        UpdateExpression="SET held_until = :number, held_key = :text",
        ExpressionAttributeValues={":number": {"N": str(past)}, ":text": {"S": f"{past:012d}"}},
    )  # fmt: skip


def test_an_expired_reservation_is_gone_and_its_item_is_the_next_ones(world, aws):
    fill(2)
    first, second = post("k1"), post("k2")
    for _, told, _ in (first, second):
        expire(aws, world.tables["reservations"], told["reservation_id"])
    assert len(world.reservations()) == 2, "DynamoDB has deleted nothing"
    assert call("GET", first[2]["location"])[0] == 404
    assert call("PUT", f"{first[2]['location']}/confirmation")[0] == 404
    assert stock() == (2, 1), "who met it has given its item back"
    assert post("k3")[0] == 201
    assert post("k4")[0] == 201, "that of the second one, which nobody has met"
    assert post("k5")[:1] == (409,)
    assert stock() == (2, 0)
    assert sorted(kept["status"]["S"] for kept in world.reservations().values()) == ["expired", "expired", "held", "held"]


def test_sold_out_is_not_remembered_under_the_key(world, metric_values):
    fill(0)
    status, told, _ = post()
    assert (status, told["message"], told["field"]) == (409, "no item is left", "sku")
    fill(1)
    assert post()[0] == 201
    assert metric_values() == {"ItemsReserved": 1, "SoldOut": 1}


@pytest.mark.parametrize(
    ("request_", "status", "field"),
    [
        (("POST", "/items/TEA/reservations", {"hold_seconds": 0}), 400, "hold_seconds"),
        (("POST", "/items/TEA/reservations", {"quantity": 1}), 400, "quantity"),
        (("POST", "/items/no sku/reservations", {}), 400, "sku"),
        (("POST", "/items/MUG/reservations", {}), 404, "sku"),
        (("GET", "/items/MUG"), 404, "sku"),
        (("GET", "/items/TEA%23/"), 404, None),
        (("GET", "/items/TEA/reservations/res_0"), 404, "reservation_id"),
    ],
)
def test_what_is_refused_changes_nothing(world, request_, status, field):
    fill(10)
    before = world.shards()
    told = call(*request_, idempotency_key="k1")
    assert (told[0], told[1]["field"]) == (status, field)
    assert (world.shards(), world.reservations()) == (before, {})


def test_a_missing_key_and_a_stock_below_what_is_reserved_are_refused(world):
    fill(10)
    assert (post(None)[0], post("two words")[0]) == (400, 400)
    post()
    status, told, _ = call("PUT", "/items/TEA/stock", {"on_hand": 0}, signed_by=WAREHOUSE)
    assert (status, told["message"], told["field"]) == (409, "1 items are reserved: the stock cannot be lower", "on_hand")
    assert stock() == (10, 9)


def cancelled(*codes: str):
    def fail(**_):
        from inventory.api import parts

        reasons = [{"Code": code} for code in codes]
        told = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons}
        raise parts().inventory.store._client.exceptions.TransactionCanceledException(told, "TransactWriteItems")

    return fail


@pytest.mark.parametrize("codes", [("None", "TransactionConflict"), ("ThrottlingError", "None")])
def test_a_shard_that_is_always_at_work_is_a_409_to_be_tried_again(world, monkeypatch, codes):
    """The embedded cloud does one transaction after the other and never throttles: DynamoDB's answers are put in."""
    from inventory.api import parts

    fill(10)
    waits: list[float] = []
    monkeypatch.setattr(parts().inventory, "sleep", waits.append)
    with monkeypatch.context() as patch:
        patch.setattr(parts().inventory.store._client, "transact_write_items", cancelled(*codes))
        status, told, headers = post()
    assert (status, told["message"], headers["retry-after"]) == (409, "too many are at work on this item; try again in a second", "1")
    assert len(waits) == 12
    assert (post()[0], stock()) == (201, (10, 9)), "with the same key"
