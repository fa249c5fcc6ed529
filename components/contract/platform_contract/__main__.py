"""`python -m platform_contract COMMAND`: what the contract says, without an engine or an account."""

import argparse
import sys
from pathlib import Path

import yaml

from . import reference
from .problems import Problem, ProblemsError, choices
from .settings import Settings
from .specs import Manifest, check_handlers, load_manifests
from .stack_files import same_keys, stack_names, stack_settings

WORKLOADS, HANDLERS = "workloads", "handlers"


def plan(root: Path, manifest: Path, stack: str) -> str:
    """The plan of one workload in one stack, as YAML. Raises ProblemsError."""
    from .plan import plan_workload  # the largest import, which the other commands do not need

    settings = stack_settings(root, stack)
    if not manifest.is_file():
        known = sorted(path.name for path in (root / WORKLOADS).glob("*.yaml"))
        raise ProblemsError([Problem(str(manifest), "", "", "does not exist", f"choose one of {choices(known)} in {WORKLOADS}/")])
    manifests = load_manifests(manifest.resolve().parent, settings)
    planned = plan_workload(manifests[manifest.stem], settings)
    return yaml.safe_dump(planned.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=120)


def check(root: Path) -> str:
    """Every stack file, every manifest in every stack, every handler; what was checked. Raises ProblemsError with all problems."""
    problems: list[Problem] = []
    stacks = stack_names(root)
    checked: dict[str, Manifest] = {}
    readable: list[Settings | None] = []
    for stack in stacks:
        try:
            readable.append(stack_settings(root, stack))
        except ProblemsError as error:
            problems += error.problems
    problems += same_keys(root)
    for settings in readable or [None]:
        try:
            checked = load_manifests(root / WORKLOADS, settings)
        except ProblemsError as error:
            problems += error.problems
    if checked:
        try:
            check_handlers(checked, root / HANDLERS)
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return f"{len(checked)} workloads ({', '.join(checked)}) are right in {len(stacks)} stacks ({', '.join(stacks)})"


def write(root: Path, folder: Path, files: dict[str, str]) -> str:
    """Writes generated files into a folder of the project; what was written."""
    (root / folder).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (root / folder / name).write_text(content, encoding="utf-8")
    return f"wrote {', '.join(files)} to {folder}/"


def docs(root: Path) -> str:
    """Writes the reference, and the generated blocks of the pattern pages; what was written. Raises ProblemsError."""
    from . import pages  # with the plan, which the other commands do not need

    patterns = pages.pattern_pages(root)
    told = [write(root, reference.FOLDER, reference.pages()), write(root, pages.FOLDER, patterns)]
    return "\n".join(told)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m platform_contract", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="folder of the project (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True)
    planning = commands.add_parser("plan", help="prints everything that is decided for one workload")
    planning.add_argument("manifest", type=Path, help="such as workloads/orders.yaml")
    planning.add_argument("--stack", default="local", help="stack whose settings hold (default: local)")
    commands.add_parser("check", help="checks all stack files, manifests and handlers")
    commands.add_parser("schema", help="writes the JSON schemas for editors")
    commands.add_parser("docs", help="writes the reference, and the generated blocks of the pattern pages")
    commands.add_parser("standards", help="prints every default, limit and threshold")
    options = parser.parse_args(arguments)
    try:
        if options.command == "plan":
            print(plan(options.root, options.manifest, options.stack), end="")
        elif options.command == "check":
            print(check(options.root))
        elif options.command == "schema":
            print(write(options.root, reference.FOLDER, reference.schemas()))
        elif options.command == "docs":
            print(docs(options.root))
        else:
            print(reference.standards_page())
    except ProblemsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
