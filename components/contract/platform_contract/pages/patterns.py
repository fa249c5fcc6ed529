"""The pattern pages, docs/patterns/*.md: written by hand, with blocks between markers that are generated from the manifests.

A block begins with `<!-- generated: WHAT WORKLOAD -->` and ends with `<!-- end -->`; what is between them is replaced.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from platform_contract.economics import estimate as cost
from platform_contract.fit import criteria as fit
from platform_contract.manifest import Manifest, load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.plan.model import parts_of
from platform_contract.planning import plan_workload
from platform_contract.platform.base import NamedAlarm
from platform_contract.platform.diagnostics import Problem, ProblemsError, choices
from platform_contract.platform.settings import Settings

FOLDER = Path("docs/patterns")
INDEX = "README.md"
STACK = "prod"
"""Stack whose settings the blocks show: what customers use."""

SECTIONS = ("What it is for", "Diagram", "Manifest", "What you get", "Failure path", "Cost", "When not to use it")
"""Headings of every page, in this order."""

END = "<!-- end -->"
_BLOCK = re.compile(r"((?<!`)<!-- generated: (?P<what>[a-z-]+)(?: (?P<workload>[a-z0-9-]+))? -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)
_MARKER = re.compile(r"(?<!`)<!-- generated:.*?-->")  # in backticks it is quoted, not meant
_TOLD = re.compile(r"[^:]*: (?P<of>[^:]*): (?P<why>.*)\. (?P<severity>Page|Ticket) for .*")
"""The description of an alarm: plan/alarms.py writes it."""
_SCHEMA_LINE = re.compile(r"^# yaml-language-server:.*\n")


@dataclass(frozen=True)
class Subject:
    """A workload as the blocks show it."""

    manifest: Manifest
    settings: Settings
    source: str
    """The manifest's file as it was written."""


def manifest_block(subject: Subject) -> str:
    """The manifest as its team wrote it."""
    return f"`workloads/{subject.manifest.name}.yaml`\n\n```yaml\n{_SCHEMA_LINE.sub('', subject.source).rstrip()}\n```\n"


def alarms_block(subject: Subject) -> str:
    """What watches the workload: one row an alarm, with the words that whoever is on call reads."""
    plan = plan_workload(subject.manifest, subject.settings)
    rows = []
    for alarm in sorted((each for each in parts_of(NamedAlarm, plan) if each.tells), key=lambda each: each.physical_name):
        told = _TOLD.fullmatch(alarm.description)
        assert told, f"{alarm.physical_name} has a description of another form: {alarm.description}"
        rows.append(f"| {alarm.physical_name} | {told['of']}: {told['why']} | {told['severity'].lower()} |")
    return "\n".join([f"{len(rows)} alarms:\n", "| alarm | fires when | severity |", "|---|---|---|", *rows]) + "\n"


def cost_block(subject: Subject) -> str:
    """What it costs at 1 M events, line by line."""
    return cost.report(subject.manifest, subject.settings)


def fit_block(subject: Subject) -> str:
    """How well it fits serverless, and from which load on containers are cheaper."""
    return fit.report(subject.manifest)


BLOCKS: dict[str, Callable[[Subject], str]] = {
    "manifest": manifest_block, "alarms": alarms_block, "cost": cost_block, "fit": fit_block,
}  # fmt: skip
"""What a marker may name -> what makes the block of a workload."""


def pattern_pages(root: Path) -> dict[str, str]:
    """File under docs/patterns -> the page with its blocks filled. Raises ProblemsError with every marker that is wrong."""
    subjects = _subjects(root)
    problems: list[Problem] = []
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted((root / FOLDER).glob("*.md"))}
    index = patterns_table(texts, subjects)
    filled = {}
    for name, text in texts.items():
        problems += _wrong_markers(f"{FOLDER}/{name}", text, subjects)
        filled[name] = _BLOCK.sub(lambda found: _filled(found, subjects, index), text)
    if problems:
        raise ProblemsError(problems)
    return filled


def _subjects(root: Path) -> dict[str, Subject]:
    settings, folder = stack_settings(root, STACK), root / "workloads"
    return {
        name: Subject(manifest, settings, (folder / f"{name}.yaml").read_text(encoding="utf-8"))
        for name, manifest in load_manifests(folder, settings).items()
    }


def _filled(found: re.Match[str], subjects: dict[str, Subject], index: str) -> str:
    what, workload = found["what"], found["workload"]
    if what == "patterns":
        body = index
    elif what in BLOCKS and workload in subjects:
        body = BLOCKS[what](subjects[workload])
    else:
        body = found["body"]  # told as a problem
    return f"{found[1]}{body}{END}"


def _wrong_markers(file: str, text: str, subjects: dict[str, Subject]) -> Iterator[Problem]:
    whole = {found.start(): found for found in _BLOCK.finditer(text)}
    for marker in _MARKER.finditer(text):
        line = f"line {text.count(chr(10), 0, marker.start()) + 1}"
        found = whole.get(marker.start())
        if found is None or "<!-- generated:" in found["body"]:
            yield Problem(file, line, marker.group(), "has no end, or is on one line with other text",
                          f"write it on a line of its own, and {END} below it")  # fmt: skip
        elif found["what"] == "patterns" and not found["workload"]:
            continue
        elif found["what"] not in BLOCKS:
            yield Problem(file, line, marker.group(), f"names no block; there is {choices(sorted(BLOCKS))}", "correct it")
        elif found["workload"] not in subjects:
            yield Problem(file, line, marker.group(), f"names no workload; there is {choices(sorted(subjects))}", "correct it")


def workloads_of(text: str) -> list[str]:
    """Workloads whose manifest a page shows, in the page's order."""
    return [found["workload"] for found in _BLOCK.finditer(text) if found["what"] == "manifest"]


def title_of(text: str) -> str:
    """The page's heading."""
    return next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), "")


def triggers_of(manifest: Manifest) -> list[str]:
    """Kinds of trigger that its functions have, each once, as the manifest calls them; and its GraphQL API, which starts resolvers."""
    kinds = [
        kind.replace("_", " ")
        for function in manifest.functions.values()
        for trigger in function.triggers
        for kind in type(trigger).model_fields
        if getattr(trigger, kind) is not None
    ]
    return list(dict.fromkeys([*kinds, *(["graphql"] if manifest.graphql else [])]))


def patterns_table(texts: dict[str, str], subjects: dict[str, Subject]) -> str:
    """All patterns: one row for each workload of each page."""
    rows = [
        f"| {title_of(text)} | {workload} | {', '.join(triggers_of(subjects[workload].manifest))} | [{name}]({name}) |"
        for name, text in texts.items()
        if name != INDEX
        for workload in workloads_of(text)
        if workload in subjects
    ]
    return "\n".join(["| pattern | workload | triggers | page |", "|---|---|---|---|", *rows]) + "\n"
