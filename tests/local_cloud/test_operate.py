"""Operations on the local stack: what the other process is handed, and what is said where there is nothing to operate on."""

import json
import sys
from types import SimpleNamespace

import pytest

from local import operate
from local.steps import Refusal

CLOUD = SimpleNamespace(endpoint="http://127.0.0.1:4566", account_id="000000000000")


@pytest.fixture
def ran(monkeypatch):
    """Calls of the other process."""
    calls = []
    monkeypatch.setattr(operate.clouds, "running", lambda: CLOUD)
    monkeypatch.setattr(operate, "find_engine", lambda step: None)
    monkeypatch.setattr(operate.Stack, "outputs", lambda self: {"inventory": {"environment": "local"}})
    monkeypatch.setattr(operate.subprocess, "run", lambda command, **options: calls.append((command, options)) or SimpleNamespace(returncode=3))
    monkeypatch.setattr(sys, "argv", ["operate", "redrive", "shop", "work", "--dry-run"])
    return calls


def test_operations_gets_the_inventory_and_the_embedded_cloud_and_no_credentials_of_the_user(ran, monkeypatch):
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "of-the-user")
    assert operate.main() == 3
    [(command, options)] = ran
    assert command == [sys.executable, "-m", "operations", "redrive", "shop", "work", "--dry-run", "--inventory", "-"]
    assert json.loads(options["input"]) == {"environment": "local"}
    assert {name: value for name, value in options["env"].items() if name.startswith("AWS_")} == {
        "AWS_ENDPOINT_URL": CLOUD.endpoint, "AWS_ACCESS_KEY_ID": CLOUD.account_id, "AWS_SECRET_ACCESS_KEY": "local",
    }  # fmt: skip


def test_without_a_cloud_or_a_stack_it_says_what_to_run(ran, monkeypatch):
    monkeypatch.setattr(operate.Stack, "outputs", lambda self: {})
    with pytest.raises(Refusal, match="the local stack has no inventory: make up"):
        operate.main()
    monkeypatch.setattr(operate.clouds, "running", lambda: None)
    with pytest.raises(Refusal, match="the embedded cloud is not running: make up"):
        operate.main()
    assert ran == []
