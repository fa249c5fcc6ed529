"""`make up` again after what happens to people: nothing changed, the emulator died, kill -9, Ctrl-C, two at once, a bad edit.

Each case runs the real commands on a copy of the working tree, over the state that the case before has left.
"""

import json
import os
import re
import signal
import time

import pytest

from local import cloud as clouds
from local.update import session_members
from tests.checkout import Checkout

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def checkout(tmp_path_factory, engine):
    copy = Checkout.make(tmp_path_factory.mktemp("recovery") / "platform", "orders", "receipts")
    try:
        copy.up()
        yield copy
    finally:
        copy.down()


def counted(said: str) -> str:
    """What the update step of a `make up` says it did."""
    return re.search(r"✓ Guardrails and update: (.*) \(", said)[1]


def marker(copy: Checkout):
    return copy.folder / ".local/stacks/local/updating.json"


def begin_update(copy: Checkout):
    """A `make up` that has work to do and is in the middle of its update."""
    process = copy.start(*copy.up_command)
    deadline = time.monotonic() + 120
    keys = None
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stdout.read()
        if keys is None and marker(copy).exists() and (cloud := clouds.running(copy.folder / ".local")):
            keys = cloud.client("kms")
        # Once there is a key, the update has begun, and dozens of resources are still to come.
        if keys and keys.list_keys()["Keys"]:
            return process
        time.sleep(0.05)
    raise AssertionError("the update did not begin")


def test_a_second_up_changes_nothing(checkout):
    assert re.fullmatch(r"\d+ unchanged", counted(checkout.up()))


def test_tracked_files_are_not_touched(checkout):
    stack_file = (checkout.folder / "Pulumi.local.yaml").read_text()
    assert "encryptionsalt" not in stack_file


def test_a_handler_edit_changes_that_function_only(checkout):
    (checkout.folder / "handlers/receipts/worker.py").open("a").write("\n# edited\n")
    said = checkout.up()
    changed = re.findall(r"^    (\w+) +aws:(\S+) (\S+)$", said, re.MULTILINE)
    assert {kind for _, kind, _ in changed} <= {"lambda/function:Function", "lambda/alias:Alias"}, said
    assert {name for _, _, name in changed if "receipts" not in name} == set()
    assert changed, said


def test_an_emulator_that_died_is_rebuilt_with_the_state(checkout):
    cloud = clouds.running(checkout.folder / ".local")
    os.killpg(cloud.pid, signal.SIGKILL)
    said = checkout.up()
    assert "has forgotten its resources: state and embedded cloud start anew" in said
    assert re.fullmatch(r"\d+ created", counted(said))


def test_two_at_once_the_second_is_refused(checkout):
    checkout.down()
    first = begin_update(checkout)
    second = checkout.run(*checkout.up_command)
    assert second.returncode == 1
    assert re.search(
        rf"Refused: `make up` \(process {first.pid}\) is at work in this checkout; wait until it has ended\.", second.stdout
    )
    said, _ = first.communicate(timeout=300)
    assert first.returncode == 0, said


def test_kill_minus_9_in_the_middle_of_an_update(checkout):
    checkout.down()
    process = begin_update(checkout)
    engine = json.loads(marker(checkout).read_text())["engine"]
    os.killpg(process.pid, signal.SIGKILL)
    os.kill(engine, signal.SIGKILL)
    process.communicate()
    said = checkout.up()
    assert "the last update did not end by itself" in said
    assert session_members(engine) == []
    assert re.fullmatch(r"\d+ created", counted(said))
    assert re.fullmatch(r"\d+ unchanged", counted(checkout.up()))


def test_ctrl_c_in_the_middle_of_an_update_goes_on_from_there(checkout):
    checkout.down()
    process = begin_update(checkout)
    os.kill(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "Interrupted. Nothing is lost" in said
    assert not marker(checkout).exists()
    said = checkout.up()
    assert "unchanged" in counted(said), "what was made before Ctrl-C is kept"
    assert "failed" not in counted(said)


def test_a_taken_port_is_refused_and_another_one_works(checkout):
    import socket

    checkout.down()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", checkout.port))
        other.listen()
        done = checkout.run(*checkout.up_command)
    assert done.returncode == 1
    assert f"port {checkout.port} on 127.0.0.1 is taken by another program" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_manifest_edit_that_breaks_a_rule_stops_before_the_resource_is_changed(checkout):
    """Of the contract, the edit is right; of the guardrails, it is not."""
    checkout.up()
    function = checkout.inventory().workloads["orders"].functions["api"].physical_name
    lambdas = clouds.running(checkout.folder / ".local").client("lambda")
    before = lambdas.get_function_configuration(FunctionName=function)
    manifest = checkout.folder / "workloads" / "orders.yaml"
    text = manifest.read_text()
    checkout.edit(
        "workloads/orders.yaml",
        "    timeout_seconds: 10\n",
        "    timeout_seconds: 11\n    environment: {PARTNER: AKIAIOSFODNN7EXAMPLE}\n",
    )
    done = checkout.run(*checkout.up_command)
    manifest.write_text(text)
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    assert "Refused: 1 guardrail finding stops this up:" in said, done.stdout
    for told in (
        "aws:lambda/function:Function orders-api",
        "environment.variables.PARTNER",
        "workload 'orders'",
        "lambda-environment-holds-no-secret",
    ):
        assert told in said, f"{told!r} is not told: {done.stdout}"
    after = lambdas.get_function_configuration(FunctionName=function)
    assert (after["Timeout"], after["LastModified"]) == (before["Timeout"], before["LastModified"])


def test_down_leaves_nothing_running(checkout):
    cloud = clouds.running(checkout.folder / ".local")
    checkout.down()
    assert session_members(cloud.pid) == []
    assert not clouds.is_taken(checkout.port)
    assert "was not running" in checkout.run("local.down").stdout
