"""Business metrics of a manifest: what may be declared, what is read of the code that counts, and alarms that fire when nothing is counted."""

from pathlib import Path

import pytest

from platform_contract.features.metrics import ALARMS, FEATURE, KIND, MetricsPlan
from platform_contract.manifest import Manifest, check_handlers, read_manifest
from platform_contract.manifest.counted import counted
from platform_contract.manifest.metric import metric_name
from platform_contract.planning import draft
from platform_contract.platform.diagnostics import ProblemsError

from .samples import manifest, put, settings, text

ROOT = Path(__file__).resolve().parents[3]
ACCEPTED = {"description": "Orders that were taken.", "alarm": {"at_least": 3, "within_minutes": 60}}
DENIED = {"description": "Calls that were refused.", "alarm": {"at_most": 0, "within_minutes": 5}}


def planned(metrics: dict, *breaks, **changes) -> MetricsPlan:
    given = manifest(put("phase", "standardize"), put("metrics", metrics), *breaks)
    made = draft(Manifest.model_validate(given), settings(**changes), "standardize").features[FEATURE]
    assert isinstance(made, MetricsPlan)
    return made


def test_the_name_in_cloudwatch_is_one_word():
    assert [metric_name(name) for name in ("orders-accepted", "sold-out", "http2-calls", "seen")] == ["OrdersAccepted", "SoldOut", "Http2Calls", "Seen"]


def test_an_alarm_for_what_stops_takes_no_data_for_none():
    [alarm] = planned({"orders-accepted": ACCEPTED}).metrics["orders-accepted"].alarms
    assert (alarm.suffix, alarm.comparison_operator, alarm.threshold, alarm.period_seconds, alarm.treat_missing_data) == (
        "too-few", "LessThanThreshold", 3, 3600, "breaching",
    )  # fmt: skip
    assert (alarm.metric_name, alarm.dimensions, alarm.statistic, alarm.evaluation_periods) == ("OrdersAccepted", {"service": "orders"}, "Sum", 1)
    assert alarm.physical_name == "dev-orders-orders-accepted-too-few" and "#business-metric-too-few" in alarm.description


def test_an_alarm_for_what_comes_too_often_takes_no_data_for_good():
    [alarm] = planned({"denied": DENIED}).metrics["denied"].alarms
    assert (alarm.suffix, alarm.comparison_operator, alarm.threshold, alarm.period_seconds, alarm.treat_missing_data) == (
        "too-many", "GreaterThanThreshold", 0, 300, "notBreaching",
    )  # fmt: skip


@pytest.mark.parametrize("bound", [1, 5, 1000])
def test_each_alarm_can_fire(bound: int):
    facts = {"at_least": bound, "at_most": bound}
    for row in ALARMS[KIND]:
        assert row.threshold_in_range(facts), row.suffix
    few = ALARMS[KIND][0]
    assert not few.threshold_in_range({"at_least": 0}), "fewer than none are never counted"


def test_nobody_is_told_without_an_alarm():
    assert planned({"seen": {"description": "Things seen."}}).metrics["seen"].alarms == ()


def test_a_stack_that_wants_pages_only_has_no_tickets():
    assert planned({"orders-accepted": ACCEPTED}, alarms="page").metrics["orders-accepted"].alarms == ()


def test_a_workload_without_metrics_has_no_part_of_the_plan():
    assert FEATURE not in draft(Manifest.model_validate(manifest()), settings(), "standardize").features


@pytest.mark.parametrize(("breaks", "rule"), [
    ([put("metrics", {"OrdersAccepted": ACCEPTED})], "metrics.OrdersAccepted=OrdersAccepted: must be lower-case letters and digits in words joined by single "
                                                     "dashes, beginning with a letter; write it like `orders-accepted`"),
    ([put("metrics", {"a": {"description": "Orders.", "alarm": {"within_minutes": 5}}})],
     "metrics.a.alarm: must have exactly one of at_least and at_most; write `at_least: 1` to be told when it stops, or `at_most` when it comes too often"),
    ([put("metrics", {"a": {"description": "Orders.", "alarm": {"at_least": 1, "at_most": 2, "within_minutes": 5}}})],
     "metrics.a.alarm: must have exactly one of at_least and at_most; write `at_least: 1` to be told when it stops, or `at_most` when it comes too often"),
])  # fmt: skip
def test_a_mistake_is_told(breaks, rule: str):
    with pytest.raises(ProblemsError) as refused:
        read_manifest(text(*breaks), "orders.yaml", settings())
    assert [str(problem).partition(": ")[2] for problem in refused.value.problems] == [rule]


CODE = {
    "orders/api.py": "from shared.observability import count as tally\nfrom orders import logic\ntally('Plain')\nids.count('Others')\n",
    "orders/logic.py": "from shared import observability\nfrom .kinds import KINDS\nTABLE = {'a': 'One', 'b': 'Two'}\nNAME = 'Three'\n"
                       "observability.count(TABLE[kind])\nobservability.count(name=NAME)\nobservability.count('Yes' if it else 'No', 2)\n",
    "orders/kinds.py": "from shared.breaker import call\n",
    "orders/unused.py": "from shared.observability import count\ncount('Nobody')\n",
    "shared/breaker.py": "from .observability import count\ncount('Opened')\n",
    "shared/observability.py": "def count(name): ...\n",
}  # fmt: skip


@pytest.fixture
def handlers(tmp_path: Path) -> Path:
    for name, code in CODE.items():
        path = tmp_path / "handlers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    return tmp_path / "handlers"


def test_what_the_code_counts_is_read_from_it(handlers: Path):
    """Written out, one of two, from a table or a constant, under another name, in what a module imports; not what nobody imports."""
    assert counted(handlers, ["orders.api"]) == {"Plain", "One", "Two", "Three", "Yes", "No", "Opened"}


def test_a_metric_that_no_code_counts_is_refused(handlers: Path):
    (handlers / "orders/api.py").write_text(CODE["orders/api.py"] + "def handler(event, context): ...\n")
    (handlers / "orders/worker.py").write_text("def handler(event, context): ...\n")
    declared = {"plain": ACCEPTED, "plan": ACCEPTED, "nobody": ACCEPTED}
    with pytest.raises(ProblemsError) as refused:
        check_handlers({"orders": Manifest.model_validate(manifest(put("metrics", declared)))}, handlers)
    assert [str(problem) for problem in refused.value.problems] == [
        "workloads/orders.yaml: metrics.plan: is counted nowhere: no code of its functions counts Plan; did you mean 'Plain'?",
        "workloads/orders.yaml: metrics.nobody: is counted nowhere: no code of its functions counts Nobody; "
        "count(\"Nobody\") where it happens, with `count` of shared.observability",
    ]


@pytest.mark.parametrize(("workload", "modules", "metrics"), [
    ("clickstream", ["clickstream.transform"], {"ClicksLaidDown", "LateClicks", "MalformedRecords"}),
    ("media", ["media.process"], {"FilesQuarantined", "FilesKept"}),
    ("orders", ["orders.api", "orders.gate"], {"OrdersAccepted", "SupportDenied"}),
])  # fmt: skip
def test_real_handlers_are_read(workload: str, modules: list[str], metrics: set[str]):
    assert metrics <= counted(ROOT / "handlers", modules)
