"""Life of the embedded cloud, and what is done when it and the stack's state no longer belong together."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from local import cloud as clouds
from local import recovery
from local.steps import Refusal, step
from local.update import session_members
from tests.checkout import free_port

ACCOUNT, REGION = "000000000000", "eu-west-1"

pytestmark = pytest.mark.emulator


@pytest.fixture
def folder(tmp_path):
    yield tmp_path
    clouds.stop(tmp_path)


def bring(folder, port):
    with step("Embedded cloud") as current:
        return recovery.bring_together(current, folder / "stack", ACCOUNT, REGION, port, folder)


def pretend_state(folder):
    (folder / "stack" / "state" / ".pulumi").mkdir(parents=True)


def test_a_running_cloud_is_used_again_and_keeps_what_it_holds(folder):
    port = free_port()
    first, new = clouds.start(ACCOUNT, REGION, port, folder)
    assert new
    first.client("sqs").create_queue(QueueName="kept")
    second, new = clouds.start(ACCOUNT, REGION, port, folder)
    assert (second, new) == (first, False)
    assert second.client("sqs").list_queues()["QueueUrls"][0].endswith("/kept")


def test_a_boundary_that_has_changed_holds_in_a_cloud_that_runs_already(folder):
    """A newer checkout over a cloud that is up: without it, what is new would be denied until `make down`."""
    cloud, _ = clouds.start(ACCOUNT, REGION, free_port(), folder)
    iam, name = cloud.client("iam"), "boundary"
    for action in ("sqs:SendMessage", "sqs:SendMessage", "sns:Publish"):
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
        clouds.bootstrap_account(cloud, name, document)
    arn = f"arn:aws:iam::{cloud.account_id}:policy/{name}"
    [kept] = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert "sns:Publish" in str(iam.get_policy_version(PolicyArn=arn, VersionId=kept["VersionId"])["PolicyVersion"]["Document"])


def test_it_listens_on_this_machine_only(folder):
    cloud, _ = clouds.start(ACCOUNT, REGION, free_port(), folder)
    listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=False).stdout
    ours = [line.split()[3] for line in listening.splitlines() if f"pid={cloud.pid}," in line]
    assert ours == [f"127.0.0.1:{cloud.port}"]


def test_stopping_leaves_no_process_and_no_files(folder):
    cloud, _ = clouds.start(ACCOUNT, REGION, free_port(), folder)
    assert clouds.stop(folder)
    assert session_members(cloud.pid) == []
    assert not clouds.is_taken(cloud.port)
    assert sorted(path.name for path in folder.iterdir()) == ["logs"]
    assert not clouds.stop(folder)


def test_a_port_that_is_taken_is_refused_with_the_way_out(folder):
    with socket.socket() as other:
        other.bind((clouds.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refusal) as refusal:
            clouds.start(ACCOUNT, REGION, port, folder)
    assert str(refusal.value) == (
        f"port {port} on 127.0.0.1 is taken by another program, so the embedded cloud cannot start there. "
        f"Free it, or choose another: make up PORT={port + 34}"
    )


def test_a_cloud_that_died_takes_the_state_with_it_and_says_so(folder, capsys):
    port = free_port()
    first = bring(folder, port)
    pretend_state(folder)
    os.killpg(first.pid, signal.SIGKILL)
    os.waitpid(first.pid, 0)
    second = bring(folder, port)
    assert second.instance != first.instance
    assert not recovery.has_state(folder / "stack")
    assert "has forgotten its resources: state and embedded cloud start anew" in capsys.readouterr().out.replace("\n", " ")


def test_state_that_fits_is_kept(folder):
    port = free_port()
    first = bring(folder, port)
    pretend_state(folder)
    assert bring(folder, port) == first
    assert recovery.has_state(folder / "stack")


def test_an_update_that_was_killed_is_cleaned_up_state_and_cloud_together(folder, capsys):
    """What kill -9 leaves: a marker, an engine's session still at work, state without checkpoints."""
    port = free_port()
    first = bring(folder, port)
    pretend_state(folder)
    first.client("sqs").create_queue(QueueName="unknown-to-the-state")
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    threading.Thread(target=orphan.wait, daemon=True).start()
    (folder / "stack" / "updating.json").write_text(json.dumps({"pid": 1, "engine": orphan.pid}))
    second = bring(folder, port)
    deadline = time.monotonic() + 30
    while session_members(orphan.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert session_members(orphan.pid) == []
    assert second.client("sqs").list_queues().get("QueueUrls", []) == []
    assert not recovery.has_state(folder / "stack")
    assert "the last update did not end by itself (1 processes of it were still running" in capsys.readouterr().out.replace(
        "\n", " "
    )


@pytest.mark.parametrize("content", ["{", "{}", '{"pid": "no number"}'])
def test_a_damaged_record_of_the_cloud_is_not_a_crash(folder, content):
    clouds.record(folder).write_text(content)
    assert clouds.running(folder) is None
    assert not clouds.stop(folder)


def test_two_commands_at_once_the_second_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(recovery, "LOCAL", tmp_path)
    with recovery.only_one("make up"):
        script = (
            "from pathlib import Path; from local import recovery; from local.steps import Refusal\n"
            f"recovery.LOCAL = Path({str(tmp_path)!r})\n"
            "try:\n    with recovery.only_one('make down'): print('entered')\n"
            "except Refusal as refusal: print(refusal)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"`make up` (process {os.getpid()}) is at work in this checkout; wait until it has ended.\n"
