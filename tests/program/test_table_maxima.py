"""Maxima of tables in the graph: those of the manifest in the phase scale, the account's quota before it, and never a table that had one and names none."""

from collections.abc import Iterator

import pytest
import yaml

from platform_contract.platform.settings import PHASES
from tests.program.breaking import Change, told_of, with_, without
from tests.program.climbing import in_phase, told_in_phase
from tests.program.graph import ROOT, Graph, Node

QUOTA = 40_000


def asked(graph: Graph) -> Iterator[tuple[Node, bool, dict[str, int]]]:
    """(table, whether its phase has maxima, input -> what the manifest asks) of tables that ask for any."""
    for workload in graph.all("Workload"):
        content = yaml.safe_load((ROOT / "workloads" / f"{workload.name}.yaml").read_text())
        for name, table in content.get("tables", {}).items():
            kinds = (("maxReadRequestUnits", "maximum_read_units_per_second"), ("maxWriteRequestUnits", "maximum_write_units_per_second"))
            if wanted := {sent: table[field] for sent, field in kinds if field in table}:
                yield graph.one("dynamodb/table", f"{workload.name}-{name}"), workload.inputs["phase"] == "scale", wanted


def bounded(graph: Graph) -> Iterator[str]:
    tables = {node.urn: node for node in graph.all("dynamodb/table")}
    for node, scaled, wanted in asked(graph):
        del tables[node.urn]
        wanted = wanted if scaled else dict.fromkeys(wanted, QUOTA)
        found = node.inputs.get("onDemandThroughput")
        if found != wanted:
            yield f"{node.name}: takes {found} at most, not {wanted}"
        reads = {"maxReadRequestUnits": wanted["maxReadRequestUnits"]} if "maxReadRequestUnits" in wanted else None
        yield from (f"{node.name}: its index {index['name']} takes {index.get('onDemandThroughput')} at most, not {reads}"
                    for index in node.inputs.get("globalSecondaryIndexes", []) if index.get("onDemandThroughput") != reads)  # fmt: skip
        if node.inputs["billingMode"] != "PAY_PER_REQUEST":
            yield f"{node.name}: is not on demand"
        bounds = [value for each in (node.inputs, *node.inputs.get("globalSecondaryIndexes", [])) for value in each.get("onDemandThroughput", {}).values()]
        yield from (f"{node.name}: AWS refuses {value:g}" for value in bounds if not 1 <= value <= QUOTA)
    yield from (f"{node.name}: nobody asked for its maximum" for node in tables.values() if "onDemandThroughput" in str(node.inputs))


def test_tables_take_what_the_manifest_says(graph: Graph):
    assert [(scaled, len(node.inputs["globalSecondaryIndexes"])) for node, scaled, _ in asked(graph)] == [(True, 1)]
    assert list(bounded(graph)) == []


@pytest.mark.parametrize("phase", PHASES)
def test_in_every_phase_they_name_one_so_that_a_step_back_leaves_none_behind(phase: str):
    graph = in_phase(phase)
    assert list(asked(graph)) and list(bounded(graph)) == []


READS = "orders-orders: its index by-customer takes None at most, not {'maxReadRequestUnits': 1000}"


@pytest.mark.parametrize(("change", "says"), [
    (without("on_demand_throughput"), "orders-orders: takes None at most, not {'maxReadRequestUnits': 1000, 'maxWriteRequestUnits': 500}"),
    (with_(on_demand_throughput={"max_read_request_units": -1, "max_write_request_units": 500}), "orders-orders: AWS refuses -1"),
    (with_(billing_mode="PROVISIONED"), "orders-orders: is not on demand"),
    (lambda _, sent: {**sent, "global_secondary_indexes": [_without_maximum(each) for each in sent["global_secondary_indexes"]]}, READS),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, change: Change, says: str):
    assert says in told_of(monkeypatch, ("orders",), "dynamodb.Table", change, bounded)


def test_a_maximum_that_is_left_behind_is_noticed(monkeypatch: pytest.MonkeyPatch):
    found = told_in_phase(monkeypatch, "standardize", "orders", "dynamodb.Table", without("on_demand_throughput"), bounded)
    assert found == ["orders-orders: takes None at most, not {'maxReadRequestUnits': 40000, 'maxWriteRequestUnits': 40000}"]


def _without_maximum(index):
    index.on_demand_throughput = None
    return index
