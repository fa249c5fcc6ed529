"""The circuit breaker, with DynamoDB's real conditions and a clock that tests set."""

import threading

import pytest
from handler_support import items, make_table


@pytest.fixture(autouse=True)
def uncounted():
    """No handler is here to flush what was counted, and the next test's would."""
    from shared.observability import metrics

    yield
    metrics.clear_metrics()


@pytest.fixture
def table(aws) -> str:
    return make_table(aws, "name")


@pytest.fixture
def now() -> list[float]:
    return [1_800_000_000.0]


@pytest.fixture
def make(aws, table, now):
    """A breaker as another run has it: the state is in the table alone."""
    from shared.breaker import Breaker, BreakerPolicy
    from shared.clients import client

    return lambda: Breaker(client("dynamodb"), table, "bureau", BreakerPolicy(failures=3), wall=lambda: now[0])


def fail(make, times: int) -> None:
    for _ in range(times):
        breaker = make()
        breaker.failed(breaker.enter())


def state(aws, table) -> dict:
    found = items(aws, table)
    return {name: next(iter(value.values())) for name, value in found[0].items()} if found else {}


def test_a_success_in_the_usual_case_writes_nothing(make, aws, table):
    breaker = make()
    breaker.succeeded(breaker.enter())
    assert items(aws, table) == []


def test_it_opens_after_failures_in_a_row_whoever_had_them(make, now, aws, table, log):
    from shared.breaker import CircuitOpen

    fail(make, 2)
    make().enter()
    fail(make, 1)
    with pytest.raises(CircuitOpen) as caught:
        make().enter()
    assert caught.value.retry_after_seconds == 30
    now[0] += 29.9
    with pytest.raises(CircuitOpen, match="bureau: not called"):
        make().enter()
    assert state(aws, table)["state"] == "open"
    assert [line["message"] for line in log.of("WARNING")] == ["circuit opened"]


def test_a_success_between_failures_starts_the_count_again(make):
    for _ in range(3):
        fail(make, 2)
        breaker = make()
        breaker.succeeded(breaker.enter())
    make().enter()


def test_failures_before_the_window_are_forgotten(make, now):
    from shared.breaker import CircuitOpen

    fail(make, 2)
    now[0] += 61
    fail(make, 2)
    make().enter()
    fail(make, 1)
    with pytest.raises(CircuitOpen):
        make().enter()


def test_after_the_pause_exactly_one_of_many_runs_probes(make, now):
    from shared.breaker import CircuitOpen

    fail(make, 3)
    now[0] += 31
    ready, probes, refused = threading.Barrier(12), [], []

    def run() -> None:
        mine = make()
        ready.wait()
        try:
            probes.append(mine.enter())
        except CircuitOpen:
            refused.append(1)

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(probes), len(refused)) == (1, 11)
    make().succeeded(probes[0])
    assert make().enter().probe is None


def test_a_probe_that_fails_begins_another_pause(make, now):
    from shared.breaker import CircuitOpen

    fail(make, 3)
    now[0] += 31
    fail(make, 1)
    now[0] += 29
    with pytest.raises(CircuitOpen):
        make().enter()
    now[0] += 2
    assert make().enter().probe


def test_a_probe_that_never_reports_is_forgotten_and_its_late_report_ignored(make, now, aws, table):
    from shared.breaker import CircuitOpen

    fail(make, 3)
    now[0] += 31
    lost = make().enter()
    now[0] += 19
    with pytest.raises(CircuitOpen):
        make().enter()
    now[0] += 2
    second = make().enter()
    assert second.probe and second.probe != lost.probe
    make().succeeded(lost)
    make().failed(lost)
    assert (state(aws, table)["state"], state(aws, table)["probe"]) == ("open", second.probe)


def test_after_it_closed_it_takes_all_failures_again_to_open_it(make, now):
    fail(make, 3)
    now[0] += 31
    breaker = make()
    breaker.succeeded(breaker.enter())
    fail(make, 2)
    assert make().enter().had_failures


def test_calls_of_before_that_fail_late_do_not_prolong_the_pause(make, now, aws, table):
    late = make().enter()
    fail(make, 3)
    before = state(aws, table)["open_until"]
    now[0] += 10
    make().failed(late)
    assert state(aws, table)["open_until"] == before


def test_a_table_that_is_away_lets_calls_through_and_says_so(aws, log):
    from shared.breaker import Breaker
    from shared.clients import client

    breaker = Breaker(client("dynamodb"), "gone-table", "bureau")
    permit = breaker.enter()
    breaker.failed(permit)
    breaker.succeeded(permit)
    assert {line["message"] for line in log.of("WARNING")} == {"state of the circuit unknown, calls go through"}


def test_a_run_that_read_the_state_before_another_probe_failed_does_not_probe_in_the_new_pause(make, now, monkeypatch):
    from shared.breaker import CircuitOpen
    from shared.clients import client

    fail(make, 3)
    now[0] += 31
    stale = client("dynamodb").get_item(TableName=make()._table, Key={"name": {"S": "bureau"}})
    fail(make, 1)  # the other run's probe
    monkeypatch.setattr(client("dynamodb"), "get_item", lambda **_: stale)
    with pytest.raises(CircuitOpen):
        make().enter()
