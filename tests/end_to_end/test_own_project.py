"""A `Workload` in a project of a product team's own, against the platform that another stack has exported; and another account."""

import json
import shutil
import zipfile

import pytest

from local import cloud as clouds
from local.steps import step
from local.update import Stack, UpdateFailed
from tests.checkout import free_port

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
workload = Workload("slips", {
    "manifest": Path("slips.yaml").read_text(),
    "code": {path.stem: pulumi.FileArchive(str(path)) for path in sorted(Path("bundles").glob("*.zip"))},
    "platform": platform,
}, pulumi.ResourceOptions(provider=aws))
pulumi.export("resources", workload.resources)
"""


def test_a_workload_runs_alone_against_the_exported_platform(whole, reached, make_project):
    """Receipts under another name, beside the receipts of the platform's own stack."""
    project = make_project(PROGRAM, name="slips-team", stack="local")  # the stack's name says the environment, by which guardrails judge
    manifest = (whole.folder / "workloads" / "receipts.yaml").read_text()
    (project.folder / "slips.yaml").write_text(manifest.replace("name: receipts\n", "name: slips\n").replace("handler: receipts.", "handler: slips."))
    (project.folder / "platform.json").write_text(whole.stack().outputs()["platform"])
    (project.folder / "bundles").mkdir()
    for bundle in (whole.folder / ".build").glob("receipts-*.zip"):
        own = shutil.copy2(bundle, project.folder / "bundles" / bundle.name.removeprefix("receipts-"))
        with zipfile.ZipFile(own, "a") as code:
            code.writestr(f"slips/{own.stem}.py", f"from receipts.{own.stem} import handler\n")
    project.env |= {
        "PYTHONPATH": whole.env["PYTHONPATH"],
        "ENDPOINT": reached.cloud.endpoint,
        "PULUMI_OPTION_POLICY_PACK": str(whole.folder / "policies"),
    }

    done = project.call("up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads(project.call("stack", "output", "--json").stdout)["resources"]
    queue = made["queues"]["paid-orders"]
    sqs = reached.cloud.client("sqs")
    sqs.send_message(QueueUrl=queue["url"], MessageBody="not a receipt")
    for function in made["functions"].values():
        assert reached.cloud.client("lambda").get_alias(FunctionName=function["physical_name"], Name="live")

    gone = project.call("destroy", "--yes", "--skip-preview")
    assert gone.returncode == 0, gone.stdout
    assert [url for url in sqs.list_queues().get("QueueUrls", []) if "slips" in url] == []


def test_another_account_is_refused_before_anything_is_made(whole, engine, tmp_path):
    """The credentials lead elsewhere than the stack file says: here to an emulator that is another account's."""
    other, _ = clouds.start("222222222222", "eu-west-1", free_port(), tmp_path / "other")
    try:
        stack = Stack(engine, "local", tmp_path / "stack", program=whole.folder, guardrails=whole.folder / "policies")
        stack.variables["PYTHONPATH"] = whole.env["PYTHONPATH"]
        stack.prepare(whole.folder / "Pulumi.local.yaml", {"endpoint_url": other.endpoint, "workloads": ["orders"]})
        with pytest.raises(UpdateFailed) as failed, step("up") as current:
            stack.run("up", current, "--skip-preview")
        assert "222222222222" in str(failed.value)
        assert "000000000000" in str(failed.value)
        assert other.client("sqs").list_queues().get("QueueUrls", []) == []
        assert other.client("iam").list_roles()["Roles"] == []
    finally:
        clouds.stop(tmp_path / "other")
