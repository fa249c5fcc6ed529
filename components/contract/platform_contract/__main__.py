"""`python -m platform_contract COMMAND`: what the contract says, without an engine or an account."""

import argparse
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from platform_contract.manifest import Manifest, check_handlers, load_manifests, parse_manifest
from platform_contract.manifest.stack_files import same_keys, stack_names, stack_settings
from platform_contract.pages import reference
from platform_contract.platform.diagnostics import Problem, ProblemsError, choices, did_you_mean
from platform_contract.platform.settings import Settings

WORKLOADS, HANDLERS = "workloads", "handlers"


def plan(root: Path, manifest: Path, stack: str) -> str:
    """The plan of one workload in one stack, as YAML. Raises ProblemsError."""
    from platform_contract.planning import plan_workload  # the largest import, which the other commands do not need

    settings = stack_settings(root, stack)
    _chosen(root, manifest)
    manifests = load_manifests(manifest.resolve().parent, settings)
    planned = plan_workload(manifests[manifest.stem], settings).model_dump(mode="json")
    limits = planned.pop("limits")
    return _yaml(planned) + _yaml({"limits": limits}, width=250, default_flow_style=None)  # a line for each: they are compared


def _yaml(content: Any, *, width: int = 120, **style: Any) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=width, **style)


def check(root: Path) -> str:
    """Every stack file, every manifest with its plan in every stack, every handler; what was checked. Raises ProblemsError with all problems."""
    from platform_contract.plan.account import Stacks, account_problems, beside
    from platform_contract.planning import plan_all

    problems: list[Problem] = []
    stacks = stack_names(root)
    checked: dict[str, Manifest] = {}
    readable: dict[str, Settings] = {}
    planned: Stacks = {}
    for stack in stacks:
        try:
            readable[stack] = stack_settings(root, stack)
        except ProblemsError as error:
            problems += error.problems
    problems += same_keys(root)
    every: Mapping[str, Settings | None] = readable or {"": None}
    for stack, settings in every.items():
        try:
            checked = load_manifests(root / WORKLOADS, settings)
            if settings is not None:
                planned = {**planned, stack: (settings, plan_all(checked, settings))}
        except ProblemsError as error:
            problems += error.problems
    for stack, (its, plans) in planned.items():
        problems += account_problems(plans, its, beside(planned, stack), f"Pulumi.{stack}.yaml")
    problems += _unknown_environments(root, {settings.environment for settings in readable.values()}) if len(readable) == len(stacks) else []
    if checked:
        try:
            check_handlers(checked, root / HANDLERS)
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return f"{len(checked)} workloads ({', '.join(checked)}) are right in {len(stacks)} stacks ({', '.join(stacks)})"


def _unknown_environments(root: Path, known: set[str]) -> list[Problem]:
    """Capacity that manifests set for an environment of no stack: as a rule a slip, and it would have no effect."""
    problems = []
    for path in _chosen(root, None):
        with suppress(ProblemsError):  # told already
            for name in set(_form(path).environments) - known:
                rule = f"is the environment of no stack; there is {choices(sorted(known))}"
                problems.append(Problem(f"{WORKLOADS}/{path.name}", f"environments.{name}", "", rule, did_you_mean(name, known) or "remove it"))
    return problems


def account(root: Path, stack: str) -> str:
    """What is taken of the quotas of a stack's account, as Markdown. Raises ProblemsError."""
    from platform_contract.plan.account import report
    from platform_contract.planning import plan_all

    stack_settings(root, stack)  # tells of a stack that is not there
    every = {name: stack_settings(root, name) for name in stack_names(root)}
    return report({name: (its, plan_all(load_manifests(root / WORKLOADS, its), its)) for name, its in every.items()}, stack)


def idle(root: Path, stack: str) -> str:
    """What a stack costs a month though nothing runs, as Markdown. Raises ProblemsError."""
    from platform_contract.economics.idle import idle_cost  # with the plan
    from platform_contract.planning import plan_all

    settings = stack_settings(root, stack)
    manifests = load_manifests(root / WORKLOADS, settings)
    return idle_cost(manifests, plan_all(manifests, settings), settings).markdown()


def phases(root: Path, stack: str) -> str:
    """Every workload in one stack: its phase, and what is missing for the next. Raises ProblemsError."""
    from platform_contract.climb import phases  # with the plan

    settings = stack_settings(root, stack)
    return phases(load_manifests(root / WORKLOADS, settings), settings)


def owners(root: Path, stack: str) -> str:
    """Every workload of a stack with its owner, phase, cost and alarms, as Markdown. Raises ProblemsError."""
    from platform_contract.pages.owners import table  # with the plan

    settings = stack_settings(root, stack)
    return table(load_manifests(root / WORKLOADS, settings), settings)


def write(root: Path, folder: Path, files: dict[str, str]) -> str:
    """Writes generated files into a folder of the project; what was written."""
    (root / folder).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (root / folder / name).write_text(content, encoding="utf-8")
    return f"wrote {', '.join(files)} to {folder}/"


