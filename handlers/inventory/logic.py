"""What it means to reserve an item. No Lambda, no AWS: callers hand in the store, the clock and chance.

The items of one kind are spread over SHARDS counters. A reservation takes from any of them that is not empty, so that many
customers at once do not wait for one counter; the sum is what is there.
"""

import hashlib
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from inventory.contracts import KeptReservation, NewReservation, Reservation, Status, Stock

SHARDS = 10
"""Counters of each kind of item. One counter takes one transaction at a time, and DynamoDB 1,000 write units a second, of which a
reservation needs two. May grow: the next PUT of the stock fills the new shards. Must not shrink: what is in the others were lost."""
ROUNDS = 12
"""Looks at all shards before a caller is told to try again, with 4.2 s of waiting at most. A round that fails has met others who
were faster, or a throttle."""
FIRST_WAIT_SECONDS = 0.02
LONGEST_WAIT_SECONDS = 0.5
LOOK_AGAIN_SECONDS = 1.0
"""After a search for reservations that have expired, how long one execution environment does not search again for that item: of
an item that is sold out, everybody asks at once."""
SEARCHES_REMEMBERED = 10_000
KEPT_SECONDS = 30 * 24 * 3600
"""How long a reservation can be read after its item is accounted for. Longer than an idempotency key lives: a key that is used
again later than that is a new request."""
RESERVATION_ID = re.compile(r"res_[0-9a-f]{32}")

Taking = Literal["taken", "empty", "busy", "exists"]


@dataclass(frozen=True)
class Level:
    """What one shard holds."""

    on_hand: int = 0
    available: int = 0


class Store(Protocol):
    """Where shards and reservations are kept."""

    def take(self, kept: KeptReservation) -> Taking:
        """Keeps a new reservation and takes its item from its shard: both or neither.

        empty: the shard has no item. busy: another transaction was at work on it, or it is throttled. exists: there is a
        reservation of this id already.
        """

    def find(self, reservation_id: str) -> KeptReservation | None:
        """The reservation as last written, or None."""

    def settle(self, kept: KeptReservation, status: Status, now: int, expires_at: int) -> bool:
        """Ends a reservation that is held, and accounts for its item: both or neither. A confirmed one takes it off the
        shelf and must not have expired at `now`; a released one gives it back; an expired one too, and must have.

        False, and nothing written, if the reservation does not allow it (any more).
        """

    def overdue(self, sku: str, shard: int, now: int) -> list[KeptReservation]:
        """Some reservations of the shard that are held although their time is over at `now`."""

    def levels(self, sku: str) -> dict[int, Level]:
        """All shards that were ever filled, read consistently."""

    def restock(self, sku: str, before: dict[int, Level], after: dict[int, Level]) -> bool:
        """Changes all shards by the difference: all or none. False, and nothing written, if meanwhile the stock was set or
        sold, or too much was taken, or other transactions were at work."""


class UnknownItem(Exception):
    """Nobody has ever set the stock of this item."""


class SoldOut(Exception):
    """No item is left, that of reservations that have expired included."""


class Busy(Exception):
    """So many are at work on this item that this caller never had its turn; it may try again."""


class KeyReused(Exception):
    """The same caller used the same idempotency key for another reservation of this item."""


class Gone(Exception):
    """The caller has no such reservation, or has it no longer."""


