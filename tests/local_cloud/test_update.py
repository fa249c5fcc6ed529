"""Running the engine: what is counted, what is told, what a failure says, what Ctrl-C does."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from local.events import EventLog, Summary, short
from local.steps import step
from local.update import Stack, UpdateFailed

URN = "urn:pulumi:local::serverless-platform::serverless-platform:index:Queue$aws:sqs/queue:Queue::receipts-inbox"


def test_a_urn_is_told_as_type_and_name():
    assert short(URN) == "aws:sqs/queue:Queue receipts-inbox"
    assert short("no urn") == "no urn"


def event(kind: str, operation: str, urn: str, custom: bool = True) -> dict:
    return {kind: {"metadata": {"op": operation, "urn": urn, "new": {"custom": custom}}}}


def test_events_are_added_up_by_resource_and_without_what_is_in_no_cloud():
    summary = Summary()
    done = [
        ("create", URN),
        ("same", URN + "2"),
        ("update", URN + "3"),
        ("delete-replaced", URN + "5"),
        ("replace", URN + "5"),
        ("create-replacement", URN + "5"),
    ]
    for operation, urn in done:
        summary.read(event("resourcePreEvent", operation, urn))
        summary.read(event("resOutputsEvent", operation, urn))
    summary.read(event("resOutputsEvent", "create", "urn:pulumi:x::y::pulumi:providers:aws::aws"))
    summary.read(event("resOutputsEvent", "create", "urn:pulumi:x::y::pulumi:pulumi:Stack::y-x", custom=False))
    summary.read(event("resOutputsEvent", "create", URN + "6", custom=False))
    summary.read(event("resourcePreEvent", "create", URN + "4"))
    assert summary.under_way == {URN + "4"}
    summary.read(event("resOpFailedEvent", "create", URN + "4"))
    assert summary.words() == "1 created, 1 updated, 1 replaced, 1 unchanged, 1 failed"
    assert summary.under_way == set()
    assert summary.changed == [("create", URN), ("update", URN + "3"), ("replace", URN + "5"), ("failed", URN + "4")]


def test_a_line_half_written_is_read_when_it_is_whole(tmp_path):
    log = EventLog(tmp_path / "events")
    assert log.new() == []
    with (tmp_path / "events").open("w") as out:
        out.write('{"a": 1}\n{"b"')
        out.flush()
        assert log.new() == [{"a": 1}]
        out.write(": 2}\n")
        out.flush()
        assert log.new() == [{"b": 2}]


def test_what_a_provider_refuses_is_told_once():
    summary = Summary()
    message = "aws:sqs/queue:Queue resource 'receipts-inbox': property delay value {map[a:{b}]} has a problem: unknown property 'delay'; did you mean 'delaySeconds'? [urn:pulumi:x]"
    summary.read({"diagnosticEvent": {"urn": URN, "severity": "error", "message": f"<{{%fg 1%}}>{message}\n"}})
    assert summary.errors == ["aws:sqs/queue:Queue receipts-inbox: delay: unknown property 'delay'; did you mean 'delaySeconds'?"]


@pytest.fixture
def make_stack(engine, make_project, tmp_path):
    """A `Stack` around a program of a few lines."""

    def make(program: str) -> Stack:
        project = make_project(textwrap.dedent(program), name="serverless-platform")
        (tmp_path / "Pulumi.toy.yaml").write_text(
            "config:\n  serverless-platform:colour: red\nsecretsprovider: awskms://somewhere\n"
        )
        stack = Stack(engine, "toy", tmp_path / "stack", program=project.folder, guardrails=None)
        stack.prepare(tmp_path / "Pulumi.toy.yaml", {"colour": "green"})
        return stack

    return make


@pytest.mark.engine
def test_an_update_counts_and_the_next_one_changes_nothing(make_stack):
    stack = make_stack(
        "import pulumi\npulumi.Stash('a', input=pulumi.Config().require('colour'))\npulumi.export('colour', pulumi.Config().require('colour'))"
    )
    with step("up") as current:
        assert stack.run("up", current).words() == "1 created"
        assert stack.run("up", current).words() == "1 unchanged"
    assert stack.outputs() == {"colour": "green"}
    assert sorted(path.name for path in stack.program.iterdir() if path.is_file()) == [
        "Pulumi.test.yaml",
        "Pulumi.yaml",
        "__main__.py",
    ], "nothing is written beside the program"
    assert not (stack.folder / "updating.json").exists()


@pytest.mark.engine
def test_a_failing_program_is_told_without_the_engine_noise(make_stack):
    stack = make_stack("import pulumi\nraise pulumi.RunError('workloads/orders.yaml: phase: must be pilot')")
    with pytest.raises(UpdateFailed) as failed, step("up") as current:
        stack.run("up", current)
    lines = str(failed.value).splitlines()
    assert lines[0] == "  workloads/orders.yaml: phase: must be pilot"
    assert lines[-1].startswith("  (whole output: ")
    assert not any("step generator" in line or "BAIL" in line for line in lines)


@pytest.mark.engine
def test_ctrl_c_ends_the_update_and_leaves_nothing_running(make_stack):
    stack = make_stack("import time, pulumi\npulumi.Stash('a', input='x')\nprint('slow', flush=True)\ntime.sleep(600)")
    script = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from local.engine.install import find_engine
        from local.steps import run_command, step
        from local.update import Stack
        def main():
            with step("up") as current:
                stack = Stack(find_engine(current), "toy", Path({str(stack.folder)!r}), program=Path({str(stack.program)!r}), guardrails=None)
                stack.run("up", current, "--skip-preview")
        sys.exit(run_command(main))
    """)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (stack.folder / "updating.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(2)
    session = json.loads((stack.folder / "updating.json").read_text())["engine"]
    os.kill(process.pid, signal.SIGINT)
    time.sleep(1)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted. Nothing is lost: the same command goes on from here." in said
    from local.update import session_members

    assert session_members(session) == []
