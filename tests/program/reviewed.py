"""Reviewed lists, one file per workload and one for what the stack has once: a new workload adds files, it changes none.

`UPDATE_GOLDEN=1 .venv/bin/pytest tests/program -k reviewed` writes them again; then read the difference before you commit it.
"""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.program.graph import Graph, Node

FOLDER = Path(__file__).parent / "reviewed"
PLATFORM = "_platform"
"""What belongs to no workload. Names of workloads begin with a letter."""


def owner(graph: Graph, node: Node) -> str:
    """The workload that a resource belongs to, or PLATFORM."""
    while node.kind != "Workload":
        if node.parent not in graph.by_urn:
            return PLATFORM
        node = graph.by_urn[node.parent]
    return node.name


def by_owner(graph: Graph, lines: Iterable[tuple[Node, str]]) -> dict[str, set[str]]:
    """Lines by the workload of the resource that each is on; a workload without lines is there, too."""
    found: dict[str, set[str]] = {node.name: set() for node in graph.all("Workload")} | {PLATFORM: set()}
    for node, line in lines:
        found[owner(graph, node)].add(line)
    return found


def read(topic: str) -> dict[str, list[str]]:
    """The lists of one topic, by owner."""
    return {path.stem: path.read_text().splitlines() for path in (FOLDER / topic).glob("*.txt")}


def blocks(resources: dict[str, dict[str, list[str]]]) -> list[str]:
    """Lines of a list: each resource, and below it what it is like."""
    return [line for name, told in sorted(resources.items()) for line in (name, *(f"    {each}" for each in told))]


def differences(topic: str, found: dict[str, list[str]]) -> list[str]:
    """What is not as reviewed, line by line: `+` is new, `-` is gone. With UPDATE_GOLDEN=1 the lists are written instead."""
    if os.environ.get("UPDATE_GOLDEN") == "1":
        (FOLDER / topic).mkdir(parents=True, exist_ok=True)
        for path in (FOLDER / topic).glob("*.txt"):
            path.unlink()
        for name, lines in found.items():
            (FOLDER / topic / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines))
        return []
    kept = read(topic)
    if set(kept) != set(found):
        return [f"{topic}/: there are lists of {sorted(kept)}, and resources of {sorted(found)}"]
    return [
        f"{topic}/{name}.txt: {sign} {line}"
        for name in sorted(found)
        for sign, lines in (("+", _without(found[name], kept[name])), ("-", _without(kept[name], found[name])))
        for line in lines
    ]


def _without(lines: list[str], others: list[str]) -> list[str]:
    """Lines that are not among the others below the same resource; a line of a block with its resource before it."""
    left, block = Counter(_in_blocks(others)), []
    for line in _in_blocks(lines):
        if left[line]:
            left[line] -= 1
        else:
            block.append(line)
    return block


def _in_blocks(lines: list[str]) -> list[str]:
    found, resource = [], ""
    for line in lines:
        if line.startswith(" "):
            found.append(f"{resource}: {line.strip()}")
        else:
            resource = line
            found.append(line)
    return found
