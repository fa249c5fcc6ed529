"""The registry has every kind once, and the manifest's own models know no other."""

from collections import Counter
from pathlib import Path

from platform_contract import kinds, registry
from platform_contract.features.dashboards import TITLES
from platform_contract.kinds.kind import Kind
from platform_contract.registry import KINDS, METRICS, SECTIONS, TRIGGERS, VERBS
from platform_contract.specs import Manifest, TriggerSpec

FOLDER = Path(kinds.__path__[0])
MODULES = sorted(file.stem for file in FOLDER.glob("*.py") if file.stem not in ("__init__", "kind"))


def test_every_module_is_a_kind_of_the_registry():
    assert sorted(name for name, module in vars(registry).items() if isinstance(getattr(module, "KIND", None), Kind)) == MODULES
    assert len(KINDS) == len(MODULES)


def test_kinds_import_no_sibling():
    """What two of them share is below them; what they must know of each other is joined above them."""
    assert [f"{name}: {line}" for name in MODULES for line in (FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()
            if line.startswith("from .") and not line.startswith(("from ..", "from .kind "))] == []  # fmt: skip


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
