"""Operations on the local stack: what the other process is handed, and what is said where there is nothing to operate on."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from local import operate, operations, running
from local.steps import Refusal
from platform_contract.inventory import Inventory

CLOUD = SimpleNamespace(endpoint="http://127.0.0.1:4566", account_id="000000000000")
INVENTORY = Inventory(environment="local", account_id="000000000000", region="eu-west-1", identity={"issuer": "-"}, alarm_topic_arn="-", workloads={})


@pytest.fixture
def ran(monkeypatch):
    """Calls of the other process, with the inventory that it would read."""
    calls = []

    def run(command, **options):
        calls.append((command, options, Path(command[-1]).read_text()))
        return SimpleNamespace(returncode=3)

    monkeypatch.setattr(operate, "running", lambda: SimpleNamespace(cloud=CLOUD, inventory=INVENTORY))
    monkeypatch.setattr(operations.subprocess, "run", run)
    monkeypatch.setattr(sys, "argv", ["operate", "redrive", "shop", "work", "--dry-run"])
    return calls


def test_operations_gets_the_inventory_and_the_embedded_cloud_and_no_credentials_of_the_user(ran, monkeypatch):
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "of-the-user")
    assert operate.main() == 3
    [(command, options, inventory)] = ran
    assert command[:-1] == [sys.executable, "-m", "operations", "redrive", "shop", "work", "--dry-run", "--inventory"]
    assert Inventory.model_validate_json(inventory) == INVENTORY
    assert "input" not in options, "standard input is the verb's: a secret's value, an event"
    assert {name: value for name, value in options["env"].items() if name.startswith("AWS_")} == {
        "AWS_ENDPOINT_URL": CLOUD.endpoint, "AWS_ACCESS_KEY_ID": CLOUD.account_id, "AWS_SECRET_ACCESS_KEY": "local",
    }  # fmt: skip


def test_without_a_cloud_or_a_stack_it_says_what_to_run(monkeypatch):
    monkeypatch.setattr(running, "local_stack", lambda: SimpleNamespace(outputs=dict))
    monkeypatch.setattr(running.clouds, "running", lambda: CLOUD)
    with pytest.raises(Refusal, match="the local stack has no inventory, because it never came up: make up"):
        running.running()
    monkeypatch.setattr(running.clouds, "running", lambda: None)
    with pytest.raises(Refusal, match="the embedded cloud is not running: make up"):
        running.running()
