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
    copy = Checkout.make(tmp_path_factory.mktemp("preview") / "platform").keep("chat", "orders", "receipts")
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
    assert "no data would be lost, nothing more permitted, nothing watched less" in done.stdout
    assert "~  Function orders-api  [timeout: 10 -> 12]" in done.stdout
    assert "MetricAlarm orders-api-duration  [threshold: " in done.stdout
    assert dirty == " M workloads/orders.yaml\n"
    comment = (tmp_path / "comment.md").read_text()
    assert comment.startswith("### Preview of `dev` against ")
    assert "~  aws:lambda/function:Function orders-api  [timeout: 10 -> 12]" in comment


def test_what_would_be_lost_permitted_and_unwatched_is_told_first_though_the_stack_protects_it(checkout):
    """In one change: a table replaced, a workload gone, a route made public, a verb more."""
    checkout.edit("workloads/orders.yaml", "partition_key: order_id", "partition_key: other_id")
    checkout.edit("workloads/orders.yaml", "orders: [get, put, query]", "orders: [get, put, query, delete]")
    checkout.edit("workloads/orders.yaml", "{route: GET /orders}", "{route: GET /orders, public: true, public_reason: everybody may look}")
    (checkout.folder / "workloads" / "chat.yaml").unlink()
    done, _ = preview(checkout, "prod")
    subprocess.run(["git", "checkout", "-q", "."], cwd=checkout.folder, check=True)
    assert done.returncode == 3, done.stdout
    told = done.stdout[done.stdout.index("Preview of prod against") :]
    assert "unprotect" not in done.stdout and "`protect_state` is on in prod" in told
    in_order = [
        "Data that would be lost", "chat: table chat-members is deleted, with its items", "chat: key chat-key is deleted, and whatever is encrypted under it",
        'orders: table orders-orders is replaced by an empty one, and its items are gone: hashKey: "order_id" -> "other_id"',
        "What becomes reachable or permitted", "orders: GET /orders is public now", "prod-orders-api-eu-west-1 may delete (dynamodb:DeleteItem) in table/prod-orders-orders",
        "Alarms and failure paths lost", "chat: the whole workload goes, ", "The rest",
    ]  # fmt: skip
    places = [told.find(each) for each in in_order]
    assert -1 not in places and places == sorted(places), told


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
