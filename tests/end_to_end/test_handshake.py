"""The program refuses to run unjudged, under every host and flag. Real engine, real policy host, offline provider."""

import json

import pytest
import yaml

from local.steps import step
from local.update import Stack, UpdateFailed
from tests.checkout import Checkout

pytestmark = pytest.mark.end_to_end

REFUSED = "nothing was changed"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    return Checkout.make(tmp_path_factory.mktemp("handshake") / "platform")


@pytest.fixture
def stack(checkout, engine, tmp_path):
    """A fresh stack `dev` of the copy, without guardrails, with the offline provider."""
    made = Stack(
        engine, "dev", tmp_path, program=checkout.folder, guardrails=None,
        variables={"SERVERLESS_PLATFORM_OFFLINE": "1", "PYTHONPATH": checkout.env["PYTHONPATH"]},
    )  # fmt: skip
    made.prepare(checkout.folder / "Pulumi.dev.yaml", {})
    return made


def run(stack: Stack, verb: str, *flags: str):
    with step(verb) as current:
        return stack.run(verb, current, *flags)


def resources(stack: Stack) -> list[str]:
    return [
        it["urn"]
        for it in json.loads(stack.call("stack", "export", "-s", stack.name))["deployment"].get("resources", [])
        if "aws:" in it["urn"]
    ]


@pytest.mark.parametrize("flags", [(), ("--skip-preview",)])
def test_without_the_pack_nothing_is_changed_and_the_command_is_told(stack, flags):
    with pytest.raises(UpdateFailed) as failed:
        run(stack, "up", *flags)
    assert REFUSED in str(failed.value)
    assert "PULUMI_OPTION_POLICY_PACK" in str(failed.value) or "--policy-pack policies" in str(failed.value)
    assert "Traceback" not in str(failed.value)
    assert resources(stack) == []


def test_with_the_environment_variable_it_passes_also_under_skip_preview(stack, checkout):
    stack.guardrails = checkout.folder / "policies"
    summary = run(stack, "up", "--skip-preview")
    assert set(summary.operations.values()) == {"create"}
    assert len(resources(stack)) > 50


def test_with_the_flag_it_passes(stack, checkout):
    summary = run(stack, "preview", "--policy-pack", str(checkout.folder / "policies"))
    assert summary.operations
    assert [finding for finding in summary.findings if finding[0] == "mandatory"] == []


def test_after_a_judged_update_the_next_one_is_judged_again(stack, checkout):
    """The answer of the last update stays in the state; it must not pass for one of this update."""
    stack.guardrails = checkout.folder / "policies"
    run(stack, "up", "--skip-preview")
    before = resources(stack)
    stack.guardrails = None
    with pytest.raises(UpdateFailed, match=REFUSED):
        run(stack, "up", "--skip-preview")
    assert resources(stack) == before, "an unjudged program must not delete what it did not register either"


def test_settings_and_manifests_are_refused_all_at_once(stack, checkout):
    stack.guardrails = checkout.folder / "policies"
    content = yaml.safe_load(stack.config_file.read_text())
    content["config"]["serverless-platform:account_id"] = "12345"
    content["config"]["serverless-platform:log_retention_days"] = 8
    stack.config_file.write_text(yaml.safe_dump(content))
    manifest = checkout.folder / "workloads" / "orders.yaml"
    text = manifest.read_text()
    manifest.write_text(text.replace("timeout_seconds: 10", "timeout_seconds: 45"))
    try:
        with pytest.raises(UpdateFailed) as failed:
            run(stack, "up")
    finally:
        manifest.write_text(text)
    said = str(failed.value)
    for told in ("Pulumi.dev.yaml", "account_id", "log_retention_days", "workloads/orders.yaml", "timeout_seconds"):
        assert told in said, f"{told} is not told: {said}"
    assert resources(stack) == []