class Conflict(Exception):
    """The reservation ended the other way."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


class BelowReserved(Exception):
    """The stock would be lower than what is reserved."""

    def __init__(self, reserved: int) -> None:
        super().__init__(reserved)
        self.reserved = reserved


def reservation_id(customer_id: str, sku: str, key: str) -> str:
    """The id of the reservation that this customer asks for with this key.

    Derived, not drawn: when a function dies between taking the item and remembering the answer, the next attempt finds the
    reservation instead of taking a second item. The lengths keep the parts apart.
    """
    return "res_" + hashlib.sha256(f"{len(customer_id)}:{customer_id}{len(sku)}:{sku}{key}".encode()).hexdigest()[:32]


@dataclass
class Inventory:
    """All that can be done; lives as long as the execution environment."""

    store: Store
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: random.Random = field(default_factory=random.Random)
    _searched: dict[str, float] = field(default_factory=dict)

    def reserve(self, request: NewReservation, sku: str, customer_id: str, key: str) -> tuple[Reservation, bool]:
        """Takes one item, or finds the one that was taken with this key before: that is returned as it was first taken. And whether
        it was taken now.

        Raises UnknownItem, SoldOut, Busy, KeyReused; then nothing was taken.
        """
        now = int(self.clock())
        new = Reservation(
            reservation_id=reservation_id(customer_id, sku, key),
            sku=sku, status="held", created_at=now, held_until=now + request.hold_seconds,
        )  # fmt: skip

        def take(shard: int) -> Taking:
            return self.store.take(
                KeptReservation(reservation=new, customer_id=customer_id, hold_seconds=request.hold_seconds, shard=shard)
            )

        candidates = [self.chance.randrange(SHARDS)]  # without a look at the levels: as a rule it has an item
        for attempt in range(ROUNDS):
            busy = False
            for shard in candidates:
                outcome = take(shard)
                if outcome == "taken":
                    return new, True
                if outcome == "exists":
                    return self._taken_before(new.reservation_id, customer_id, request), False
                busy = busy or outcome == "busy"
            if busy:  # all that had items: wait, so that not all come back at the same moment
                self._wait(attempt)
            candidates = self._filled(sku)
            self.chance.shuffle(candidates)
        raise Busy(sku)

    def _taken_before(self, wanted: str, customer_id: str, request: NewReservation) -> Reservation:
        earlier = self.store.find(wanted)
        if earlier is None or (earlier.customer_id, earlier.hold_seconds) != (customer_id, request.hold_seconds):
            raise KeyReused(wanted)
        return earlier.reservation.model_copy(update={"status": "held"})  # the first answer, whatever came after it

    def _filled(self, sku: str) -> list[int]:
        """Shards that have an item. Raises UnknownItem, SoldOut."""
        levels = self.store.levels(sku)
        if not levels:
            raise UnknownItem(sku)
        filled = [shard for shard, level in levels.items() if level.available]
        if not filled and self._reclaim(sku):
            filled = [shard for shard, level in self.store.levels(sku).items() if level.available]
        if not filled:
            raise SoldOut(sku)
        return filled

    def _reclaim(self, sku: str) -> int:
        """Gives back the items of reservations that have expired; how many. Searches at most once in LOOK_AGAIN_SECONDS."""
        at = self.clock()
        if at - self._searched.get(sku, 0) < LOOK_AGAIN_SECONDS:
            return 0
        if len(self._searched) >= SEARCHES_REMEMBERED:
            self._searched.clear()
        self._searched[sku] = at
        overdue = [kept for shard in range(SHARDS) for kept in self.store.overdue(sku, shard, int(at))]
        given = sum(self._settle(kept, "expired") for kept in overdue)
        if given:
            del self._searched[sku]  # there may be more
        return given

    def _settle(self, kept: KeptReservation, status: Status) -> bool:
        now = int(self.clock())
        return self.store.settle(kept, status, now, now + KEPT_SECONDS)

    def get(self, sku: str, wanted: str, customer_id: str) -> Reservation:
        """The customer's own reservation. Raises Gone for one that has expired, be it in the table or not, and for
        somebody else's: whether there is one is not told."""
        return self._own(sku, wanted, customer_id).reservation

    def release(self, sku: str, wanted: str, customer_id: str) -> Reservation:
        """Gives the item back, once. Raises Gone, Conflict (it is confirmed)."""
        return self._end(sku, wanted, customer_id, "released")

    def confirm(self, sku: str, wanted: str, customer_id: str) -> Reservation:
        """Takes the item off the shelf for good, once. Raises Gone, Conflict (it was given back)."""
        return self._end(sku, wanted, customer_id, "confirmed")

    def _end(self, sku: str, wanted: str, customer_id: str, status: Status) -> Reservation:
        for attempt in range(ROUNDS):
            kept = self._own(sku, wanted, customer_id)
            if kept.reservation.status == status:
                return kept.reservation
            if kept.reservation.status != "held":
                raise Conflict(kept.reservation.status)
            if self._settle(kept, status):
                return kept.reservation.model_copy(update={"status": status})
            self._wait(attempt)  # it ended meanwhile, which the next look shows, or the shard was busy
        raise Busy(sku)

    def _own(self, sku: str, wanted: str, customer_id: str) -> KeptReservation:
        kept = self.store.find(wanted) if RESERVATION_ID.fullmatch(wanted) else None
        if kept is None or (kept.customer_id, kept.reservation.sku) != (customer_id, sku):
            raise Gone(wanted)
        now = self.clock()
        if kept.reservation.status == "held" and kept.reservation.held_until <= now:
            self._settle(kept, "expired")  # as soon as somebody meets it; where it fails, whoever finds no item tries again
            raise Gone(wanted)
        if kept.reservation.status == "expired" or (kept.expires_at is not None and kept.expires_at <= now):
            raise Gone(wanted)  # DynamoDB deletes it within days
        return kept

    def stock(self, sku: str) -> Stock:
        """The sum of the shards. Raises UnknownItem.

        Reservations that have expired are given back as soon as the sum is 0: until then it may be too low by them.
        """
        levels = self.store.levels(sku)
        if not levels:
            raise UnknownItem(sku)
        if not any(level.available for level in levels.values()) and self._reclaim(sku):
            levels = self.store.levels(sku)
        return _sum(sku, levels)

    def restock(self, sku: str, on_hand: int) -> Stock:
        """Sets what is on the shelf and spreads what is not reserved evenly over the shards. Once or twice is the same.

        Raises BelowReserved, Busy; then nothing was changed.
        """
        for attempt in range(ROUNDS):
            before = self.store.levels(sku)
            reserved = sum(level.on_hand - level.available for level in before.values())
            if reserved > on_hand:
                if self._reclaim(sku):
                    continue
                raise BelowReserved(reserved)
            after = spread(before, on_hand - reserved)
            if self.store.restock(sku, before, after):
                return _sum(sku, after)
            self._wait(attempt)
        raise Busy(sku)

    def _wait(self, attempt: int) -> None:
        self.sleep(self.chance.uniform(0, min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt)))


def spread(before: dict[int, Level], available: int) -> dict[int, Level]:
    """The shards with `available` items shared out; what is reserved of each stays its own."""
    each, more = divmod(available, SHARDS)
    after = {}
    for shard in range(SHARDS):
        level, share = before.get(shard, Level()), each + (shard < more)
        after[shard] = Level(on_hand=level.on_hand - level.available + share, available=share)
    return after


def _sum(sku: str, levels: dict[int, Level]) -> Stock:
    return Stock(
        sku=sku,
        on_hand=sum(level.on_hand for level in levels.values()),
        available=sum(level.available for level in levels.values()),
    )
