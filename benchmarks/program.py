"""How long a preview of the program takes as it grows, on the real engine: `python -m benchmarks.program`.

Side by side in one run: the program as it is, which waits for its own resources, and the same program without that, which
leaves them to the SDK's wait (pulumi/pulumi#22411). Guardrails are off for both: the handshake is answered by the program.
The engine is `pulumi` on PATH, or what PULUMI_ENGINE names; the AWS provider is the project's own, offline. Prints Markdown.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SIZES = (7, 14, 28)
"""Workloads; half of them like orders, half like receipts: about 250, 500 and 1,000 resources."""

PROGRAM = """
import pulumi, runpy
from serverless_platform import guarded, settling
async def judged(digest):
    pass
guarded.refuse_unjudged = judged
if not {settles}:
    async def leave(self):
        return 0
    settling.Settling.finish = leave
runpy.run_path({main!r}, run_name="__main__")
"""


def engine_environment(home: Path, state: Path) -> tuple[str, dict[str, str]]:
    """The engine and its environment: state of its own, our provider in offline mode, no policy pack."""
    from local.engine.install import find_engine
    from local.home import environment, prepare
    from local.steps import Step

    named = os.environ.get("PULUMI_ENGINE")
    engine = find_engine(Step("Pulumi engine"))
    prepare(engine, home)
    variables = environment(engine, state, {"SERVERLESS_PLATFORM_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1"}, home)
    variables["PYTHONPATH"] = os.pathsep.join(map(str, (ROOT / "components/contract", ROOT / "components/package", ROOT)))
    return named or str(engine.pulumi), variables


def make_project(folder: Path, workloads: int, settles: bool) -> None:
    """A project with so many workloads, each a copy of orders or receipts under another name."""
    (folder / "workloads").mkdir(parents=True)
    (folder / "handlers").mkdir()
    shutil.copytree(ROOT / "handlers" / "shared", folder / "handlers" / "shared")
    shutil.copy(ROOT / "handlers" / "requirements.txt", folder / "handlers")
    for name in (".venv", "policies"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    shutil.copy(ROOT / "Pulumi.dev.yaml", folder)
    (folder / "real.py").write_text((ROOT / "__main__.py").read_text())
    (folder / "__main__.py").write_text(PROGRAM.format(settles=settles, main=str(folder / "real.py")))
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


def preview(pulumi: str, folder: Path, variables: dict[str, str]) -> tuple[float, int]:
    """(seconds, resources to create) of one preview."""
    began = time.perf_counter()
    done = subprocess.run(
        [pulumi, "preview", "-s", "dev", "--non-interactive", "--json"], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )  # fmt: skip
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"the preview failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return seconds, json.loads(done.stdout)["changeSummary"]["create"]


def measure(workloads: int, settles: bool, repeat: int, base: Path) -> tuple[float, int]:
    """(median seconds, resources)."""
    folder = base / f"{workloads}-{settles}"
    make_project(folder, workloads, settles)
    pulumi, variables = engine_environment(base / "home", base / f"state-{workloads}-{settles}")
    subprocess.run(
        [pulumi, "stack", "init", "dev", "--non-interactive"], cwd=folder, env=variables, capture_output=True, check=True
    )
    runs = [preview(pulumi, folder, variables) for _ in range(repeat)]
    return statistics.median(seconds for seconds, _ in runs), runs[0][1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.program", description=__doc__)
    parser.add_argument("--workloads", type=int, nargs="+", default=SIZES, help="how many, for each line of the table")
    parser.add_argument("--repeat", type=int, default=3, help="previews of each, of which the median is printed")
    options = parser.parse_args()
    print("| workloads | resources | preview | per resource | without settling |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for workloads in options.workloads:
            seconds, resources = measure(workloads, True, options.repeat, Path(folder))
            without, _ = measure(workloads, False, options.repeat, Path(folder))
            line = f"| {workloads} | {resources} | {seconds:.1f} s | {seconds / resources * 1000:.1f} ms | {without:.1f} s |"
            print(line, flush=True)


if __name__ == "__main__":
    main()
