"""Shards and reservations in DynamoDB's transactions: many at once, halves that fail, answers that are not whole."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from handler_support import items, make_table

from inventory.contracts import KeptReservation, NewReservation, Reservation, Stock
from inventory.logic import Conflict, Inventory, SoldOut, spread
from inventory.store import InventoryStore


@pytest.fixture
def world(aws):
    from shared.clients import client

    stock, reservations = make_table(aws, "shard_key"), make_table(aws, "reservation_id", ("held", "held_shard", "held_key"))
    store = InventoryStore(client("dynamodb"), stock, reservations)
    return SimpleNamespace(
        store=store, inventory=Inventory(store), client=client("dynamodb"),
        reservations=lambda: items(aws, reservations), shards=lambda: items(aws, stock),
    )  # fmt: skip


def reserve(world, number: int) -> int:
    try:
        world.inventory.reserve(NewReservation(), "TEA", f"customer-{number}", "k")
    except SoldOut:
        return 409
    return 201


def total(world) -> tuple[int, int]:
    told: Stock = world.inventory.stock("TEA")
    return told.on_hand, told.available


def kept(number: int, shard: int) -> KeptReservation:
    one = Reservation(reservation_id=f"res_{number:032x}", sku="TEA", status="held", created_at=1, held_until=2)
    return KeptReservation(reservation=one, customer_id="anna", hold_seconds=1, shard=shard)


def test_500_at_once_take_100_items_and_no_more(world):
    world.inventory.restock("TEA", 100)
    with ThreadPoolExecutor(50) as threads:
        told = list(threads.map(lambda number: reserve(world, number), range(500)))
    assert (told.count(201), told.count(409)) == (100, 400)
    assert len(world.reservations()) == 100
    assert {shard["available"]["N"] for shard in world.shards()} == {"0"}


def test_reservations_releases_and_new_stock_at_once_lose_nothing(world):
    """What is reserved and what is available is what is on the shelf, whoever meets whom."""
    world.inventory.restock("TEA", 60)

    def one(number: int) -> int:
        if number % 10 == 9:
            world.inventory.restock("TEA", 60)
            return 0
        made = world.inventory.reserve(NewReservation(), "TEA", f"customer-{number}", "k")[0]
        if number % 2:
            world.inventory.release("TEA", made.reservation_id, f"customer-{number}")
        return 1 - number % 2

    with ThreadPoolExecutor(10) as threads:
        held = sum(threads.map(one, range(100)))
    assert (held, total(world)) == (50, (60, 10))


def test_an_end_at_the_same_moment_as_another_counts_once(world):
    world.inventory.restock("TEA", 10)
    made = world.inventory.reserve(NewReservation(), "TEA", "anna", "k")[0].reservation_id

    def end(number: int) -> str:
        act = world.inventory.release if number % 2 else world.inventory.confirm
        try:
            return act("TEA", made, "anna").status
        except Conflict as lost:
            return lost.status

    with ThreadPoolExecutor(8) as threads:
        told = set(threads.map(end, range(8)))
    assert len(told) == 1, "all are told the same end"
    assert total(world) == ((10, 10) if told == {"released"} else (9, 9))


def test_a_transaction_that_fails_in_one_half_leaves_nothing_of_the_other(world):
    """What would be half-done with two writes: a reservation without an item, an item without a reservation."""
    world.inventory.restock("TEA", 1)
    store = world.store
    [filled] = [shard for shard, level in store.levels("TEA").items() if level.available]
    other = (filled + 1) % 10
    assert store.take(kept(1, other)) == "empty"
    assert world.reservations() == []
    assert store.take(kept(1, filled)) == "taken"
    world.inventory.restock("TEA", 11)
    assert store.take(kept(1, other)) == "exists"
    assert total(world) == (11, 10)
    assert [store.settle(kept(1, filled), "confirmed", now, 9) for now in (2, 3)] == [False, False], "its time is over"
    assert store.settle(kept(1, filled), "expired", 1, 9) is False, "its time is not over"
    assert total(world) == (11, 10)
    assert [store.settle(kept(1, filled), "released", 5, 9) for _ in range(2)] == [True, False]
    assert total(world) == (11, 11)


def test_stock_that_changed_since_it_was_read_is_not_set(world):
    world.inventory.restock("TEA", 10)
    before = world.store.levels("TEA")
    reserve(world, 1)
    assert world.store.restock("TEA", before, spread(before, 0)) is False, "one shard has nothing left to take away"
    assert total(world) == (10, 9)
    assert world.store.restock("TEA", before, spread(before, 30)) is True, "a reservation between does no harm"
    assert total(world) == (30, 29)
    assert world.store.restock("TEA", before, spread(before, 50)) is False, "somebody has set it"
    assert world.store.restock("TEA", {}, spread({}, 50)) is False, "it is not the first time"
    assert total(world) == (30, 29)


def test_a_transaction_that_can_never_succeed_is_an_error(world, monkeypatch):
    world.inventory.restock("TEA", 10)

    def fail(**_):
        told = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": "ValidationError"}, {"Code": "None"}]}
        raise world.client.exceptions.TransactionCanceledException(told, "TransactWriteItems")

    monkeypatch.setattr(world.client, "transact_write_items", fail)
    with pytest.raises(ClientError):
        reserve(world, 1)


def test_shards_that_are_left_out_of_an_answer_are_asked_for_again(world, monkeypatch):
    world.inventory.restock("TEA", 100)
    real, calls = world.client.batch_get_item, []

    def some(RequestItems):
        table, asked = next(iter(RequestItems.items()))
        calls.append(asked["ConsistentRead"])
        now, later = asked["Keys"][:4], asked["Keys"][4:]
        reply = real(RequestItems={table: {**asked, "Keys": now}})
        return {**reply, "UnprocessedKeys": {table: {**asked, "Keys": later}} if later else {}}

    monkeypatch.setattr(world.client, "batch_get_item", some)
    assert (total(world), calls) == ((100, 100), [True, True, True])
