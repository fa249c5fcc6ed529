"""The workflow of pull requests: what it does with each exit code of a preview."""

import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
JOBS = yaml.safe_load((ROOT / ".github" / "workflows" / "pull-request.yml").read_text())["jobs"]


def script(job: str, name: str) -> str:
    (step,) = [step for step in JOBS[job]["steps"] if step.get("name") == name]
    return step["run"]


def run(text: str, folder: Path, **variables: str) -> subprocess.CompletedProcess:
    """As GitHub runs it: bash -e, from a folder."""
    env = {"PATH": "/usr/bin:/bin", **variables}
    return subprocess.run(["bash", "-e", "-o", "pipefail", "-c", text], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("code", "passes"), [(0, True), (3, True), (1, False), (130, False)])
def test_a_preview_that_loses_data_goes_on_and_one_that_is_refused_does_not(code, passes, tmp_path):
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho told > preview.md\nexit {code}\n")
    python.chmod(0o755)
    text = script("preview", "preview").replace("${{ matrix.stack }}", "prod").replace("${{ github.event.pull_request.base.sha }}", "0" * 40)
    assert "${{" not in text
    done = run(text, tmp_path, GITHUB_STEP_SUMMARY=str(tmp_path / "summary"))
    assert (done.returncode == 0) == passes, done.stderr
    assert (tmp_path / "code").read_text() == f"{code}\n" and (tmp_path / "summary").read_text() == "told\n"


@pytest.mark.parametrize(("codes", "accepted", "passes", "told"), [
    ({"dev": 0, "prod": 0}, "false", True, "no data would be lost"),
    ({"dev": 0, "prod": 3}, "false", False, "::error::data would be lost in prod: "),
    ({"dev": 3, "prod": 3}, "false", False, "::error::data would be lost in dev prod: "),
    ({"dev": 0, "prod": 3}, "true", True, "::warning::data would be lost in prod, and the label data-loss-accepted is set"),
    ({"dev": 0, "prod": 1}, "false", True, "no data would be lost"),  # the job of that preview has failed by itself
])  # fmt: skip
def test_data_is_lost_only_if_somebody_says_so(codes, accepted, passes, told, tmp_path):
    for stack, code in codes.items():
        (tmp_path / f"preview-{stack}").mkdir()
        (tmp_path / f"preview-{stack}" / "code").write_text(f"{code}\n")
    (tmp_path / "gh").write_text(f"#!/bin/sh\necho {accepted}\n")  # what GitHub says of the label
    (tmp_path / "gh").chmod(0o755)
    text = script("decide", "decide").replace("${{ github.event.pull_request.number }}", "1").replace("${{ github.repository }}", "a/b")
    assert "${{" not in text
    done = run(text, tmp_path, PATH=f"{tmp_path}:/usr/bin:/bin")
    assert (done.returncode == 0) == passes, done.stderr
    assert done.stdout.startswith(told)


def test_every_environment_but_the_local_one_is_previewed():
    stacks = {path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")} - {"local"}
    assert set(JOBS["preview"]["strategy"]["matrix"]["stack"]) == stacks
    assert JOBS["decide"]["needs"] == "preview" and JOBS["decide"]["if"] == "always()"


def test_manifests_and_settings_are_checked_before_everything_else():
    """In the order in which make would run it."""
    for target in ("up", "preview", "check", "test"):
        planned = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        lines = [line for line in planned.splitlines() if line.startswith((".venv/bin/", "MYPYPATH"))]
        assert lines[0] == ".venv/bin/python -m platform_contract check", (target, lines[:3])
