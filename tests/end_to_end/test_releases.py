"""Releases on the embedded cloud: real code, real checks, real customers. Bad ones are stopped or taken back, and killed ones are ended."""

import os
import re
import signal
import subprocess
import sys

import pytest

from tests.checkout import Checkout
from tests.end_to_end.calling import Caller, order

pytestmark = pytest.mark.end_to_end

API = "handlers/orders/api.py"
READ = "    order = logic.get(order_id, caller(app.current_event), parts().store)\n"
TAKE = "    request = read_body(app.current_event, NewOrder)\n    if not parts()"
BROKEN = '    raise RuntimeError("broken on purpose")\n'


def operate(copy: Checkout, *arguments: str) -> subprocess.CompletedProcess[str]:
    return copy.run("local.operate", *arguments)


def live(copy: Checkout, function: str = "local-orders-api") -> str:
    return copy.access().cloud.client("lambda").get_alias(FunctionName=function, Name="live")["FunctionVersion"]


@pytest.fixture(autouse=True)
def _as_it_was(small: Checkout):
    """Each drill breaks the handler in its own way; afterwards the sound one is live again."""
    sound = (small.folder / API).read_text()
    yield
    (small.folder / API).write_text(sound)
    small.up()


def test_a_bad_version_is_stopped_before_anybody_reaches_it(small: Checkout):
    """Drill (a): a smoke event fails, so nothing is shifted."""
    access, before = small.access(), live(small)
    small.edit(API, READ, BROKEN + READ)
    with Caller(order(access, "drill"), 0.2) as customer:
        done = small.run(*small.up_command)
    assert done.returncode == 1
    assert "the release of orders was stopped: nothing was shifted" in done.stdout
    assert "GET /orders/no-order-of-this-id: failed with Runtime.HandlerError: broken on purpose" in done.stdout
    assert live(small) == before
    assert customer.statuses() == {201}
    assert "stopped" in operate(small, "releases", "orders").stdout


def test_a_bad_version_that_passes_is_taken_back_while_customers_call(small: Checkout):
    """Drill (b): no smoke event sees it; the share of failed invocations does, and callers have the version before."""
    access, before = small.access(), live(small)
    small.edit(API, TAKE, TAKE.replace("NewOrder)\n", "NewOrder)\n" + BROKEN))
    stack = small.run(*small.up_command, "--no-release")
    assert stack.returncode == 0, stack.stdout
    assert live(small) == before, "an update alone gives a new version no traffic"
    with Caller(order(access, "drill"), 0.1) as customer:
        customer.wait_for(201)
        done = operate(small, "release", "orders", "--observe", "5")
        customer.wait_for(201)
        after = len(customer.answers)
        customer.wait_for(201)
    assert done.returncode == 1
    assert "rolled back: callers have the version before again" in done.stdout
    assert "invocations of version" in done.stdout
    assert "broken on purpose" in done.stdout, "the log of the version says why"
    assert live(small) == before
    assert max(customer.statuses()) >= 500, "customers reached it"
    assert {status for status, _ in customer.answers[after:]} == {201}, "and do not any more"
    left_out = operate(small, "release", "orders")
    assert "was taken back" in left_out.stdout
    assert live(small) == before


def test_a_release_that_was_killed_is_ended_by_the_next(small: Checkout):
    """Drill (c): kill -9 with all traffic on the new version; the next run puts callers back, and then does its own work."""
    before = live(small)
    small.edit(API, 'logger.info("order accepted"', 'logger.info("order taken"')
    assert small.run(*small.up_command, "--no-release").returncode == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "local.operate", "release", "orders", "--observe", "300"], cwd=small.folder, env=small.env, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if "watching for" in line:
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert live(small) != before
    done = operate(small, "release", "orders")
    assert "was never ended: api put back on the version before" in done.stdout
    assert done.returncode == 0, done.stdout
    assert "was taken back" in done.stdout, "the half of a release is no proof that it was good"
    assert live(small) == before
    assert operate(small, "release", "orders", "--again").returncode == 0
    assert live(small) != before


def test_the_registry_tells_of_the_last_release_and_of_what_is_at_risk(small: Checkout, tmp_path):
    """The table of owners as the stack is now: who released what came of it, and an objective whose alarm lasts."""
    small.edit(API, 'logger.info("order accepted"', 'logger.info("order noted"')
    small.up()
    told = operate(small, "owners").stdout.splitlines()
    orders, receipts = (next(line for line in told if line.startswith(name)) for name in ("orders", "receipts"))
    access = small.access()
    pages = access.cloud.client("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM")
    # The drills before leave errors of a version that nobody calls any more; nothing else may last.
    known = access.inventory.workloads["orders"].alarms
    on = {each["AlarmName"] for page in pages for each in page["MetricAlarms"]} & set(known)
    assert on <= {"local-orders-api-version-errors"}
    count = f"{len(on)} of {len(known)}"
    assert re.search(rf"commerce-on-call@example\.com  scale .* released api \d+->{live(small)} +root +not evaluated +unknown +{count}$", orders), orders
    assert re.search(r"pilot .* with an update +- +none +- +0 of \d+$", receipts), receipts
    alarms, name = small.access().cloud.client("cloudwatch"), "local-orders-http-availability-burn-1h"
    alarms.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="drill")
    try:
        page = tmp_path / "owners.md"
        assert operate(small, "owners", "--page", str(page)).returncode == 0
    finally:
        alarms.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="drill")
    row = next(line for line in page.read_text().splitlines() if line.startswith("| orders |"))
    assert re.search(r"\| at risk: http availability since \d{4}-\d\d-\d\d \d\d:\d\d \(1h\) \|", row), row


def test_rollback_is_one_command_and_says_when_there_is_nothing_to_go_back_to(small: Checkout):
    before = live(small)
    small.edit(API, 'logger.info("order accepted"', 'logger.info("order kept"')
    small.up()
    after = live(small)
    assert after != before
    assert operate(small, "rollback", "orders").returncode == 0
    assert live(small) == before
    again = operate(small, "rollback", "orders")
    assert again.returncode == 0
    assert "was rolled back already" in again.stdout
    said = small.up()
    assert f"version {after} was taken back" in said, "the next update does not bring it back"
    assert live(small) == before
    refused = operate(small, "rollback", "receipts")
    assert refused.returncode == 1
