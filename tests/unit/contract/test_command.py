"""`python -m platform_contract`, on the project itself and on broken copies; generated files are up to date."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from platform_contract.__main__ import main
from platform_contract.manifest import read_manifest
from platform_contract.manifest.stack_files import stack_names, stack_settings
from platform_contract.pages import reference

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def project(tmp_path):
    """A copy of what the command reads."""
    for pattern in ("Pulumi.*.yaml", "workloads/*.yaml", "handlers/**/*.py"):
        for path in ROOT.glob(pattern):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    content = path.read_text()
    assert content.count(old) == 1, f"{path.name} holds {old!r} {content.count(old)} times"
    path.write_text(content.replace(old, new))


@pytest.mark.parametrize("name", [*reference.schemas(), *reference.pages()])
def test_generated_files_are_up_to_date(name):
    made = {**reference.schemas(), **reference.pages()}[name]
    assert (ROOT / reference.FOLDER / name).read_text() == made, "run `make docs`"


@pytest.mark.parametrize("path", sorted((ROOT / "workloads").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_schema_agrees_with_the_models(path):
    schema = json.loads((ROOT / reference.FOLDER / "manifest.schema.json").read_text())
    content = json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))  # JSON has no days, and an editor sees their text
    jsonschema.validate(content, schema)
    for name, spoiled in (("timeout", {**content, "functions": {"x": {"handler": "a.b.c", "triggers": [], "timeout_seconds": 901}}}),
                          ("key", {**content, "colour": "red"}), ("name", {**content, "name": "Orders_2"})):  # fmt: skip
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(spoiled, schema)
            pytest.fail(f"the schema takes a wrong {name}")


def test_the_manifest_of_the_how_to_is_right(project):
    page = (ROOT / "docs/how-to/add-a-workload.md").read_text()
    (content,) = re.findall(r"^```yaml\n# file: workloads/greetings\.yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for stack in stack_names(project):
        assert read_manifest(content, "greetings", stack_settings(project, stack)).name == "greetings"


def test_every_manifest_begins_with_its_schema():
    for path in (ROOT / "workloads").glob("*.yaml"):
        assert path.read_text().splitlines()[0] == "# yaml-language-server: $schema=../docs/reference/manifest.schema.json", (
            path.name
        )


@pytest.mark.parametrize("path", sorted(ROOT.glob("Pulumi.*.yaml")), ids=lambda path: path.name)
def test_the_schema_of_stack_files_agrees(path):
    schema = json.loads((ROOT / reference.FOLDER / "settings.schema.json").read_text())
    content = json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))  # JSON has no days, and an editor sees their text
    jsonschema.validate(content, schema)
    content["config"]["serverless-platform:colour"] = "red"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schema)


def test_check_of_the_project_itself(capsys):
    assert main(["--root", str(ROOT), "check"]) == 0
    names = sorted(path.stem for path in (ROOT / "workloads").glob("*.yaml"))
    assert capsys.readouterr().out == f"{len(names)} workloads ({', '.join(names)}) are right in 3 stacks (dev, local, prod)\n"


def test_check_tells_all_of_settings_manifests_and_handlers(project, capsys):
    change(project / "Pulumi.dev.yaml", "serverless-platform:region: eu-west-1", "serverless-platform:region: Ireland")
    change(project / "Pulumi.prod.yaml", "  serverless-platform:log_level: INFO\n", "")
    change(project / "workloads/orders.yaml", "timeout_seconds: 10", "timeout_seconds: 45")
    assert main(["--root", str(project), "check"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("3 problems, so nothing was made:\n")
    assert (
        "Pulumi.dev.yaml\n  region = Ireland\n    must be the name of an AWS region\n    fix: write it like eu-west-1\n" in said
    )
    assert "Pulumi.prod.yaml\n  log_level\n    is not set here, but in dev, local\n" in said
    assert "workloads/orders.yaml\n  functions.api.timeout_seconds = 45\n    must be at most 30 s behind an HTTP route" in said


def test_plan_prints_everything_that_is_decided(project, capsys):
    assert main(["--root", str(project), "plan", str(project / "workloads/orders.yaml"), "--stack", "dev"]) == 0
    plan = yaml.safe_load(capsys.readouterr().out)
    function = plan["functions"]["api"]
    assert (function["physical_name"], function["timeout_seconds"], function["memory_mb"]) == ("dev-orders-api", 10, 512)
    assert plan["apis"]["http"]["integration_timeouts_ms"] == {"api": 11_000}


def test_plan_of_a_stack_or_manifest_that_is_not_there(project, capsys):
    assert main(["--root", str(project), "plan", "workloads/orders.yaml", "--stack", "test"]) == 1
    assert "Pulumi.test.yaml\n  does not exist\n    fix: choose one of the stacks dev, local, prod" in capsys.readouterr().err
    assert main(["--root", str(project), "plan", "workloads/order.yaml"]) == 1
    files = ", ".join(sorted(path.name for path in (project / "workloads").glob("*.yaml")))
    assert f"choose one of {files} in workloads/" in capsys.readouterr().err


def test_the_contract_imports_the_standard_library_pydantic_and_yaml_only():
    code = (
        "import sys; before = set(sys.modules)\n"
        "import platform_contract.__main__, platform_contract.plan, platform_contract.inventory, platform_contract.fit\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "components/contract"
    ).stdout.split()
    third_party = {name for name in said if not name.startswith("_")} - {"cython_runtime"}  # the latter: PyYAML's own
    assert third_party <= {
        "platform_contract",
        "pydantic",
        "pydantic_core",
        "annotated_types",
        "typing_extensions",
        "typing_inspection",
        "yaml",
    }


def test_fit_prints_every_workload_or_one_and_refuses_what_is_unfit(project, capsys):
    assert main(["--root", str(project), "fit"]) == 0
    told = capsys.readouterr().out
    assert all(f"**{path.stem}: " in told for path in (project / "workloads").glob("*.yaml"))
    change(project / "workloads/orders.yaml", "latency_target_ms: 300", "latency_target_ms: 30")
    assert main(["--root", str(project), "fit", str(project / "workloads/orders.yaml")]) == 1
    assert capsys.readouterr().out.startswith("**orders: unfit**\n\n- against it: an answer within 50 ms cannot be kept")
    assert main(["--root", str(project), "fit", "workloads/order.yaml"]) == 1
    assert "does not exist" in capsys.readouterr().err


def test_a_waiver_lets_what_is_unfit_pass(project, capsys):
    path = project / "workloads/orders.yaml"
    change(path, "latency_target_ms: 300", "latency_target_ms: 30")
    path.write_text(path.read_text() + "fit_waiver: {reason: a trial until the new platform is there, expires_on: 2099-01-01}\n")
    assert main(["--root", str(project), "fit", str(path)]) == 0
    assert "**orders: unfit**" in capsys.readouterr().out


def test_cost_prints_one_workload(project, capsys):
    assert main(["--root", str(project), "cost", str(project / "workloads/orders.yaml")]) == 0
    told = capsys.readouterr().out
    assert told.startswith("**orders**\n\n| what | quantity | unit price in USD | USD |\n")
    assert "| **1 M events** |" in told
