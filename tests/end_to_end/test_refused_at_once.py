"""What is wrong with settings and manifests is told at once and nothing is made. Real engine, real policy host, offline provider."""

import json

import pytest
import yaml

from local.steps import step
from local.update import Stack, UpdateFailed
from tests.checkout import Checkout

pytestmark = pytest.mark.end_to_end


def test_settings_and_manifests_are_refused_all_at_once(engine, tmp_path):
    checkout = Checkout.make(tmp_path / "platform")
    stack = Stack(
        engine, "dev", tmp_path, program=checkout.folder, guardrails=checkout.folder / "policies",
        variables={"SERVERLESS_PLATFORM_OFFLINE": "1", "PYTHONPATH": checkout.env["PYTHONPATH"]},
    )  # fmt: skip
    stack.prepare(checkout.folder / "Pulumi.dev.yaml", {})
    content = yaml.safe_load(stack.config_file.read_text())
    content["config"]["serverless-platform:account_id"] = "12345"
    content["config"]["serverless-platform:log_retention_days"] = 8
    stack.config_file.write_text(yaml.safe_dump(content))
    manifest = checkout.folder / "workloads" / "orders.yaml"
    manifest.write_text(manifest.read_text().replace("timeout_seconds: 10", "timeout_seconds: 45"))
    with pytest.raises(UpdateFailed) as failed, step("up") as current:
        stack.run("up", current)
    said = str(failed.value)
    for told in ("Pulumi.dev.yaml", "account_id", "log_retention_days", "workloads/orders.yaml", "timeout_seconds"):
        assert told in said, f"{told} is not told: {said}"
    made = json.loads(stack.call("stack", "export", "-s", stack.name))["deployment"].get("resources", [])
    assert [each["urn"] for each in made if "aws:" in each["urn"]] == []
