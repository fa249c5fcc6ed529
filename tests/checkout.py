"""A copy of the working tree in a folder of its own, in which a test may do what a user does: edit, `make up`, break things.

Environments are not made again: the copy links to this checkout's. Everything else (state, embedded cloud, plugins) is the copy's.
"""

import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.cloud import access_log

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Checkout:
    """`folder` is the copy; `port` is its embedded cloud's."""

    folder: Path
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    """Environment variables of the commands, besides those of the test."""
    workloads: tuple[str, ...] = ()
    """Those that `make up` brings up; all of them if none is named."""

    @classmethod
    def make(cls, folder: Path, *workloads: str) -> "Checkout":
        names = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        for name in names.stdout.splitlines():
            source, target = ROOT / name, folder / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        (folder / ".local").mkdir()
        (folder / ".local" / "emulator-venv").symlink_to(ROOT / ".local" / "emulator-venv")
        if (ROOT / ".build").exists():  # the layer, which takes seconds to build and is the same
            shutil.copytree(ROOT / ".build", folder / ".build")
        return cls(folder, workloads=workloads)

    def keep(self, *workloads: str) -> "Checkout":
        """Removes the other manifests, for stacks that always hold all workloads; the copy."""
        for manifest in (self.folder / "workloads").glob("*.yaml"):
            if manifest.stem not in workloads:
                manifest.unlink()
        return self

    @property
    def access_log(self) -> Path:
        """What every role asked for and was told, `local.access_grants.recorded`."""
        return access_log(self.folder / ".local")

    @property
    def env(self) -> dict[str, str]:
        paths = [self.folder, self.folder / "components/contract", self.folder / "components/package", self.folder / "local"]
        return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths)), "COLUMNS": "200", **self.extra}

    def start(self, module: str, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments], cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, module: str, *arguments: str, seconds: float = 600) -> subprocess.CompletedProcess[str]:
        """`python -m MODULE` as the Makefile would; stdout and stderr together."""
        process = self.start(module, *arguments)
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            raise AssertionError(f"{module} did not end within {seconds} s:\n{said}") from None
        return subprocess.CompletedProcess(process.args, process.returncode, said)

    @property
    def up_command(self) -> list[str]:
        """Module and arguments of `make up` on the copy's port."""
        chosen = ["--workloads", ",".join(self.workloads)] if self.workloads else []
        return ["local.up", "--port", str(self.port), *chosen]

    def up(self, *flags: str) -> str:
        """`make up`; what it printed. Fails the test if it did not succeed."""
        done = self.run(*self.up_command, *flags)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def down(self) -> None:
        self.run("local.down")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replaces a text that must be there exactly once."""
        path = self.folder / name
        text = path.read_text()
        assert text.count(old) == 1, f"{name} holds {old!r} {text.count(old)} times"
        path.write_text(text.replace(old, new))

    def inventory(self) -> Any:
        """The contract's inventory as the last update exported it."""
        from platform_contract.inventory import Inventory

        return Inventory.model_validate(self.stack().outputs()["inventory"])

    def stack(self) -> Any:
        """The local stack of the copy, to drive the engine by hand."""
        from local.engine.install import find_engine
        from local.steps import step
        from local.update import Stack

        with step("Pulumi engine") as current:
            engine = find_engine(current)
        return Stack(
            engine, "local", self.folder / ".local" / "stacks" / "local", program=self.folder, guardrails=self.folder / "policies"
        )

    def access(self) -> Any:
        """How to reach the stack: endpoint, URLs, token, boto3 clients."""
        from local import cloud
        from local.smoke import Access

        running = cloud.running(self.folder / ".local")
        assert running, "the embedded cloud of the copy is not running"
        return Access(running, self.inventory())
