"""What the program costs beside Pulumi itself, on the real engine: `python -m benchmarks.program`.

Side by side in one run: a preview of the program, and a preview of a bare program (`benchmarks/bare.py`) that registers the same
graph, made from the first one's own JSON, and awaits it. Then, as the program grows: copies of orders and receipts.
Guardrails are off for both: the handshake is answered by the program. The engine is `pulumi` on PATH, or what PULUMI_ENGINE
names; the AWS provider is the project's own, offline. Seconds are wall clock and, in brackets, processor time of all processes:
on a busy machine only the second compares. Prints Markdown.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
SIZES = (7, 14, 28)
"""Workloads; half of them like orders, half like receipts: about 250, 500 and 1,000 resources."""
REFERENCE = 0
"""Instead of a size: the repository's own workloads."""

PROGRAM = """
import runpy
from serverless_platform.program import require_policy_pack
async def judged(digest):
    pass
require_policy_pack.refuse_unjudged = judged
require_policy_pack.refuse_unpreviewed = lambda nonce, digest: None
runpy.run_path({main!r}, run_name="__main__")
"""


class Cost(NamedTuple):
    """Of one preview."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of processor time, of the engine and all that it started."""

    def __str__(self) -> str:
        return f"{self.wall:.1f} s ({self.cpu:.1f} s)"


def engine_environment(home: Path, state: Path) -> tuple[str, dict[str, str]]:
    """The engine and its environment: state of its own, our provider in offline mode, no policy pack."""
    from local.engine.install import find_engine
    from local.home import environment, prepare
    from local.steps import Step

    named = os.environ.get("PULUMI_ENGINE")
    engine = find_engine(Step("Pulumi engine"))
    prepare(engine, home)
    variables = environment(engine, state, {"SERVERLESS_PLATFORM_OFFLINE": "1"}, home)
    variables["PYTHONPATH"] = os.pathsep.join(map(str, (ROOT / "components/contract", ROOT / "components/package", ROOT)))
    return named or str(engine.pulumi), variables


def make_project(folder: Path, workloads: int) -> None:
    """A project with the repository's workloads, or so many copies of orders and receipts under other names."""
    folder.mkdir(parents=True)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "policies").symlink_to(ROOT / "policies")
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / name, folder)
    (folder / "real.py").write_text((ROOT / "__main__.py").read_text())
    (folder / "__main__.py").write_text(PROGRAM.format(main=str(folder / "real.py")))
    if workloads == REFERENCE:
        for name in ("workloads", "handlers"):
            (folder / name).symlink_to(ROOT / name)
        return
    (folder / "workloads").mkdir()
    (folder / "handlers").mkdir()
    shutil.copytree(ROOT / "handlers" / "shared", folder / "handlers" / "shared")
    shutil.copy(ROOT / "handlers" / "requirements.txt", folder / "handlers")
    for number in range(workloads):
        kind = ("orders", "receipts")[number % 2]
        manifest = yaml.safe_load((ROOT / "workloads" / f"{kind}.yaml").read_text())
        manifest["name"], package = f"{kind}-{number:03}", f"{kind}_{number:03}"
        for function in manifest["functions"].values():
            function["handler"] = function["handler"].replace(kind, package, 1)
        (folder / "handlers" / package).mkdir()
        for source in (ROOT / "handlers" / kind).glob("*.py"):
            code = re.sub(rf"^(from|import) {kind}\b", rf"\1 {package}", source.read_text(), flags=re.MULTILINE)
            (folder / "handlers" / package / source.name).write_text(code)
        (folder / "workloads" / f"{manifest['name']}.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False))


def make_bare(folder: Path, like: Path, steps: list[dict]) -> Path:
    """The bare program for the graph of a preview; returns the file with the graph."""
    folder.mkdir()
    (folder / ".venv").symlink_to(ROOT / ".venv")
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(like / name, folder)
    shutil.copy(ROOT / "benchmarks" / "bare.py", folder / "__main__.py")
    graph = folder / "graph.json"
    graph.write_text(json.dumps([step["newState"] for step in steps]))
    return graph


def preview(pulumi: str, folder: Path, variables: dict[str, str]) -> tuple[Cost, list[dict]]:
    """What one preview costs, and its steps."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [pulumi, "preview", "-s", "dev", "--non-interactive", "--json"], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )  # fmt: skip
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"the preview failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu), json.loads(done.stdout)["steps"]


def median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(it.wall for it in costs), statistics.median(it.cpu for it in costs))


def measure(workloads: int, repeat: int, base: Path) -> tuple[Cost, Cost, int]:
    """(the program, the bare one, resources): medians of runs that take turns."""
    folder, bare = base / f"{workloads}", base / f"{workloads}-bare"
    make_project(folder, workloads)
    pulumi, variables = engine_environment(base / "home", base / f"state-{workloads}")
    subprocess.run([pulumi, "stack", "init", "dev", "--non-interactive"], cwd=folder, env=variables, capture_output=True, check=True)
    _, steps = preview(pulumi, folder, variables)  # not counted: it compiles what was never imported
    variables["BENCHMARK_GRAPH"] = str(make_bare(bare, folder, steps))
    programs, bares = [], []
    for _ in range(repeat):
        programs.append(preview(pulumi, folder, variables)[0])
        cost, again = preview(pulumi, bare, variables)
        bares.append(cost)
        if sorted(step["urn"] for step in again) != sorted(step["urn"] for step in steps):
            sys.exit("the bare program registers another graph than the program")
    return median(programs), median(bares), len(steps)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.program", description=__doc__)
    parser.add_argument("--workloads", type=int, nargs="+", default=(REFERENCE, *SIZES), help="how many, for each line of the table")
    parser.add_argument("--repeat", type=int, default=3, help="previews of each, of which the median is printed")
    options = parser.parse_args()
    print("| workloads | resources | preview | bare program | ratio | per resource |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for workloads in options.workloads:
            program, bare, resources = measure(workloads, options.repeat, Path(folder))
            ratio = f"{program.wall / bare.wall:.2f} ({program.cpu / bare.cpu:.2f})"
            each = f"{program.wall / resources * 1000:.1f} ms"
            print(f"| {workloads or 'reference'} | {resources} | {program} | {bare} | {ratio} | {each} |", flush=True)


if __name__ == "__main__":
    main()
