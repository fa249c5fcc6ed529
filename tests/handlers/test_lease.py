"""The lease, with DynamoDB's real conditions and clocks that tests set."""

import threading

import pytest
from handler_support import items, make_table


class Clock:
    """A wall clock that may be wrong by `skew`, and a monotonic one that never is."""

    def __init__(self, skew: float = 0.0) -> None:
        self.passed = 0.0
        self.skew = skew

    def wall(self) -> float:
        return 1_800_000_000 + self.passed + self.skew

    def monotonic(self) -> float:
        return 77 + self.passed


@pytest.fixture
def table(aws) -> str:
    return make_table(aws, "name")


@pytest.fixture
def leases(aws, table):
    from shared.clients import client
    from shared.lease import Leases

    def make(clock: Clock) -> Leases:
        return Leases(client("dynamodb"), table, clock.wall, clock.monotonic)

    return make


def test_of_many_runs_at_once_one_gets_the_lease(leases):
    from shared.lease import LeaseTaken

    ready, won, refused = threading.Barrier(12), [], []

    def run() -> None:
        mine = leases(Clock())
        ready.wait()
        try:
            won.append(mine.acquire("sweep", 30, "monday"))
        except LeaseTaken:
            refused.append(1)

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(refused)) == (1, 11)
    won[0].release(done=True)


def test_the_token_grows_with_every_holder_and_outlives_the_release(leases, aws, table):
    clock = Clock()
    tokens = []
    for work in ("monday", "tuesday", "wednesday"):
        lease = leases(clock).acquire("sweep", 30, work)
        tokens.append(lease.token)
        lease.release(done=True)
    assert tokens == [1, 2, 3]
    assert items(aws, table) == [
        {"name": {"S": "sweep"}, "held_until": {"N": "0"}, "fence": {"N": "3"}, "last_work": {"S": "wednesday"}}
    ]


def test_work_that_is_done_is_not_given_again_work_that_failed_is(leases):
    from shared.lease import WorkDone

    clock = Clock()
    leases(clock).acquire("sweep", 30, "monday").release(done=False)
    leases(clock).acquire("sweep", 30, "monday").release(done=True)
    with pytest.raises(WorkDone):
        leases(clock).acquire("sweep", 30, "monday")
    assert leases(clock).acquire("sweep", 30, "tuesday").token == 3
    with pytest.raises(WorkDone):  # told as done, though somebody holds the lease for other work
        leases(clock).acquire("sweep", 30, "monday")


def test_other_names_are_other_leases(leases):
    clock = Clock()
    assert [leases(clock).acquire(name, 30, "monday").token for name in ("a", "b")] == [1, 1]


@pytest.mark.parametrize("skew", [-4.9, 0.0, 4.9])
def test_nobody_takes_a_lease_while_its_holder_may_trust_it_whatever_the_clocks_differ(leases, skew):
    from shared.lease import LeaseLost, LeaseTaken

    holder_clock, other_clock = Clock(), Clock(skew)
    held = leases(holder_clock).acquire("sweep", 30, "monday")
    for passed in range(30):
        holder_clock.passed = other_clock.passed = passed
        held.check()
        with pytest.raises(LeaseTaken):
            leases(other_clock).acquire("sweep", 30, "tuesday")
    holder_clock.passed = other_clock.passed = 40
    with pytest.raises(LeaseLost, match="the lease of 30 s is over"):
        held.check()
    assert leases(other_clock).acquire("sweep", 30, "tuesday").token == 2


def test_a_run_that_lost_its_lease_can_neither_renew_nor_release_it(leases, aws, table):
    from shared.lease import LeaseLost

    clock = Clock()
    late = leases(clock).acquire("sweep", 30, "monday")
    clock.passed = 36
    other = leases(clock).acquire("sweep", 30, "tuesday")
    before = items(aws, table)
    for attempt in (late.renew, lambda: late.release(done=True), lambda: late.release(done=False)):
        with pytest.raises(LeaseLost, match="a higher token than 1"):
            attempt()
    assert items(aws, table) == before
    other.renew()


def test_renewed_in_time_it_lasts_and_what_nobody_took_can_be_renewed_late(leases):
    from shared.lease import LeaseTaken

    clock = Clock()
    lease = leases(clock).acquire("sweep", 30, "monday")
    for passed in (20, 40, 100):  # the last one 30 s after the end
        clock.passed = passed
        lease.renew()
        lease.check()
    with pytest.raises(LeaseTaken):
        leases(clock).acquire("sweep", 30, "tuesday")


def test_the_fence_refuses_a_transaction_of_a_run_that_lost_its_lease(leases, aws):
    from shared.clients import client

    clock, target = Clock(), make_table(aws, "id")
    late = leases(clock).acquire("sweep", 30, "monday")
    put = {"Put": {"TableName": target, "Item": {"id": {"S": "x"}}}}
    client("dynamodb").transact_write_items(TransactItems=[late.condition(), put])
    clock.passed = 36
    current = leases(clock).acquire("sweep", 30, "tuesday")
    put = {"Put": {"TableName": target, "Item": {"id": {"S": "y"}}}}
    with pytest.raises(client("dynamodb").exceptions.TransactionCanceledException):
        client("dynamodb").transact_write_items(TransactItems=[late.condition(), put])
    assert items(aws, target) == [{"id": {"S": "x"}}]
    client("dynamodb").transact_write_items(TransactItems=[current.condition(), put])
    assert len(items(aws, target)) == 2


def test_a_lease_below_the_trust_in_clocks_is_refused(leases):
    with pytest.raises(ValueError, match="shorter than the clocks can be trusted"):
        leases(Clock()).acquire("sweep", 4.9, "monday")
