"""A stack is called like its environment, and no two stacks would have the same names in one account."""

import shutil
from pathlib import Path

import pytest

from platform_contract.__main__ import main
from platform_contract.manifest.stack_files import check_stack, stack_settings
from platform_contract.platform.diagnostics import ProblemsError
from serverless_platform.program.reading import read_project

ROOT = Path(__file__).resolve().parents[3]
SAME = "environment=dev: is that of the stack dev as well, in the same account and region: the two would have the same names in AWS, and overwrite each other's alarms and policies"


@pytest.fixture
def root(tmp_path):
    for path in ROOT.glob("Pulumi.*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def add(root: Path, stack: str, **changes: str) -> None:
    """A copy of dev's file for another stack, with other values; the monitor of costs is that of its account."""
    if "account_id" in changes:
        changes = {"cost_anomaly_monitor_arn": '""', **changes}
    lines = (root / "Pulumi.dev.yaml").read_text().splitlines()
    for key, value in changes.items():
        (index,) = (number for number, line in enumerate(lines) if line.startswith(f"  serverless-platform:{key}:"))
        lines[index] = f"  serverless-platform:{key}: {value}"
    (root / f"Pulumi.{stack}.yaml").write_text("\n".join(lines) + "\n")


def told(root: Path, stack: str) -> list[str]:
    try:
        stack_settings(root, stack)
    except ProblemsError as wrong:
        return [str(problem) for problem in wrong.problems]
    return []


def test_the_stacks_of_the_project_agree(root):
    assert [told(root, stack) for stack in ("dev", "local", "prod")] == [[], [], []]


def test_a_stack_that_is_not_called_like_its_environment_is_refused(root):
    """Copied and not changed: it would work on what belongs to dev."""
    add(root, "staging", account_id='"333333333333"')
    assert told(root, "staging") == [
        "Pulumi.staging.yaml: environment=dev: does not agree with the stack's name, staging: names in AWS begin with the environment; write "
        "`environment: staging`, or rename the file to Pulumi.dev.yaml (or Pulumi.dev-SOMETHING.yaml)"
    ]
    add(root, "staging", environment="staging", account_id='"333333333333"')
    assert told(root, "staging") == []


BOUNDARY = "serverless-platform-boundary-dev-us-east-1"


def test_an_environment_in_a_second_region_or_account_is_a_stack_of_its_own(root):
    add(root, "dev-us", region="us-east-1", boundary_policy_name=BOUNDARY)
    add(root, "dev-other", account_id='"333333333333"')
    assert [told(root, stack) for stack in ("dev", "dev-us", "dev-other")] == [[], [], []]


def test_two_stacks_with_the_same_names_in_one_account_are_refused(root):
    """Either of them: PutMetricAlarm overwrites, and nobody would be told."""
    add(root, "dev-again")
    assert told(root, "dev-again") == [f"Pulumi.dev-again.yaml: {SAME}; give one of them another environment, region or account"]
    assert told(root, "dev") == [f"Pulumi.dev.yaml: {SAME.replace('stack dev as', 'stack dev-again as')}; give one of them another environment, region or account"]
    assert told(root, "prod") == []


def test_two_stacks_of_one_account_have_a_boundary_each(root):
    """IAM has no regions: the second stack's roles would be under a boundary that allows them nothing."""
    add(root, "dev-us", region="us-east-1")
    (problem,) = told(root, "dev-us")
    assert problem.startswith(
        "Pulumi.dev-us.yaml: boundary_policy_name=serverless-platform-boundary-dev-eu-west-1: is that of the stack dev as well, in the same account"
    )
    assert problem.endswith(f"; write {BOUNDARY}, and let an administrator make it: bootstrap/README.md")


def test_a_broken_file_of_another_stack_does_not_hide_it(root):
    (root / "Pulumi.prod.yaml").write_text("config: [\n")
    add(root, "dev-again")
    assert len(list(check_stack(root, "dev-again", stack_settings(ROOT, "dev")))) == 1


def test_check_tells_it(root, capsys):
    shutil.copytree(ROOT / "workloads", root / "workloads")
    add(root, "staging")
    assert main(["--root", str(root), "check"]) == 1
    assert "Pulumi.staging.yaml\n  environment = dev\n    does not agree with the stack's name, staging" in capsys.readouterr().err


def test_the_program_refuses_it_before_anything_is_made(root):
    for folder in ("workloads", "handlers"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert read_project(root, "dev").settings.environment == "dev"
    add(root, "staging", account_id='"333333333333"')
    with pytest.raises(ProblemsError, match="does not agree with the stack's name, staging"):
        read_project(root, "staging")