def docs(root: Path) -> str:
    """Writes the reference, the generated blocks of the pattern pages, and the runbooks; what was written. Raises ProblemsError."""
    from platform_contract.pages import environments, owners, runbooks  # with the plan, which the other commands do not need
    from platform_contract.pages import patterns as pages

    patterns, settings = pages.pattern_pages(root), stack_settings(root, pages.STACK)
    manifests = load_manifests(root / WORKLOADS, settings)
    books = runbooks.pages(root, manifests, settings)
    for path in (root / runbooks.FOLDER).glob("*.md"):
        if path.name not in {runbooks.INDEX, *books}:
            path.unlink()  # of a workload that is gone
    told = [write(root, reference.FOLDER, reference.pages()), write(root, pages.FOLDER, patterns), write(root, runbooks.FOLDER, books)]
    told.append(write(root, reference.FOLDER, {environments.FILE: environments.page(root), owners.FILE: owners.page(manifests, settings)}))
    return "\n".join(told)


def fit(root: Path, manifest: Path | None) -> tuple[str, bool]:
    """How well workloads fit serverless, one or all, and whether one is refused: unfit without a waiver. Raises ProblemsError."""
    from platform_contract.fit.criteria import judge, report

    manifests = [_form(path) for path in _chosen(root, manifest)]
    refused = any(judge(each).verdict == "unfit" and not each.fit_waiver for each in manifests)
    return "\n".join(report(each) for each in manifests), refused


def costs(root: Path, manifest: Path | None, stack: str) -> str:
    """What workloads cost at 1 M events, one or all, under the settings of a stack. Raises ProblemsError."""
    from platform_contract.economics.estimate import report  # with the plan

    settings = stack_settings(root, stack)
    here = [_form(path).in_environment(settings.environment) for path in _chosen(root, manifest)]
    return "\n".join(f"**{each.name}**\n\n{report(each, settings)}" for each in here)


def _chosen(root: Path, manifest: Path | None) -> list[Path]:
    known = sorted((root / WORKLOADS).glob("*.yaml"))
    if manifest is None:
        return known
    if not manifest.is_file():
        names = choices([path.name for path in known])
        raise ProblemsError([Problem(str(manifest), "", "", "does not exist", f"choose one of {names} in {WORKLOADS}/")])
    return [manifest]


def _form(path: Path) -> Manifest:
    """A manifest of which nothing but its form is checked: whoever is refused wants to see why."""
    return parse_manifest(path.read_text(encoding="utf-8"), f"{WORKLOADS}/{path.name}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m platform_contract", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="folder of the project (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True)
    planning = commands.add_parser("plan", help="prints everything that is decided for one workload")
    planning.add_argument("manifest", type=Path, help="such as workloads/orders.yaml")
    planning.add_argument("--stack", default="local", help="stack whose settings hold (default: local)")
    fitting = commands.add_parser("fit", help="judges how well workloads fit serverless, with the break-even against containers")
    fitting.add_argument("manifest", type=Path, nargs="?", help="such as workloads/orders.yaml (default: all)")
    costing = commands.add_parser("cost", help="what workloads cost at 1 M events, line by line")
    costing.add_argument("manifest", type=Path, nargs="?", help="such as workloads/orders.yaml (default: all)")
    costing.add_argument("--stack", default="prod", help="stack whose settings hold (default: prod)")
    counting = commands.add_parser("account", help="what a stack takes of the quotas of its account")
    counting.add_argument("--stack", default="prod", help="stack whose settings hold (default: prod)")
    idling = commands.add_parser("idle", help="what a stack costs a month though nothing runs")
    idling.add_argument("--stack", default="prod", help="stack whose settings hold (default: prod)")
    climbing = commands.add_parser("phases", help="every workload: its phase, and what is missing for the next, with how to supply it")
    climbing.add_argument("--stack", default="prod", help="stack whose settings hold (default: prod)")
    owning = commands.add_parser("owners", help="every workload with its owner, on call, phase, cost a month and alarms, as a table")
    owning.add_argument("--stack", default="prod", help="stack whose settings hold (default: prod)")
    commands.add_parser("check", help="checks all stack files, manifests and handlers")
    commands.add_parser("schema", help="writes the JSON schemas for editors")
    commands.add_parser("docs", help="writes the reference, the generated blocks of the pattern pages, and the runbooks")
    commands.add_parser("standards", help="prints every default, limit and threshold")
    options = parser.parse_args(arguments)
    try:
        if options.command == "plan":
            print(plan(options.root, options.manifest, options.stack), end="")
        elif options.command == "fit":
            told, refused = fit(options.root, options.manifest)
            print(told, end="")
            return int(refused)
        elif options.command == "cost":
            print(costs(options.root, options.manifest, options.stack), end="")
        elif options.command == "account":
            print(account(options.root, options.stack), end="")
        elif options.command == "idle":
            print(idle(options.root, options.stack), end="")
        elif options.command == "phases":
            print(phases(options.root, options.stack), end="")
        elif options.command == "owners":
            print(owners(options.root, options.stack), end="")
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
