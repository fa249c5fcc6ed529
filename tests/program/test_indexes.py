"""Keys of indexes in the one form that the pinned provider takes without a difference in every preview."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.program.breaking import Change, told_of
from tests.program.graph import ROOT, Graph


def forms(graph: Graph) -> Iterator[str]:
    """Indexes whose keys are in the older form, or in more attributes than the correction of the provider looks at."""
    for table in graph.all("dynamodb/table"):
        for index in table.inputs.get("globalSecondaryIndexes", []):
            kinds = sorted(key["keyType"] for key in index.get("keySchemas", []))
            if kinds not in (["HASH"], ["HASH", "RANGE"]):
                yield f"{table.name}: {index['name']} has the keys {kinds}"
            if {"hashKey", "rangeKey"} & index.keys():
                yield f"{table.name}: {index['name']} has keys in the form that the provider gives up"


def test_keys_of_indexes_are_in_one_form(graph: Graph):
    assert any(table.inputs.get("globalSecondaryIndexes") for table in graph.all("dynamodb/table"))
    assert list(forms(graph)) == []


def changed(**keys: Any) -> Change:
    def change(_: str, sent: dict[str, Any]) -> dict[str, Any]:
        if not sent.get("global_secondary_indexes"):
            return sent
        return {**sent, "global_secondary_indexes": [{"name": "by-customer", "projectionType": "ALL", **keys}]}

    return change


@pytest.mark.parametrize(("change", "says"), [
    (changed(hashKey="customer_id", rangeKey="created_at"), "in the form that the provider gives up"),
    (changed(keySchemas=[{"attributeName": name, "keyType": "RANGE"} for name in ("customer_id", "created_at")]), "has the keys ['RANGE', 'RANGE']"),
])  # fmt: skip
def test_another_form_is_noticed(monkeypatch: pytest.MonkeyPatch, change: Change, says: str):
    found = told_of(monkeypatch, ("orders",), "dynamodb.Table", change, forms)
    assert any(says in problem for problem in found), found


def test_the_provider_has_the_correction():
    """terraform-provider-aws 46442 and 46602 are of February 2026; pulumi-aws 7.51.1, of October, is the first that this was looked up for."""
    (version,) = re.findall(r"^pulumi-aws==([0-9.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert tuple(map(int, version.split("."))) >= (7, 51, 1)
