"""The program on the real engine with the project's own AWS provider, offline: what the mocks claim is so."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from local.home import environment
from tests.program import test_preview
from tests.program.graph import ROOT
from tests.program.stacks import graph_of

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes a value that is not known yet."""

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def steps(engine: Any, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Steps of the first preview of dev under the guardrails; the tracked stack file is not touched."""
    folder: Path = tmp_path_factory.mktemp("dev")
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / name, folder)
    variables = environment(engine, folder / "state", {"SERVERLESS_PLATFORM_OFFLINE": "1"})
    pulumi = [str(engine.pulumi), "--non-interactive"]
    subprocess.run([*pulumi, "stack", "init", "dev"], cwd=folder, env=variables, check=True, capture_output=True)
    done = subprocess.run(
        [*pulumi, "preview", "-s", "dev", "--json", "--config-file", str(folder / "Pulumi.dev.yaml"), "--policy-pack", "policies"],
        cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return json.loads(done.stdout)["steps"]


def unknown(value: Any, path: str) -> list[str]:
    if value == UNKNOWN:
        return [path]
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in unknown(each, f"{path}.{key}" if path else key)]
    return [found for each in value for found in unknown(each, f"{path}[]")] if isinstance(value, list) else []


def kind(step: dict[str, Any]) -> str:
    token = step["newState"]["type"]
    return token.split(":")[1] if token.startswith("aws:") else token


def test_the_engine_finds_unknown_what_the_mocks_do(steps: list[dict[str, Any]]):
    """What they find is reviewed: test_preview.py."""
    found = {f"{kind(step)} {path}" for step in steps for path in unknown(step["newState"].get("inputs", {}), "")}
    preview = graph_of("dev", preview=True)
    assert found == {f"{node.kind} {path}" for node in preview.nodes for path in test_preview.unknown(node.properties, "")}


def test_the_engine_makes_what_the_mocks_recorded(steps: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SERVERLESS_PLATFORM_OFFLINE", "1")
    recorded = Counter((node.type, node.name) for node in graph_of("dev", preview=True).nodes)
    made = Counter((step["newState"]["type"], step["urn"].split("::")[-1]) for step in steps)
    assert made - recorded == Counter({("pulumi:pulumi:Stack", "serverless-platform-dev"): 1})
    assert recorded - made == Counter()
