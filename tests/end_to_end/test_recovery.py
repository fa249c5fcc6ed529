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
from local.steps import step
from local.update import session_members
from tests.checkout import Checkout

pytestmark = pytest.mark.end_to_end


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


def test_a_second_up_has_nothing_to_do_and_made_to_it_changes_nothing(small):
    said = small.up()
    assert "nothing was edited since the last update, at " in said
    assert counted(said) == "nothing to do"
    assert re.search(r"✓ Smoke checks: \d+ passed", said)
    assert re.fullmatch(r"\d+ unchanged", counted(small.up("--force")))


def test_what_was_deleted_or_changed_behind_our_back_is_found_and_repaired(small):
    stack, queue, cloud = small.stack(), small.inventory().workloads["receipts"].queues["paid-orders"], small.access().cloud
    cloud.client("sqs").set_queue_attributes(QueueUrl=queue.url, Attributes={"VisibilityTimeout": "1"})
    cloud.client("logs").delete_log_group(logGroupName="/aws/lambda/local-receipts-worker")
    with step("refresh") as current:
        found = {urn.rsplit("::", 1)[1]: operation for operation, urn in stack.run("refresh", current).changed}
    assert found == {"receipts-paid-orders": "update", "receipts-worker-logs": "delete"}
    assert counted(small.up()).startswith("1 created, 1 updated, ")
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=queue.url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert int(attributes["VisibilityTimeout"]) >= 6 * 10
    assert cloud.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/local-receipts-worker")["logGroups"]


def test_tracked_files_are_not_touched(small):
    stack_file = (small.folder / "Pulumi.local.yaml").read_text()
    assert "encryptionsalt" not in stack_file


def test_a_handler_edit_changes_that_function_only_and_the_state_keeps_the_rest(small):
    before = exported(small)
    (small.folder / "handlers/receipts/worker.py").open("a").write("\n# edited\n")
    said = small.up()
    assert "only the code of local-receipts-worker was edited" in said
    changed = set(re.findall(r"^    update +aws:(\S+) (\S+)$", said, re.MULTILINE))
    assert changed == {("lambda/function:Function", "receipts-worker"), ("lambda/alias:Alias", "receipts-worker-live")}, said
    after = exported(small)
    assert [urn.rsplit("::", 1)[1] for urn in before if before[urn] != after[urn]] == ["receipts-worker", "receipts-worker-live"]
    assert before.keys() == after.keys()
    assert state_of(small, WATCHED) == runs(small, WATCHED)
    with step("everything") as current:
        assert small.stack().update(current).changed == []


WATCHED = "local-receipts-worker"
WORKER = "handlers/receipts/worker.py"


def exported(copy: Checkout) -> dict:
    """URN -> resource of the state."""
    deployment = json.loads(copy.stack().call("stack", "export", "-s", "local"))["deployment"]
    return {resource["urn"]: resource for resource in deployment["resources"]}


def runs(copy: Checkout, function: str) -> tuple[str, str]:
    """(version, digest of the code) that callers of a function reach."""
    found = clouds.running(copy.folder / ".local").client("lambda").get_function_configuration(FunctionName=function, Qualifier="live")
    return found["Version"], found["CodeSha256"]


def state_of(copy: Checkout, function: str) -> tuple[str, str]:
    """The same, as the stack's state believes."""
    outputs = [it["outputs"] for it in exported(copy).values() if it["type"].startswith(("aws:lambda/function:", "aws:lambda/alias:")) and "outputs" in it]
    (alias,) = [it for it in outputs if it.get("functionName") == function]
    (code,) = [it["codeSha256"] for it in outputs if it.get("name") == function and "codeSha256" in it]
    return alias["functionVersion"], code


