"""The registry has every kind once, and the manifest's own models know no other."""

from collections import Counter
from pathlib import Path

import pytest

from platform_contract import kinds, registry
from platform_contract.features.dashboards import TITLES
from platform_contract.kinds.kind import Kind
from platform_contract.manifest import Manifest, TriggerSpec
from platform_contract.registry import KINDS, METRICS, SECTIONS, TRIGGERS, VERBS

FOLDER = Path(kinds.__path__[0])
MODULES = sorted(file.parent.name for file in FOLDER.glob("*/__init__.py"))


def test_every_module_is_a_kind_of_the_registry():
    assert sorted(name for name, module in vars(registry).items() if isinstance(getattr(module, "KIND", None), Kind)) == MODULES
    assert len(KINDS) == len(MODULES)


@pytest.mark.parametrize("name", [name for name in MODULES if name != "function"])
def test_a_kind_imports_no_sibling(name: str):
    """What two of them share is below them, what they must know of each other is joined above them. Only functions know their triggers."""
    imported = {line for file in (FOLDER / name).rglob("*.py") for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("from platform_contract.kinds")}
    assert [line for line in imported if not line.startswith((f"from platform_contract.kinds.{name}", "from platform_contract.kinds.kind "))] == []


def test_no_two_kinds_have_the_same():
    for what in ("section", "variable"):
        assert max(Counter(getattr(kind, what) for kind in KINDS.values() if getattr(kind, what)).values()) == 1
    for tables, joined in (("triggers", TRIGGERS), ("metrics", METRICS)):
        assert sum(len(getattr(kind, tables)) for kind in KINDS.values()) == len(joined)


def test_the_manifest_has_a_place_for_each():
    """A kind without a field could not be asked for, a field without a kind would have no permissions, alarms or prices."""
    assert set(SECTIONS) <= set(Manifest.model_fields)
    assert set(TriggerSpec.model_fields) | {"workflow"} == set(TRIGGERS)
    for name in VERBS:
        assert KINDS[name].service and KINDS[name].variable, name


def test_every_metric_has_a_place_on_the_dashboard():
    assert {it.title for it in METRICS.values()} == set(TITLES)
