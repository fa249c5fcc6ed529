"""A `Workload` in a project of a product team's own, against the platform that another stack has exported; and another account."""

import json
import shutil

import pytest

from local import cloud as clouds
from local.steps import step
from local.update import Stack, UpdateFailed
from tests.checkout import Checkout, free_port

pytestmark = pytest.mark.end_to_end

PROGRAM = """
from pathlib import Path
import json, os
import pulumi
from pulumi_aws import Provider, ProviderEndpointArgs
from serverless_platform.workload import Workload

platform = Path("platform.json").read_text()
endpoint = os.environ["ENDPOINT"]
services = ("apigatewayv2", "budgets", "cloudwatch", "cognitoidp", "dynamodb", "iam", "kms", "lambda_", "logs", "s3", "sns", "sqs", "sts")
aws = Provider("aws", region="eu-west-1", allowed_account_ids=["000000000000"], access_key="a", secret_key="b",
               endpoints=[ProviderEndpointArgs(**dict.fromkeys(services, endpoint))])
workload = Workload("receipts", {
    "manifest": Path("receipts.yaml").read_text(),
    "code": {path.stem: pulumi.FileArchive(str(path)) for path in sorted(Path("bundles").glob("*.zip"))},
    "platform": platform,
}, pulumi.ResourceOptions(provider=aws))
pulumi.export("resources", workload.resources)
"""


@pytest.fixture(scope="module")
def platform(tmp_path_factory, engine):
    """A platform stack that holds orders alone."""
    copy = Checkout.make(tmp_path_factory.mktemp("own") / "platform", "orders")
    try:
        copy.up()
        yield copy
    finally:
        copy.down()


def test_a_workload_runs_alone_against_the_exported_platform(platform, engine, make_project, tmp_path):
    project = make_project(PROGRAM, name="receipts-team")
    manifest = platform.folder / "workloads" / "receipts.yaml"
    (project.folder / "receipts.yaml").write_text(manifest.read_text())
    (project.folder / "platform.json").write_text(platform.stack().outputs()["platform"])
    bundled = platform.run("serverless_platform.build", "functions")
    assert bundled.returncode == 0, bundled.stdout
    (project.folder / "bundles").mkdir()
    for bundle in (platform.folder / ".build").glob("receipts-*.zip"):
        shutil.copy2(bundle, project.folder / "bundles" / bundle.name.removeprefix("receipts-"))
    endpoint = platform.access().cloud.endpoint
    project.env |= {
        "PYTHONPATH": platform.env["PYTHONPATH"],
        "ENDPOINT": endpoint,
        "PULUMI_OPTION_POLICY_PACK": str(platform.folder / "policies"),
    }

    done = project.call("up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads(project.call("stack", "output", "--json").stdout)["resources"]
    queue = made["queues"]["paid-orders"]
    sqs = platform.access().cloud.client("sqs")
    sqs.send_message(QueueUrl=queue["url"], MessageBody="not a receipt")
    for function in made["functions"].values():
        assert platform.access().cloud.client("lambda").get_alias(FunctionName=function["physical_name"], Name="live")

    gone = project.call("destroy", "--yes", "--skip-preview")
    assert gone.returncode == 0, gone.stdout
    assert [url for url in sqs.list_queues().get("QueueUrls", []) if "receipts" in url] == []


def test_another_account_is_refused_before_anything_is_made(platform, engine, tmp_path):
    """The credentials lead elsewhere than the stack file says: here to an emulator that is another account's."""
    other, _ = clouds.start("222222222222", "eu-west-1", free_port(), tmp_path / "other")
    try:
        stack = Stack(engine, "local", tmp_path / "stack", program=platform.folder, guardrails=platform.folder / "policies")
        stack.variables["PYTHONPATH"] = platform.env["PYTHONPATH"]
        stack.prepare(platform.folder / "Pulumi.local.yaml", {"endpoint_url": other.endpoint})
        with pytest.raises(UpdateFailed) as failed, step("up") as current:
            stack.run("up", current, "--skip-preview")
        assert "222222222222" in str(failed.value)
        assert "000000000000" in str(failed.value)
        assert other.client("sqs").list_queues().get("QueueUrls", []) == []
        assert other.client("iam").list_roles()["Roles"] == []
    finally:
        clouds.stop(tmp_path / "other")
