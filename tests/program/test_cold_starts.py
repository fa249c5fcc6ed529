"""Cold starts are a metric: a filter on the log of every released function, which fits the line that Lambda writes."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from platform_contract.economics.estimate import cost
from platform_contract.manifest import load_manifests
from platform_contract.manifest.stack_files import stack_settings
from tests.fakes.report_line import REPORT
from tests.program.breaking import Change, not_made, told_of, with_
from tests.program.graph import ROOT, Graph
from tests.program.test_rollout import released


def value_at(line: dict[str, Any], path: str) -> Any:
    """What `$.a.b` stands for in a line; None where it is not there."""
    found: Any = line
    for name in path.removeprefix("$.").split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def fits(pattern: str, line: dict[str, Any]) -> bool:
    """Whether a line fits a pattern of comparisons that all have to hold (CloudWatch Logs guide, "Filter pattern syntax")."""
    for part in pattern.strip("{} ").split(" && "):
        found = re.fullmatch(r'(\$[\w.]+) (=|>) ("[^"]*"|\d+)', part)
        assert found, part
        value, wanted = value_at(line, found[1]), json.loads(found[3])
        if value is None or not (value == wanted if found[2] == "=" else value > wanted):
            return False
    return True


def filtered(graph: Graph) -> Iterator[str]:
    """Each released function's log is JSON and has one filter, which makes the milliseconds of a start of the line that has them."""
    filters = {node.inputs["logGroupName"]: node.inputs for node in graph.all("cloudwatch/logMetricFilter")}
    for function in released(graph):
        logging = function.inputs["loggingConfig"]
        made = filters.get(logging["logGroup"])
        if made is None:
            yield f"{function.name}: no filter counts its cold starts"
            continue
        if logging["logFormat"] != "JSON" or logging["systemLogLevel"] not in ("DEBUG", "INFO"):
            yield f"{function.name}: its log has no line that the filter fits"
        metric, warm = made["metricTransformation"], json.loads(json.dumps(REPORT))
        del warm["record"]["metrics"]["initDurationMs"]
        if not fits(made["pattern"], REPORT) or fits(made["pattern"], warm) or fits(made["pattern"], {"level": "INFO", "message": "at work"}):
            yield f"{function.name}: the filter fits other lines than those of cold starts"
        if value_at(REPORT, metric["value"]) != REPORT["record"]["metrics"]["initDurationMs"]:
            yield f"{function.name}: the value is not how long the start took"
        workload, environment = function.inputs["tags"]["workload"], function.urn.split(":")[2]
        if metric["namespace"] != f"serverless-platform/{environment}-{workload}" or metric.get("dimensions"):
            yield f"{function.name}: counts in {metric['namespace']}"


def test_cold_starts_are_counted(graph: Graph):
    assert released(graph) and list(filtered(graph)) == []


@pytest.mark.parametrize(("change", "says"), [
    (not_made, "no filter counts its cold starts"),
    (with_(pattern='{ $.type = "platform.report" }'), "the filter fits other lines"),
    (with_(pattern='{ $.type = "platform.end" && $.record.metrics.initDurationMs > 0 }'), "the filter fits other lines"),
    (lambda _, sent: {**sent, "metric_transformation": {"name": "InitDuration", "namespace": "serverless-platform/dev-orders", "value": "1"}}, "is not how long"),
    (lambda _, sent: {**sent, "metric_transformation": {"name": "InitDuration", "namespace": "orders", "value": "$.record.metrics.initDurationMs"}}, "counts in orders"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, change: Change, says: str):
    found = told_of(monkeypatch, ("orders",), "cloudwatch.LogMetricFilter", change, filtered)
    assert any(says in each for each in found), found


def test_it_costs_one_metric_a_workload():
    settings = stack_settings(ROOT, "prod")
    lines = cost(load_manifests(ROOT / "workloads", settings)["orders"], settings).active
    assert [(line.quantity, line.usd) for line in lines if line.what == "metric of cold starts"] == [(1, 0.30)]
