"""Saved queries search the logs of every function of the workload, and come after those logs."""

from collections.abc import Iterator
from typing import Any

import pytest

from platform_contract.features.queries import CHARACTERS, QUERIES
from tests.program.breaking import Change, not_made, told_of
from tests.program.graph import Graph
from tests.program.test_rollout import released


def queries(graph: Graph) -> Iterator[str]:
    """Each released function's log group is searched by every query of its workload, and by no other workload's."""
    groups = {node.inputs["name"]: node for node in graph.all("cloudwatch/logGroup")}
    by_workload: dict[str, dict[str, Any]] = {}
    for node in graph.all("cloudwatch/queryDefinition"):
        workload, _, question = node.inputs["name"].partition("-")[2].partition("/")
        by_workload.setdefault(workload, {})[question] = node
        if node.inputs["queryString"] != QUERIES[question].text or len(node.inputs["queryString"]) > CHARACTERS:
            yield f"{node.name}: asks something else"
        for name in node.inputs["logGroupNames"]:
            if name not in groups:
                yield f"{node.name}: searches {name}, which is no log group"
            elif not graph.comes_after(node, groups[name]):
                yield f"{node.name}: may be made before {name}"
            elif groups[name].inputs["tags"]["workload"] != workload:
                yield f"{node.name}: searches {name}, of another workload"
    for function in released(graph):
        found = by_workload.get(function.inputs["tags"]["workload"], {})
        yield from (f"{function.name}: no query answers {question}" for question in QUERIES if question not in found)
        yield from (
            f"{function.name}: {question} does not search its logs" for question, node in found.items()
            if function.inputs["loggingConfig"]["logGroup"] not in node.inputs["logGroupNames"]
        )  # fmt: skip


def test_what_on_call_asks_is_saved(graph: Graph):
    assert len(graph.all("cloudwatch/queryDefinition")) >= len(QUERIES)
    assert list(queries(graph)) == []


@pytest.mark.parametrize(("change", "says"), [
    (not_made, "no query answers cold-starts"),
    (lambda _, sent: {**sent, "log_group_names": sent["log_group_names"][:1]}, "does not search its logs"),
    (lambda _, sent: {**sent, "log_group_names": ["/aws/lambda/dev-orders-api", "/aws/lambda/dev-orders-gate"]}, "may be made before"),
    (lambda _, sent: {**sent, "log_group_names": [*sent["log_group_names"], "/aws/lambda/dev-orders-old"]}, "which is no log group"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, change: Change, says: str):
    found = told_of(monkeypatch, ("orders",), "cloudwatch.QueryDefinition", change, queries)
    assert any(says in each for each in found), found
