"""What several kinds of tests share: the real engine, and programs of a few lines run by it."""

import gc
import os
import re
import signal
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from local.engine.install import find_engine
from local.home import environment, prepare
from local.steps import step
from tests import once

ROOT = Path(__file__).resolve().parents[1]

os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"  # an Output in an f-string is an error, not a warning

# Graphs of whole programs live as long as the session: to look through them for garbage again and again is a tenth of all its work.
gc.set_threshold(200_000, 50, 100)

# Read when modules of handlers are imported, as Lambda would have set them. Here, because tests of other folders import some, too.
os.environ["POWERTOOLS_SERVICE_NAME"] = "under-test"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "serverless-platform"
os.environ["DATA_CLASS"] = "internal"  # lines are shown as they are written; test_redaction.py tests the other classes


class ByStack(LoadScopeScheduling):
    """One process runs the tests of a file, in their order; and all files that share a stack, which takes a minute to come up. Not groups of
    pytest-xdist: its 3.8 does not tell them with pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return _stack(nodeid.partition("::")[0])


STACKS = {"platform": r"\b(platform|patterns|office)\b", "whole": r"\b(whole|reached)\b", "small": r"\bsmall\b", "faults": r"\btests\.end_to_end\.faults\b"}
"""Shared stacks, the one that takes longest first; files that use one say so in the names of fixtures (tests/end_to_end/conftest.py)."""

FIRST = ("test_no_drift.py", "test_least_privilege.py")
"""They want a stack that has nothing behind it but `make up`."""
LAST = ("test_runbooks.py", "test_missing_grant.py", "test_ends.py")
"""They operate the stack by hand, edit it, or end it."""


@cache
def _stack(file: str) -> str:
    """Name of the stack that the tests of a file share with those of others, or the file. A wrong guess costs a minute, no more."""
    text = (ROOT / file).read_text() if file.startswith("tests/end_to_end/") else ""
    used = [name for name, fixtures in STACKS.items() if re.search(rf"^def .*\(.*{fixtures}|^from .*{fixtures}", text, re.MULTILINE)]
    return used[-1] if used else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process is left alone with it at the end."""

    def turn(item: pytest.Item) -> tuple[int, int]:
        file, _, _ = item.nodeid.partition("::")
        name, stack = Path(file).name, _stack(file)
        order = FIRST.index(name) - len(FIRST) if name in FIRST else LAST.index(name) + 1 if name in LAST else 0
        return (list(STACKS).index(stack) if stack in STACKS else len(STACKS) + (not file.startswith("tests/end_to_end/"))), order

    items.sort(key=turn)


LEFT_OUT: dict[str, set[str]] = {"thorough": set(), "nightly": set(), "engine": set()}
"""Marker -> tests that this run leaves out; told at its end, so that none is left out in silence."""


def pytest_collection_finish() -> None:
    gc.freeze()


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        marker = next((marker for marker in LEFT_OUT if item.get_closest_marker(marker)), None)
        if marker and item.config.getoption("markexpr"):  # not what -k or a path leaves out
            LEFT_OUT[marker].add(item.nodeid)
            if hasattr(item.config, "workeroutput"):
                item.config.workeroutput["left out"] = {name: sorted(tests) for name, tests in LEFT_OUT.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """pytest-xdist calls this in the process that starts the others."""
    for name, tests in getattr(node, "workeroutput", {}).get("left out", {}).items():
        LEFT_OUT[name].update(tests)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    told = {"thorough": "make test", "engine": "make test", "nightly": "make test-all"}
    for marker, tests in LEFT_OUT.items():
        files = sorted({test.partition("::")[0] for test in tests})
        if tests:
            terminalreporter.write_line(f"left to `{told[marker]}`: {len(tests)} marked {marker}, of {', '.join(files)}")


def pytest_configure(config: pytest.Config) -> None:
    if once.begin():
        config.add_cleanup(once.end)
    # Whoever starts the suite in the background of a script ignores Ctrl-C, and so would every command that a test interrupts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByStack:
    return ByStack(config, log)


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
    def make(program: str, name: str = "toy", runtime: str = "", stack: str = "test") -> Project:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__main__.py").write_text(program)
        (folder / "Pulumi.yaml").write_text(
            f"name: {name}\n"
            + (runtime or f"runtime: {{name: python, options: {{toolchain: pip, virtualenv: {ROOT / '.venv'}}}}}\n")
        )
        project = Project(folder, environment(engine, tmp_path / "state"), str(engine.pulumi), stack)
        made = project.call("stack", "init", project.stack)
        assert made.returncode == 0, made.stderr
        return project

    return make