def hear(process, wanted: str) -> str:
    """What a watch prints until it says `wanted`; its end before that fails the test."""
    said = ""
    while wanted not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def test_a_watched_edit_is_live_and_a_mistake_is_not(small):
    small.up()
    before = runs(small, WATCHED)
    watch = small.start("local.watch", "--workload", "receipts")
    try:
        hear(watch, "Watching handlers/ for receipts/")
        (small.folder / WORKER).open("a").write("\n# watched\n")
        hear(watch, "receipts/worker is live")
        live = runs(small, WATCHED)
        assert live[1] != before[1]
        text = (small.folder / WORKER).read_text()
        (small.folder / WORKER).write_text(text + "def (\n")
        hear(watch, f"{WORKER}:{len(text.splitlines()) + 1}: invalid syntax")
        (small.folder / WORKER).write_text(text + "import no_such_package\n")
        hear(watch, "No module named 'no_such_package'")
        assert runs(small, WATCHED) == live
        (small.folder / WORKER).write_text(text)
    finally:
        os.kill(watch.pid, signal.SIGINT)
        said, _ = watch.communicate(timeout=300)
    assert watch.returncode == 0, said
    assert state_of(small, WATCHED) == runs(small, WATCHED)
    assert runs(small, WATCHED)[1] == live[1], "the update has made the state true, not taken the edit back"
    assert counted(small.up()) == "nothing to do"
    assert re.fullmatch(r"\d+ unchanged", counted(small.up("--force")))


def test_an_edit_that_was_taken_back_after_a_watch_was_killed_is_not_live(small):
    """The files are as the last update has seen them, and the function runs other code: the next `make up` notices."""
    text, before = (small.folder / WORKER).read_text(), runs(small, WATCHED)
    watch = small.start("local.watch", "--workload", "receipts")
    hear(watch, "Watching handlers/ for receipts/")
    (small.folder / WORKER).write_text(text + "\n# taken back\n")
    hear(watch, "receipts/worker is live")
    os.killpg(watch.pid, signal.SIGKILL)
    watch.communicate()
    (small.folder / WORKER).write_text(text)
    small.up()
    assert runs(small, WATCHED)[1] == before[1]
    assert state_of(small, WATCHED) == runs(small, WATCHED)


def test_an_emulator_that_died_is_rebuilt_with_the_state(small):
    cloud = clouds.running(small.folder / ".local")
    os.killpg(cloud.pid, signal.SIGKILL)
    said = small.up()
    assert "has forgotten its resources: state and embedded cloud start anew" in said
    assert re.fullmatch(r"\d+ created", counted(said))


def test_kill_minus_9_in_the_middle_of_an_update(small):
    small.down()
    process = begin_update(small)
    engine = json.loads(marker(small).read_text())["engine"]
    os.killpg(process.pid, signal.SIGKILL)
    os.kill(engine, signal.SIGKILL)
    process.communicate()
    said = small.up()
    assert "the last update did not end by itself" in said
    assert session_members(engine) == []
    assert re.fullmatch(r"\d+ created", counted(said))


def test_a_second_one_meanwhile_is_refused_and_after_ctrl_c_it_goes_on_from_there(small):
    small.down()
    process = begin_update(small)
    second = small.run(*small.up_command)
    assert second.returncode == 1
    assert f"Refused: `make up` (process {process.pid}) is at work in this checkout; wait until it has ended." in second.stdout
    os.kill(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "Interrupted. Nothing is lost" in said
    assert not marker(small).exists()
    said = small.up()
    assert "unchanged" in counted(said), "what was made before Ctrl-C is kept"
    assert "failed" not in counted(said)


def test_a_manifest_edit_that_breaks_a_rule_stops_before_the_resource_is_changed(small):
    """Of the contract, the edit is right; of the guardrails, it is not."""
    function = small.inventory().workloads["orders"].functions["api"].physical_name
    lambdas = clouds.running(small.folder / ".local").client("lambda")
    before = lambdas.get_function_configuration(FunctionName=function)
    manifest = small.folder / "workloads" / "orders.yaml"
    text = manifest.read_text()
    small.edit(
        "workloads/orders.yaml",
        "    timeout_seconds: 10\n",
        "    timeout_seconds: 11\n    environment: {PARTNER: AKIAIOSFODNN7EXAMPLE}\n",
    )
    done = small.run(*small.up_command)
    manifest.write_text(text)
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    assert "Refused: 1 guardrail finding stops this up:" in said, done.stdout
    for told in (
        "Function 'orders-api'",
        "environment.variables.PARTNER",
        "workload 'orders'",
        "lambda-environment-holds-no-secret",
    ):
        assert told in said, f"{told!r} is not told: {done.stdout}"
    after = lambdas.get_function_configuration(FunctionName=function)
    assert (after["Timeout"], after["LastModified"]) == (before["Timeout"], before["LastModified"])
