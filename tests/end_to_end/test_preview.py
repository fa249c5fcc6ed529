"""`make preview`: real changes and replacements without an account, without a network, without touching anything."""

import os
import re
import subprocess

import pytest

from tests.checkout import Checkout

pytestmark = pytest.mark.end_to_end

NO_NETWORK = """
import socket
_connect = socket.socket.connect
def connect(self, address):
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(address, tuple) and host not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"this test allows no network, and something connects to {address}")
    return _connect(self, address)
socket.socket.connect = connect
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory, engine):
    """A copy that is a git repository with one commit, in which no Python process reaches beyond this machine."""
    copy = Checkout.make(tmp_path_factory.mktemp("preview") / "platform")
    guard = copy.folder.parent / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(NO_NETWORK)
    copy.extra = {
        "PYTHONPATH": f"{guard}:{copy.env['PYTHONPATH']}",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "base"]):
        subprocess.run([*git, *command], cwd=copy.folder, check=True)
    return copy


def preview(checkout: Checkout, stack: str = "dev", *flags: str):
    assert not [name for name in os.environ if name.startswith("AWS_ACCESS")], (
        "credentials in the environment would prove nothing"
    )
    done = checkout.run("local.preview", "--stack", stack, *flags)
    dirty = subprocess.run(
        ["git", "status", "--porcelain"], cwd=checkout.folder, capture_output=True, text=True, check=True
    ).stdout
    return done, dirty


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_without_a_change_there_is_none(checkout, stack):
    done, dirty = preview(checkout, stack)
    assert done.returncode == 0, done.stdout
    assert re.search(rf"✓ Preview of {stack}: \d+ unchanged", done.stdout), done.stdout
    assert dirty == "", "tracked files are untouched"


def test_a_change_is_told_with_its_property_and_what_follows_from_it(checkout, tmp_path):
    checkout.edit("workloads/orders.yaml", "    timeout_seconds: 10\n", "    timeout_seconds: 12\n")
    done, dirty = preview(checkout, "dev", "--markdown", str(tmp_path / "comment.md"))
    subprocess.run(["git", "checkout", "-q", "."], cwd=checkout.folder, check=True)
    assert done.returncode == 0, done.stdout
    assert "~  aws:lambda/function:Function orders-api  [timeout: 10 -> 12]" in done.stdout
    assert "MetricAlarm orders-api-duration  [threshold: " in done.stdout
    assert dirty == " M workloads/orders.yaml\n"
    assert "### Preview of `dev`" in (tmp_path / "comment.md").read_text()


def test_a_replacement_of_state_is_a_replacement_here_too(checkout):
    checkout.edit("workloads/orders.yaml", "partition_key: order_id", "partition_key: other_id")
    done, _ = preview(checkout)
    subprocess.run(["git", "checkout", "-q", "."], cwd=checkout.folder, check=True)
    assert re.search(
        r"\+- aws:dynamodb/table:Table orders-orders +\[.*hashKey: \"order_id\" -> \"other_id\" \(replaces\)", done.stdout
    ), done.stdout


def test_a_finding_is_told_and_ends_with_an_error(checkout):
    checkout.edit(
        "workloads/orders.yaml",
        "    timeout_seconds: 10\n",
        "    timeout_seconds: 10\n    environment: {PARTNER: AKIAIOSFODNN7EXAMPLE}\n",
    )
    done, _ = preview(checkout)
    subprocess.run(["git", "checkout", "-q", "."], cwd=checkout.folder, check=True)
    assert done.returncode == 1
    assert "1 guardrail finding stops this preview" in done.stdout
    assert "lambda-environment-holds-no-secret" in done.stdout


def test_an_unknown_stack_is_refused(checkout):
    done, _ = preview(checkout, "nowhere")
    assert done.returncode == 1
    assert "there is no stack 'nowhere': Pulumi.nowhere.yaml does not exist" in done.stdout
