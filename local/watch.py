"""`make watch WORKLOAD=orders`: an edit in `handlers/` is live as soon as it is saved.

Each save gives the functions whose code it changes their new bundle directly, past the engine: seconds instead of an update of
the whole stack. First the module is parsed and imported where its function runs, so a mistake is told and does not go live.
When the files have been quiet for a moment, a normal update under the guardrails follows in the background, and the state
is true again; the next save interrupts it. What is still open when this ends, the next `make up` settles (`local/pushed.py`).
"""

import argparse
import base64
import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import EndpointConnectionError

from local import cloud as clouds
from local import pushed, recovery
from local.home import prepare
from local.paths import EMULATOR_VENV, ROOT
from local.running import local_stack
from local.settle import function_urns, settle
from local.steps import Refusal, console, run_command, step
from local.update import Stack
from platform_contract.platform.lambda_ import ALIAS
from serverless_platform.bundles import DATA_SUFFIXES, BundleError, Modules, digest, sources, write_zip
from serverless_platform.program.check_imports import check_imports
from serverless_platform.program.reading import Project, read_project

LOOK_SECONDS = 0.25
"""How often the files are looked at."""
QUIET_SECONDS = 5.0
"""How long nothing was saved before the update that makes the state true begins."""


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make watch", description=__doc__)
    parser.add_argument("--workload", default="", help="the workload whose functions are kept live (default: all)")
    parser.add_argument("--settle", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Time of the last change and size of every file that can be in a bundle."""
    found = {}
    for path in folder.rglob("*"):
        if path.suffix == ".py" or path.suffix in DATA_SUFFIXES:
            with contextlib.suppress(OSError):  # gone between listing and looking, as editors do when they save
                about = path.stat()
                found[str(path)] = (about.st_mtime_ns, about.st_size)
    return found


@dataclass
class Watched:
    """One function: its names, and what it runs."""

    name: str
    """`orders/api`."""
    handler: str
    physical_name: str
    urns: tuple[str, ...]
    """Of the function and of its alias."""
    live: str
    """SHA-256 of the bundle that it runs, in hexadecimal digits."""


@dataclass
class Watch:
    """The functions that are kept live, and how they get new code."""

    project: Project
    stack: Stack
    client: Any
    """boto3's client of Lambda in the embedded cloud."""
    functions: list[Watched]
    told: dict[str, str] = field(default_factory=dict)
    """What was last said to be wrong, so that it is not said again."""

    def bring_live(self, saved: float) -> list[Watched]:
        """Gives changed functions their new code; those that were changed. `saved`: when, for what is said. Says what cannot be."""
        due = list(self._changed())
        try:
            check_imports(self.project, EMULATOR_VENV / "bin" / "python", [it.name for it, _, _ in due])
        except BundleError as wrong:
            self._tell("imports", str(wrong))
            return []
        self.told.pop("imports", None)
        for function, bundle, content in due:
            pushed.note(self.stack.folder, function.urns)
            self.client.update_function_code(FunctionName=function.physical_name, ZipFile=bundle.read_bytes())
            self.client.get_waiter("function_updated_v2").wait(FunctionName=function.physical_name)
            version = self.client.publish_version(FunctionName=function.physical_name)["Version"]
            self.client.update_alias(FunctionName=function.physical_name, Name=ALIAS, FunctionVersion=version)
            function.live = content
            console.print(f"[green]✓[/green] {function.name} is live, {time.time() - saved:.1f} s after it was saved (version {version})")
        return [function for function, _, _ in due]

    def _changed(self) -> Iterator[tuple[Watched, Path, str]]:
        """(function, its new bundle, what that holds) where it differs from what runs."""
        modules = Modules(self.project.handlers)
        for function in self.functions:
            bundle = self.stack.folder / "watched" / f"{function.name.replace('/', '-')}.zip"
            try:
                write_zip(bundle, sources(self.project.handlers, function.handler, modules))
            except BundleError as wrong:
                self._tell(function.name, str(wrong))
                continue
            self.told.pop(function.name, None)
            if (content := digest([bundle])) != function.live:
                yield function, bundle, content

    def _tell(self, about: str, what: str) -> None:
        if what not in self.told.values():
            console.print("[red]✗[/red]", end=" ")
            said = what.replace(", so nothing was changed:", ", so the code before it stays live:").replace(f"{ROOT}/", "")
            console.print(said, markup=False)
        self.told[about] = what


def ready_stack() -> Stack:
    """The local stack with an engine that can update it."""
    with step("Pulumi engine") as current:
        stack = local_stack(current)
        prepare(stack.engine)
    return stack


def begin(workload: str) -> Watch:
    """Raises Refusal unless the local stack is up, and has this workload."""
    cloud, stack = clouds.running(), ready_stack()
    if cloud is None or not recovery.remembers(stack.folder, cloud.instance) or not stack.config_file.exists():
        raise Refusal("the local stack is not up: run `make up`, then `make watch`")
    project = read_project(ROOT, "local")
    resources = json.loads(stack.call("stack", "export", "-s", stack.name))["deployment"].get("resources", [])
    urns = function_urns(resources)
    inventory = stack.outputs()["inventory"]["workloads"]
    if workload and workload not in inventory:
        raise Refusal(f"there is no workload {workload!r} in the local stack (there are: {', '.join(sorted(inventory))})")
    client = cloud.client("lambda")
    functions = []
    for name in [workload] if workload else sorted(set(inventory) & set(project.manifests)):
        for function, spec in project.manifests[name].functions.items():
            if function in inventory[name]["functions"]:
                physical = inventory[name]["functions"][function]["physical_name"]
                runs = client.get_function_configuration(FunctionName=physical, Qualifier=ALIAS)["CodeSha256"]
                functions.append(Watched(f"{name}/{function}", spec.handler, physical, tuple(urns[physical]), hexadecimal(runs)))
    return Watch(project, stack, client, functions)


def hexadecimal(code_sha: str) -> str:
    """Lambda gives SHA-256 in base64."""
    return base64.b64decode(code_sha).hex()


def settled() -> int:
    """The update that makes the state true, as the background of a watch runs it."""
    stack = ready_stack()
    with recovery.only_one("make watch"), step("Update under the guardrails") as current:
        current.result = settle(stack, current).words()
    return 0


class Background:
    """The update in a process of its own: an edit interrupts it, as Ctrl-C would."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "local.watch", "--settle"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def ended(self) -> bool:
        """Whether it has just ended; says what came of it."""
        if self.process is None or self.process.poll() is None:
            return False
        said, _ = self.process.communicate()
        lines = [line for line in said.splitlines() if line.strip() and not line.startswith("…")]
        shown = lines[-1:] if self.process.returncode == 0 else lines
        console.print("\n".join(f"  {line}" for line in shown), markup=False)
        self.process = None
        return True

    def interrupt(self) -> None:
        """Returns when what was under way is done and the state is written."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGINT)
            self.process.communicate()
            self.process = None


def watch(workload: str) -> int:
    watched = begin(workload)
    console.print(f"Watching handlers/ for {', '.join(it.name for it in watched.functions)}; Ctrl-C ends it.")
    folder, background = watched.stack.folder, Background()
    seen: dict[str, tuple[int, int]] = {}
    due, busy, quiet_since = bool(pushed.pushed(folder)), "", time.monotonic()
    try:
        while True:
            now = stamps(watched.project.handlers)
            if now != seen:
                background.interrupt()
                try:
                    with recovery.only_one("make watch"):
                        watched.bring_live(newest(now, seen))
                    seen, busy, due = now, "", bool(pushed.pushed(folder))
                except Refusal as refusal:  # tried again at the next look
                    if busy != str(refusal):
                        console.print(f"  {refusal}", markup=False)
                    busy = str(refusal)
                quiet_since = time.monotonic()
            if due and background.process is None and time.monotonic() - quiet_since > QUIET_SECONDS:
                background.start()
                due = False
            background.ended()
            time.sleep(LOOK_SECONDS)
    except EndpointConnectionError:
        raise Refusal("the embedded cloud has ended: run `make up`, which builds it again, then `make watch`") from None
    except KeyboardInterrupt:
        background.interrupt()
        if not pushed.pushed(folder):
            return 0
        console.print("\nThe state is made true again; Ctrl-C leaves that to the next `make up`.")
        return settled()


def newest(now: dict[str, tuple[int, int]], seen: dict[str, tuple[int, int]]) -> float:
    """When the last of what has changed was saved; at the first look, and where a file is gone: now."""
    changed = [about[0] / 1e9 for path, about in now.items() if seen.get(path) != about]
    return max(changed) if seen and changed else time.time()


def main() -> int:
    options = arguments(sys.argv[1:])
    return settled() if options.settle else watch(options.workload)


if __name__ == "__main__":
    sys.exit(run_command(main))
