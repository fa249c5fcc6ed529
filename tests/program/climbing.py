"""The whole program with every workload in one phase, and what a step from one phase to another does to what is there."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from aws_provider import data
from platform_contract.platform.settings import PHASES
from tests.once import once, session_folder
from tests.program.breaking import Change, broken
from tests.program.graph import ROOT, Graph, Node, run_program

Check = Callable[[Graph], Iterable[str]]

REVISIONS = ("apigateway/deployment", "lambda/layerVersion", "appconfig/hostedConfigurationVersion", "appconfig/deployment")
"""Types of which every change makes a new one: what was there stays until nothing uses it."""


@cache
def in_phase(phase: str, stack: str = "dev") -> Graph:
    """What the program sends for `stack` when every manifest asks for `phase`."""

    def make() -> Graph:
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("SERVERLESS_PLATFORM_OFFLINE", "1")
            return run_program(stack, program=program_in_phase(phase))

    return once(f"graph-in-{phase}-{stack}", make)


@cache
def program_in_phase(phase: str, *workloads: str) -> Path:
    """A program with these workloads, or all, in `phase`: everything else in it is the project's own."""

    def make() -> Path:
        folder = session_folder() / f"program-in-{phase}-{'-'.join(workloads)}"
        write_in_phase(folder / "workloads", phase, *workloads)
        for name in ("handlers", "policies"):
            (folder / name).symlink_to(ROOT / name)
        shutil.copy(ROOT / "__main__.py", folder)
        return folder / "__main__.py"

    return once(f"path-in-{phase}-{'-'.join(workloads)}", make)


def told_in_phase(monkeypatch: pytest.MonkeyPatch, phase: str, workload: str, kind: str, change: Change, check: Check) -> list[str]:
    """What `check` says of a workload in `phase` when every `kind` is changed; as it is, it has to say nothing."""
    program = program_in_phase(phase, workload)
    assert list(check(once(f"sound-in-{phase}-{workload}", lambda: run_program("dev", program=program)))) == []
    changed = broken(monkeypatch, kind, change)
    graph = run_program("dev", program=program)
    assert changed, f"no {kind} was changed"
    return list(check(graph))


def write_in_phase(folder: Path, phase: str, *workloads: str) -> None:
    """These manifests of the repository, or all, in `phase`."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (ROOT / "workloads").glob("*.yaml"):
        if workloads and file.stem not in workloads:
            continue
        manifest = yaml.safe_load(file.read_text()) | {"phase": phase}
        (folder / file.name).write_text(yaml.safe_dump(manifest, sort_keys=False))


def steps() -> list[tuple[str, str]]:
    """(from, to): every step up, and every step back."""
    up = list(pairwise(PHASES))
    return [*up, *((after, before) for before, after in up)]


def lost(before: Graph, after: Graph) -> Iterator[str]:
    """What a step up takes away; URNs and so parents, types and names have to stay."""
    yield from (f"{urn} is gone" for urn in sorted(set(before.by_urn) - set(after.by_urn)))


def replaced(before: Graph, after: Graph) -> Iterator[str]:
    """What is there in both phases and would be made anew on the way."""
    for urn, node in before.by_urn.items():
        other = after.by_urn.get(urn)
        if other is None or not node.custom or node.kind in REVISIONS:
            continue
        forcing = set(data.replace(node.type).get("replace", ()))
        yield from (f"{urn}: {name} changes from {node.inputs.get(name)!r} to {other.inputs.get(name)!r}, which replaces it"
                    for name in _changed(node, other) if name in forcing)  # fmt: skip


def changed(before: Graph, after: Graph) -> dict[str, set[str]]:
    """Type -> inputs that differ on resources of both phases."""
    found: dict[str, set[str]] = {}
    for urn, node in before.by_urn.items():
        other = after.by_urn.get(urn)
        if other is not None and node.custom and (inputs := _changed(node, other)):
            found.setdefault(node.kind, set()).update(inputs)
    return found


def _changed(node: Node, other: Node) -> set[str]:
    ignored = {*node.ignore_changes, *other.ignore_changes}
    return {name for name in {*node.inputs, *other.inputs} - ignored - {"code"} if node.inputs.get(name) != other.inputs.get(name)}


def added(before: Graph, after: Graph) -> list[str]:
    """Types of what a step up adds, sorted, each once."""
    return sorted({after.by_urn[urn].kind for urn in set(after.by_urn) - set(before.by_urn)})
