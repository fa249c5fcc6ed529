"""A path breaks in the hands of customers: one word switches it off for all of them within a bounded time, and one word switches it on again."""

import pytest

from tests.checkout import Checkout
from tests.end_to_end.calling import Caller, order

pytestmark = pytest.mark.end_to_end

API = "handlers/orders/api.py"
AFTER_THE_FLAG = "    def work() -> dict[str, Any]:\n"
BROKEN = '        raise RuntimeError("broken on purpose")\n'
SEEN_WITHIN_SECONDS = 120
"""Functions look every 30 s; the rest is for a busy machine."""


def flags(copy: Checkout, *arguments: str) -> str:
    done = copy.run("local.operate", "flags", "orders", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(autouse=True)
def _as_it_was(small: Checkout):
    sound = (small.folder / API).read_text()
    yield
    (small.folder / API).write_text(sound)
    flags(small, "set", "taking", "on")
    small.run(*small.up_command)  # its smoke checks may come before the function looks at the flag
    with Caller(order(small.access(), "flags"), 0.5) as customer:
        customer.wait_for(201, SEEN_WITHIN_SECONDS)


def test_a_flag_switches_a_broken_path_off_while_customers_call_and_an_update_leaves_it_off(small: Checkout):
    access = small.access()
    assert "taking: on" in flags(small, "get")
    with Caller(order(access, "flags"), 0.2) as customer:
        customer.wait_for(201)
        small.edit(API, AFTER_THE_FLAG, AFTER_THE_FLAG + BROKEN)
        update = small.run(*small.up_command, "--no-release")
        assert update.returncode == 0, update.stdout
    # Without a customer there is nothing to see for the check after the shift: such a version gets through.
    released = small.run("local.operate", "release", "orders")
    assert released.returncode == 0, released.stdout
    with Caller(order(access, "flags"), 0.2) as customer:
        customer.wait_for(502)  # 500 on AWS
        said = flags(small, "set", "taking", "off")
        assert "taking is off" in said
        customer.wait_for(429, SEEN_WITHIN_SECONDS)
        off = len(customer.answers)
        for _ in range(3):
            customer.wait_for(429)
        assert {status for status, _ in customer.answers[off:]} == {429}, "nobody reaches the broken path any more"
        told = customer.answers[-1][1]
        assert told["message"] == "orders are not taken at the moment"
    small.edit(API, BROKEN, "")
    update = small.run(*small.up_command)
    assert "orders: released" in update.stdout
    assert "POST /orders with its example is answered with 429" in update.stdout, "the smoke checks of an update say that a path is off"
    assert "taking: off (the manifest's default: on)" in flags(small, "get"), "an update does not switch anything"
    with Caller(order(access, "flags"), 0.2) as customer:
        customer.wait_for(429)
        assert "taking: on" in flags(small, "back")
        customer.wait_for(201, SEEN_WITHIN_SECONDS)
        assert customer.statuses() == {201, 429}
    assert "taken back already" in flags(small, "back")
