"""Running the engine: what is counted, what is told, what a failure says, what Ctrl-C does."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from local import home
from local.events import EventLog, Summary, short
from local.paths import ROOT
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


@pytest.mark.parametrize("message", [
    'unable to replace resource "URN"\nas it is currently marked for protection. To unprotect the resource, remove the `protect` flag from the resource in your '
    "Pulumi program and run `pulumi up`",
    'resource "URN" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the `protect` flag from the resource in your Pulumi program and '
    "run `pulumi up`, or use the command:\n`pulumi state unprotect 'URN'`",
    'Preview failed: resource "URN" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove it, or use the command:\n`pulumi state unprotect \'URN\'`',
])  # fmt: skip
def test_what_holds_data_is_told_in_our_words_and_not_with_the_advice_to_give_it_up(message):
    """The engine's own messages, of a preview and of an update."""
    urn = "urn:pulumi:prod::serverless-platform::serverless-platform:index:Workload$aws:dynamodb/table:Table::orders-orders"
    summary = Summary()
    summary.read({"diagnosticEvent": {"urn": urn, "message": message.replace("URN", urn) + "\n", "severity": "error"}})
    assert summary.errors == [
        "aws:dynamodb/table:Table orders-orders: would be deleted or replaced; it is protected because it holds data (`protect_state`), and stays as it is; "
        "what to do: docs/how-to/retire-or-rename.md"
    ]


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


PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy, StackValidationPolicy

def not_red(args, report):
    if args.resource_type.endswith("Stash") and args.props.get("input") == "red":
        report("red is not allowed")

def not_two_blues(args, report):
    blue = [it for it in args.resources if it.resource_type.endswith("Stash") and it.props.get("input") == "blue"]
    if len(blue) > 1:
        report("one blue is enough", max(it.urn for it in blue))

PolicyPack("toy-pack", enforcement_level=EnforcementLevel.MANDATORY, policies=[
    ResourceValidationPolicy(name="not-red", description="Not red", validate=not_red),
    StackValidationPolicy(name="not-two-blues", description="Not two blues", validate=not_two_blues),
])
"""


@pytest.fixture
def judged(make_stack, tmp_path):
    """A stack of stashes of given colours under a toy pack; `update(*colours)` names them a, b, c ..."""
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text(f"runtime: {{name: python, options: {{toolchain: pip, virtualenv: {ROOT / '.venv'}}}}}\n")
    (pack / "__main__.py").write_text(PACK)
    stack = make_stack("")
    stack.guardrails = pack

    def update(*colours: str):
        (stack.program / "__main__.py").write_text(
            f"import pulumi\nbefore = None\nfor name, colour in zip('abcdef', {colours!r}):\n"
            "    before = pulumi.Stash(name, input=colour, opts=pulumi.ResourceOptions(depends_on=before))\n"
        )
        with step("up") as current:
            return stack.update(current)

    return update


@pytest.mark.engine
def test_what_the_guardrails_refuse_is_not_made_and_all_of_it_is_told(judged, capsys):
    with pytest.raises(UpdateFailed) as failed:
        judged("green", "red", "blue", "red", "blue")
    said = str(failed.value)
    assert said.startswith("3 guardrail findings stop this up:"), said
    assert len(re.findall("red is not allowed", said)) == 2
    assert "one blue is enough" in said
    assert "a preview collects whatever else they find" in capsys.readouterr().out
    assert [urn[-1] for operation, urn in failed.value.summary.changed if operation == "create"] == ["a"], (
        "nothing after the finding was made"
    )
    assert judged("green", "green").words() == "1 created, 1 unchanged"


@pytest.mark.engine
def test_what_only_all_resources_together_show_fails_the_update_after_the_fact_and_again(judged):
    for made in ("create", "same"):
        with pytest.raises(UpdateFailed, match="one blue is enough") as failed:
            judged("blue", "blue")
        assert str(failed.value).startswith("1 guardrail finding stops this up:"), failed.value
        assert set(failed.value.summary.operations.values()) == {made}
    assert judged("blue", "green").words() == "1 updated, 1 unchanged"


@pytest.mark.engine
def test_an_update_shows_that_it_updates(judged, capsys, monkeypatch):
    monkeypatch.setattr("local.update.PROGRESS_SECONDS", 0.0)
    judged("green", "blue")
    told = capsys.readouterr().out
    assert "updating: " in told
    assert "checking: " not in told


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


def test_the_engine_writes_no_log_of_its_own_also_where_an_older_checkout_has_one(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "engine.log").write_text("x")
    home.without_engine_log(tmp_path)
    home.without_engine_log(tmp_path)
    assert (tmp_path / "logs").read_bytes() == b""
