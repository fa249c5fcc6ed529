"""What `make up` takes on the local stack with every workload: `python -m benchmarks.up [--before COMMIT]`.

In one run, on a copy of the working tree: from nothing, unchanged, and after an edit of one handler; then how long a save takes to
be live under `make watch`. With `--before`, the same commands of that commit first. Seconds are wall clock and, in brackets,
processor time of everything that the command started and waited for: on a busy machine only the second compares. Prints Markdown.
"""

import argparse
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HANDLER = "handlers/orders/api.py"


class Copy:
    """A tree of its own with the environments and the layer of this one, and a port for its embedded cloud."""

    def __init__(self, folder: Path, commit: str | None = None) -> None:
        """The tree of `commit`, or the working tree."""
        self.folder = folder
        folder.mkdir()
        listed = ["git", "archive", commit] if commit else ["git", "ls-files", "-co", "--exclude-standard"]
        found = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
        if commit:
            subprocess.run(["tar", "-x", "-C", str(folder)], input=found, check=True)
        for name in [] if commit else found.decode().splitlines():
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        (folder / ".local").mkdir()
        (folder / ".local" / "emulator-venv").symlink_to(ROOT / ".local" / "emulator-venv")
        if (ROOT / ".build").exists():
            shutil.copytree(ROOT / ".build", folder / ".build")
        paths = [folder, folder / "components/contract", folder / "components/package", folder / "local"]
        env = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # the Makefile does the same
        self.run: dict[str, Any] = {"cwd": folder, "env": env, "text": True}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def down(self) -> None:
        subprocess.run([sys.executable, "-m", "local.down"], **self.run, capture_output=True, check=False)


def timed(copy: Copy, command: list[str]) -> str:
    """`wall s (processor s)`."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, **copy.run, capture_output=True, check=False)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return f"{wall:.1f} s ({after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.1f} s)"


def edit(copy: Copy) -> None:
    with (copy.folder / HANDLER).open("a") as code:
        code.write(f"\n# edited {time.time()}\n")


def measure(name: str, copy: Copy, command: list[str]) -> None:
    first, unchanged = timed(copy, command), timed(copy, command)
    edit(copy)
    print(f"| {name} | {first} | {unchanged} | {timed(copy, command)} |", flush=True)


def live_after(copy: Copy, saves: int) -> list[float]:
    """Seconds from a save to the moment when callers reach the new code, as the watch measures them."""
    command = [sys.executable, "-m", "local.watch", "--workload", "orders"]
    watch = subprocess.Popen(command, **copy.run, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert watch.stdout is not None
    found: list[float] = []
    for line in watch.stdout:
        if line.startswith("Watching"):
            edit(copy)
        if told := re.search(r"orders/api is live, ([\d.]+) s after", line):
            found.append(float(told[1]))
            if len(found) == saves:
                break
            edit(copy)
    os.kill(watch.pid, signal.SIGINT)
    watch.communicate()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.up", description=__doc__)
    parser.add_argument("--before", metavar="COMMIT", help="a commit to compare with")
    parser.add_argument("--saves", type=int, default=3, help="edits under `make watch`")
    options = parser.parse_args()
    print("| tree | from nothing | unchanged | one handler edited |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        if options.before:
            old = Copy(Path(folder, "before"), options.before)
            try:  # not `make`, whose first step would make the environments as that commit locks them
                measure(options.before[:12], old, [sys.executable, "-m", "local.up", "--port", str(old.port)])
            finally:
                old.down()
        copy = Copy(Path(folder, "now"))
        try:
            measure("working tree", copy, ["make", "up", f"PORT={copy.port}"])
            seconds = ", ".join(f"{it:.1f}" for it in live_after(copy, options.saves))
            print(f"\nUnder `make watch`, a save is live after {seconds} s.")
        finally:
            copy.down()


if __name__ == "__main__":
    main()
