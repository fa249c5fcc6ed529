"""What the guardrails cost a preview: `python -m benchmarks.guardrails`.

Side by side in one run, alternating: a preview of the same program with the policy pack and without it, on the real engine with the
project's own provider, offline. What is counted is user processor time of all processes together (engine, language host, program,
provider, pack), which other work on the machine disturbs least. A pack of one rule that looks at nothing shows what the engine and the
SDK take for any pack: a call for each resource before it is changed, one before it is made, and one for the whole stack.
Prints Markdown. The engine is `pulumi` on PATH, or what PULUMI_ENGINE names.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.program import ROOT, engine_environment, make_project

EMPTY = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

PolicyPack("empty", [ResourceValidationPolicy("nothing", "Looks at nothing.", lambda args, report: None)], EnforcementLevel.MANDATORY)
"""


def empty_pack(folder: Path) -> Path:
    """A pack of one rule that looks at nothing, under the SDK's own server."""
    folder.mkdir()
    described = (ROOT / "policies" / "PulumiPolicy.yaml").read_text()
    (folder / "PulumiPolicy.yaml").write_text(described.replace("../.venv", str(ROOT / ".venv")))
    (folder / "__main__.py").write_text(EMPTY)
    return folder


def processor_seconds(command: list[str], folder: Path, variables: dict[str, str]) -> float:
    """User processor time of a command and all that it started and waited for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the preview failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guardrails", description=__doc__)
    parser.add_argument("--workloads", type=int, default=24, help="about 35 resources each; X-Ray has room for 25 groups in an account")
    parser.add_argument("--repeat", type=int, default=3, help="previews of each, of which the median is printed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        make_project(base / "project", options.workloads)
        pulumi, variables = engine_environment(base / "home", base / "state")
        subprocess.run(
            [pulumi, "stack", "init", "dev", "--non-interactive"], cwd=base / "project", env=variables, capture_output=True, check=True
        )  # fmt: skip
        packs = {"without a pack": None, "with an empty pack": empty_pack(base / "empty"), "with the guardrails": ROOT / "policies"}
        spent: dict[str, list[float]] = {name: [] for name in packs}
        for _ in range(options.repeat):
            for name, pack in packs.items():
                flags = ["--policy-pack", str(pack)] if pack else []
                spent[name].append(
                    processor_seconds([pulumi, "preview", "-s", "dev", "--non-interactive", *flags], base / "project", variables)
                )
        bare = statistics.median(spent["without a pack"])
        print(f"| preview of {options.workloads} workloads | user processor time | more than without |\n|---|---|---|")
        for name, seconds in spent.items():
            print(f"| {name} | {statistics.median(seconds):.1f} s | {statistics.median(seconds) / bare - 1:.0%} |")


if __name__ == "__main__":
    main()
