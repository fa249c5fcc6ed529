"""What is published again and again is bounded: every function is one that `prune` reaches, and the layer goes with the update that replaces it."""

import copy
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import up
from tests.program.breaking import Change, told_of, with_
from tests.program.climbing import in_phase
from tests.program.graph import Graph


def unreached(graph: Graph) -> Iterator[str]:
    """A function that publishes versions and is in no inventory keeps all of them for ever; so does one without the alias by which the live one is known."""
    found: set[str] = set()
    for entry in graph.exports["inventory"]["workloads"].values():
        found |= {each["physical_name"] for each in entry["functions"].values()} | set(entry["platform_functions"])
    aliases = {node.inputs["functionName"] for node in graph.all("lambda/alias") if node.inputs["name"] == "live"}
    for node in graph.all("lambda/function"):
        if node.inputs["publish"] and node.inputs["name"] not in found & aliases:
            yield f"{node.name}: nobody deletes its old versions"
    yield from (f"{node.name}: stays when another takes its place" for node in graph.all("lambda/layerVersion") if node.inputs.get("skipDestroy"))


@pytest.mark.parametrize("phase", ["pilot", "standardize", "scale"])
def test_whatever_publishes_versions_is_reached(phase: str):
    graph = in_phase(phase)
    assert len(graph.all("lambda/layerVersion")) == 1 and list(unreached(graph)) == []
    platform = {name.rpartition("-")[2] for entry in graph.exports["inventory"]["workloads"].values() for name in entry["platform_functions"]}
    assert (("checks" in platform), ("check" in platform)) == (phase != "pilot", phase == "scale")


@pytest.mark.parametrize(("kind", "change", "says"), [
    ("lambda_.Alias", with_(name="current"), "orders-api: nobody deletes its old versions"),
    ("lambda_.LayerVersion", with_(skip_destroy=True), "platform-packages: stays when another takes its place"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, says: str):
    assert says in told_of(monkeypatch, ("orders",), kind, change, unreached)


def test_a_function_of_the_platform_that_no_inventory_has_is_noticed():
    graph = in_phase("scale")
    exports = copy.deepcopy(graph.exports)
    exports["inventory"]["workloads"]["orders"]["platform_functions"].remove("dev-orders-restore-check")
    assert list(unreached(Graph(graph.nodes, exports, graph.log))) == ["orders-restore-check: nobody deletes its old versions"]


@pytest.mark.parametrize("code", [0, 1])
def test_make_up_deletes_them_and_was_good_though_it_may_not(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int):
    asked: list[list[str]] = []

    def run(command: list[str], **how: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        assert str(how["env"]["PATH"]).startswith("/engine/bin:")  # type: ignore[index]
        return subprocess.CompletedProcess(command, code, "shop/api: 3 old versions deleted\n", "Refused: AccessDenied\n")

    monkeypatch.setattr(up.subprocess, "run", run)
    up.prune("dev", Path("/engine/bin/pulumi"), {"PATH": "/usr/bin"})
    assert asked[0][1:] == ["-m", "operations", "prune", "--all", "--stack", "dev"]
    assert ("3 old versions deleted" if code == 0 else "Refused: AccessDenied") in capsys.readouterr().out
