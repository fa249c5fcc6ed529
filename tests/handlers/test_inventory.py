"""Reserving items, without Lambda and without AWS: a store in memory stands in, whose failures are arranged."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from pydantic import ValidationError

from inventory import logic
from inventory.contracts import KeptReservation, NewReservation, NewStock, Reservation
from inventory.logic import SHARDS, Inventory, Level

START = 1_800_000_000.0
ASK = NewReservation(hold_seconds=60)


class Memory:
    """What the tables do, one transaction at a time. `outcomes` are what the next takes answer instead, nothing done."""

    def __init__(self) -> None:
        self.shards: dict[tuple[str, int], Level] = {}
        self.kept: dict[str, KeptReservation] = {}
        self.outcomes: list[logic.Taking] = []
        self.refuse_settling = 0
        self.calls: Counter[str] = Counter()
        self.lock = Lock()

    def _add(self, sku: str, shard: int, on_hand: int, available: int) -> None:
        level = self.shards[sku, shard]
        self.shards[sku, shard] = Level(level.on_hand + on_hand, level.available + available)

    def take(self, kept: KeptReservation) -> logic.Taking:
        with self.lock:
            self.calls["take"] += 1
            if self.outcomes:
                return self.outcomes.pop(0)
            one = kept.reservation
            if one.reservation_id in self.kept:
                return "exists"
            if not self.shards.get((one.sku, kept.shard), Level()).available:
                return "empty"
            self.kept[one.reservation_id] = kept
            self._add(one.sku, kept.shard, 0, -1)
            return "taken"

    def find(self, reservation_id: str) -> KeptReservation | None:
        return self.kept.get(reservation_id)

    def settle(self, kept: KeptReservation, status, now: int, expires_at: int) -> bool:
        with self.lock:
            if self.refuse_settling:
                self.refuse_settling -= 1
                return False
            current = self.kept[kept.reservation.reservation_id].reservation
            over = current.held_until <= now
            if current.status != "held" or (status == "confirmed" and over) or (status == "expired" and not over):
                return False
            done = current.model_copy(update={"status": status})
            self.kept[current.reservation_id] = kept.model_copy(update={"reservation": done, "expires_at": expires_at})
            self._add(current.sku, kept.shard, *((-1, 0) if status == "confirmed" else (0, 1)))
            return True

    def overdue(self, sku: str, shard: int, now: int) -> list[KeptReservation]:
        self.calls["overdue"] += 1
        found = [each for each in self.kept.values() if (each.reservation.sku, each.shard) == (sku, shard)]
        return [each for each in found if each.reservation.status == "held" and each.reservation.held_until <= now][:10]

    def levels(self, sku: str) -> dict[int, Level]:
        self.calls["levels"] += 1
        return {shard: level for (of, shard), level in self.shards.items() if of == sku}

    def restock(self, sku: str, before: dict[int, Level], after: dict[int, Level]) -> bool:
        with self.lock:
            if any(self.levels(sku).get(shard, Level()).on_hand != level.on_hand for shard, level in before.items()):
                return False
            self.shards |= {(sku, shard): level for shard, level in after.items()}
            return True


class World:
    def __init__(self, on_hand: int = 0) -> None:
        self.now = START
        self.waits: list[float] = []
        self.store = Memory()
        self.inventory = Inventory(self.store, lambda: self.now, self.waits.append, random.Random(7))
        if on_hand:
            self.inventory.restock("TEA", on_hand)

    def reserve(self, key: str, customer: str = "anna", ask: NewReservation = ASK) -> Reservation:
        return self.inventory.reserve(ask, "TEA", customer, key)[0]

    def stock(self) -> tuple[int, int]:
        stock = self.inventory.stock("TEA")
        return stock.on_hand, stock.available


def test_the_stock_is_spread_evenly_over_all_shards():
    world = World(103)
    assert sorted(level.available for level in world.store.levels("TEA").values()) == [10] * 7 + [11] * 3
    assert world.stock() == (103, 103)


def test_a_reservation_takes_one_item_and_is_its_customers():
    world = World(10)
    made = world.reserve("k1")
    assert made.model_dump() == {
        "reservation_id": logic.reservation_id("anna", "TEA", "k1"), "sku": "TEA", "status": "held",
        "created_at": START, "held_until": START + 60,
    }  # fmt: skip
    assert world.stock() == (10, 9)
    assert world.inventory.get("TEA", made.reservation_id, "anna") == made
    for sku, wanted, customer in (("TEA", made.reservation_id, "bob"), ("MUG", made.reservation_id, "anna"), ("TEA", "res_1", "anna")):
        for act in (world.inventory.get, world.inventory.release, world.inventory.confirm):
            with pytest.raises(logic.Gone):
                act(sku, wanted, customer)
    assert world.stock() == (10, 9)


@pytest.mark.parametrize("seed", range(5))
def test_every_item_is_found_in_whatever_shard_it_is_and_none_twice(seed):
    world = World(25)
    world.inventory.chance = random.Random(seed)
    assert len({world.reserve(f"k{number}").reservation_id for number in range(25)}) == 25
    with pytest.raises(logic.SoldOut):
        world.reserve("one-too-many")
    assert world.stock() == (25, 0)
    assert {level.available for level in world.store.levels("TEA").values()} == {0}


def test_500_at_once_for_100_items():
    world = World(100)

    def one(number: int) -> bool:
        try:
            world.reserve(f"k{number}", f"customer-{number}")
        except logic.SoldOut:
            return False
        return True

    with ThreadPoolExecutor(32) as threads:
        assert sum(threads.map(one, range(500))) == 100
    assert world.stock() == (100, 0)


def test_the_first_try_reads_nothing():
    world = World(100)
    world.store.calls.clear()
    world.reserve("k1")
    assert world.store.calls == {"take": 1}


def test_the_same_key_is_the_same_reservation_whatever_became_of_it():
    world = World(10)
    first = world.reserve("k1")
    world.now += 5
    assert world.reserve("k1") == first
    world.inventory.release("TEA", first.reservation_id, "anna")
    assert world.reserve("k1") == first, "the first answer, and no new item"
    assert world.stock() == (10, 10)
    assert world.reserve("k1", customer="bob").reservation_id != first.reservation_id
    with pytest.raises(logic.KeyReused):
        world.reserve("k1", ask=NewReservation(hold_seconds=61))
    assert world.stock() == (10, 9)


def test_ids_keep_customer_item_and_key_apart():
    ids = {logic.reservation_id(*parts) for parts in (("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("", "ab", "c"), ("a", "", "bc"))}
    assert len(ids) == 5


def test_a_busy_shard_sends_the_customer_to_the_others_and_makes_it_wait_longer_each_time():
    world = World(10)
    world.store.outcomes = ["busy"] * 11  # the first shard, then all ten of the next round
    assert world.reserve("k1").status == "held"
    assert len(world.waits) == 2
    assert all(0 <= wait <= logic.FIRST_WAIT_SECONDS * 2**attempt for attempt, wait in enumerate(world.waits))


def test_who_never_has_a_turn_is_told_so_and_has_taken_nothing():
    world = World(10)
    world.store.outcomes = ["busy"] * (1 + 10 * (logic.ROUNDS - 1))
    with pytest.raises(logic.Busy):
        world.reserve("k1")
    assert len(world.waits) == logic.ROUNDS and sum(world.waits) < 4.2
    assert world.stock() == (10, 10)


def test_an_item_that_others_emptied_between_look_and_take_is_looked_for_again():
    world = World(10)
    world.store.outcomes = ["empty"] * 11
    assert world.reserve("k1").status == "held"
    assert world.waits == [], "nobody stands in the way"


def test_a_release_gives_the_item_back_once():
    world = World(10)
    made = world.reserve("k1")
    for _ in range(3):
        assert world.inventory.release("TEA", made.reservation_id, "anna").status == "released"
    assert world.stock() == (10, 10)
    with pytest.raises(logic.Conflict, match="released"):
        world.inventory.confirm("TEA", made.reservation_id, "anna")
    assert world.stock() == (10, 10)


def test_eight_releases_at_once_give_back_one_item():
    world = World(10)
    made = world.reserve("k1")
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda _: world.inventory.release("TEA", made.reservation_id, "anna").status, range(8)))
    assert (set(told), world.stock()) == ({"released"}, (10, 10))


def test_a_confirmed_item_has_left_the_shelf():
    world = World(10)
    made = world.reserve("k1")
    for _ in range(2):
        assert world.inventory.confirm("TEA", made.reservation_id, "anna").status == "confirmed"
    with pytest.raises(logic.Conflict, match="confirmed"):
        world.inventory.release("TEA", made.reservation_id, "anna")
    assert world.stock() == (9, 9)


def test_a_release_that_meets_a_busy_shard_tries_again():
    world = World(10)
    made = world.reserve("k1")
    world.store.refuse_settling = 2
    assert world.inventory.release("TEA", made.reservation_id, "anna").status == "released"
    other = world.reserve("k2")
    world.store.refuse_settling = logic.ROUNDS
    with pytest.raises(logic.Busy):
        world.inventory.release("TEA", other.reservation_id, "anna")
    assert world.stock() == (10, 9)


def test_a_reservation_is_there_until_its_last_second_and_gone_from_then_on():
    world = World(10)
    early, late = world.reserve("k1"), world.reserve("k2")
    world.now = START + 59.9
    assert world.inventory.confirm("TEA", early.reservation_id, "anna").status == "confirmed"
    world.now = START + 60
    assert world.store.find(late.reservation_id), "DynamoDB has not deleted it"
    for act in (world.inventory.get, world.inventory.confirm, world.inventory.release):
        with pytest.raises(logic.Gone):
            act("TEA", late.reservation_id, "anna")
    assert world.stock() == (9, 9), "its item is back, once"


def test_items_of_expired_reservations_are_given_back_when_no_other_is_left():
    world = World(3)
    for number in range(3):
        world.reserve(f"k{number}")
    world.now += 60
    assert world.reserve("later").status == "held"
    assert world.stock() == (3, 2)


def test_an_item_that_looks_sold_out_is_looked_at_again():
    world = World(30)
    for number in range(30):
        world.reserve(f"k{number}")
    assert world.stock() == (30, 0)
    world.now += 60
    assert world.stock() == (30, 30)


def test_of_an_item_that_is_sold_out_not_everybody_searches():
    world = World(1)
    world.reserve("k0")
    world.store.calls.clear()
    for number in range(50):
        with pytest.raises(logic.SoldOut):
            world.reserve(f"more-{number}")
    assert world.store.calls["overdue"] == SHARDS, "one search for all of them"
    world.now += logic.LOOK_AGAIN_SECONDS
    with pytest.raises(logic.SoldOut):
        world.reserve("next second")
    assert world.store.calls["overdue"] == 2 * SHARDS


def test_only_a_reservation_whose_item_is_accounted_for_may_be_deleted():
    """DynamoDB deletes by `expires_at`: with a reservation that is held, its item would be lost for ever."""
    world = World(10)
    held, released = world.reserve("k1"), world.reserve("k2")
    world.inventory.release("TEA", released.reservation_id, "anna")
    assert world.store.find(held.reservation_id).expires_at is None
    assert world.store.find(released.reservation_id).expires_at == START + logic.KEPT_SECONDS
    world.now += logic.KEPT_SECONDS
    with pytest.raises(logic.Gone):
        world.inventory.get("TEA", released.reservation_id, "anna")
    assert world.store.find(released.reservation_id), "gone before DynamoDB deletes it"


def test_the_stock_counts_what_is_reserved_and_cannot_be_below_it():
    world = World(10)
    made = [world.reserve(f"k{number}") for number in range(4)]
    assert world.inventory.restock("TEA", 20).model_dump() == {"sku": "TEA", "on_hand": 20, "available": 16}
    assert world.inventory.restock("TEA", 20).available == 16, "twice is the same"
    assert world.inventory.restock("TEA", 4).available == 0
    with pytest.raises(logic.BelowReserved) as refused:
        world.inventory.restock("TEA", 3)
    assert refused.value.reserved == 4
    world.now += 60
    assert world.inventory.restock("TEA", 3).model_dump() == {"sku": "TEA", "on_hand": 3, "available": 3}, "all four have expired"
    with pytest.raises(logic.Gone):
        world.inventory.get("TEA", made[0].reservation_id, "anna")


def test_stock_that_was_set_meanwhile_is_looked_at_again():
    world = World(10)
    real, met = world.store.levels, []

    def levels(sku: str) -> dict[int, Level]:
        seen = dict(real(sku))
        if not met:
            met.append(1)
            world.store.levels = real
            world.inventory.confirm("TEA", world.reserve("k1").reservation_id, "anna")
        return seen

    world.store.levels = levels
    assert world.inventory.restock("TEA", 50).on_hand == 50
    assert world.stock() == (50, 50)


def test_what_nobody_ever_had_is_unknown_and_what_is_empty_is_sold_out():
    world = World()
    for ask in (lambda: world.reserve("k1"), lambda: world.inventory.stock("TEA")):
        with pytest.raises(logic.UnknownItem):
            ask()
    world.inventory.restock("TEA", 0)
    assert world.stock() == (0, 0)
    with pytest.raises(logic.SoldOut):
        world.reserve("k1")


@pytest.mark.parametrize("wrong", [{"hold_seconds": 0}, {"hold_seconds": 3601}, {"hold_seconds": "60"}, {"quantity": 2}])
def test_a_wrong_request_is_refused(wrong):
    with pytest.raises(ValidationError):
        NewReservation.model_validate(wrong)


@pytest.mark.parametrize("wrong", [{}, {"on_hand": -1}, {"on_hand": 1.5}, {"on_hand": 1_000_001}])
def test_a_wrong_stock_is_refused(wrong):
    with pytest.raises(ValidationError):
        NewStock.model_validate(wrong)
