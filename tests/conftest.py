"""What several kinds of tests share: the real engine, and programs of a few lines run by it."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.engine.install import find_engine
from local.home import environment, prepare
from local.steps import step

ROOT = Path(__file__).resolve().parents[1]

os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"  # an Output in an f-string is an error, not a warning


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process runs the tests of a file in their order; and those that share the platform with every workload, which takes
    a minute to come up, stay together."""
    for item in items:
        shared = "patterns" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("patterns" if shared else item.nodeid.partition("::")[0]))


@pytest.fixture(scope="session")
def engine():
    """The engine as `make up` finds it: on PATH, cached, downloaded, or built now."""
    with step("Pulumi engine") as current:
        found = find_engine(current)
        prepare(found)
    return found


@dataclass
class Project:
    """A Pulumi project of a few lines in a folder of its own, with its own state."""

    folder: Path
    env: dict[str, str]
    pulumi: str
    stack: str = "test"
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> list[str]:
        return [self.pulumi, *arguments, "--non-interactive", "--color", "never"]

    def call(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.env | self.environment | extra,
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip


@pytest.fixture
def make_project(engine, tmp_path):
    def make(program: str, name: str = "toy", runtime: str = "") -> Project:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__main__.py").write_text(program)
        (folder / "Pulumi.yaml").write_text(
            f"name: {name}\n"
            + (runtime or f"runtime: {{name: python, options: {{toolchain: pip, virtualenv: {ROOT / '.venv'}}}}}\n")
        )
        project = Project(folder, environment(engine, tmp_path / "state"), str(engine.pulumi))
        made = project.call("stack", "init", project.stack)
        assert made.returncode == 0, made.stderr
        return project

    return make
