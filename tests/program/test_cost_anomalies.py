"""Cost anomalies in the graph: one subscription of a stack, to the monitor of its own account, told by a topic that admits who publishes there."""

import json
import math
from collections.abc import Iterator

import pytest

from tests.program.breaking import Change, not_made, told_of, with_
from tests.program.checks import unreachable
from tests.program.graph import Graph, stack_config
from tests.program.stacks import graph_of

KIND = "costexplorer/anomalySubscription"


def told(graph: Graph) -> Iterator[str]:
    """Far more is spent than was expected: the alarm topic is told at once."""
    found = graph.all(KIND)
    if len(found) != 1:
        yield f"{len(found)} subscriptions, and a stack has one"
    [account] = json.loads(graph.one("aws", "aws").inputs["allowedAccountIds"])
    for node in found:
        inputs = node.inputs
        for arn in inputs["monitorArnLists"]:
            if arn.split(":")[4] != account:
                yield f"{node.name}: {arn} is no monitor of the account {account}"
        kinds = [each["type"] for each in inputs["subscribers"]]
        if (inputs["frequency"], kinds) != ("IMMEDIATE", ["SNS"]):
            yield f"{node.name}: {inputs['frequency']} tells {kinds}"
        for each in inputs["subscribers"]:
            yield from (f"{node.name}: {wrong}" for wrong in unreachable(graph, each["address"], "costalerts.amazonaws.com"))
        policies = [policy for policy in graph.all("sns/topicPolicy") if policy.inputs["arn"] in {each["address"] for each in inputs["subscribers"]}]
        yield from (f"{node.name}: may be made before {policy.name} admits it" for policy in policies if not graph.comes_after(node, policy))
        if "region" in inputs:
            yield f"{node.name}: has a region, and Cost Explorer has none"


def enough(graph: Graph) -> Iterator[str]:
    """From a tenth of all budgets on, and above in so many US dollars: a share of what was expected is alarming for cents."""
    budgets = sum(float(node.inputs["limitAmount"]) for node in graph.all("budgets/budget"))
    for node in graph.all(KIND):
        impact = node.inputs["thresholdExpression"]["dimension"]
        if (impact["key"], impact["matchOptions"]) != ("ANOMALY_TOTAL_IMPACT_ABSOLUTE", ["GREATER_THAN_OR_EQUAL"]):
            yield f"{node.name}: by {impact['key']}, {impact['matchOptions']}"
        [value] = impact["values"]
        if float(value) != max(5, math.ceil(budgets / 10)):
            yield f"{node.name}: told from USD {value} on, and the budgets are {budgets:g} together"


@pytest.mark.parametrize("check", [told, enough], ids=lambda check: check.__name__)
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_account_that_spends_more_than_usual_is_told(stack: str, check):
    assert list(check(graph_of(stack))) == []


def test_a_stack_without_a_monitor_has_none():
    assert not stack_config("local")["serverless-platform:cost_anomaly_monitor_arn"] and graph_of("local").all(KIND) == []


@pytest.mark.parametrize(("kind", "change", "check", "says"), [
    ("costexplorer.AnomalySubscription", not_made, told, "0 subscriptions, and a stack has one"),
    ("costexplorer.AnomalySubscription", with_(monitor_arn_lists=["arn:aws:ce::222222222222:anomalymonitor/one"]), told, "is no monitor of the account 111111111111"),
    ("costexplorer.AnomalySubscription", with_(frequency="DAILY"), told, "DAILY tells ['SNS']"),
    ("sns.TopicPolicy", with_(policy='{"Statement": []}'), told, "does not admit costalerts.amazonaws.com"),
    ("kms.Key", with_(policy='{"Statement": []}'), told, "the key of the topic arn:aws:sns:eu-west-1:111111111111:dev-alarms does not admit costalerts.amazonaws.com"),
    ("costexplorer.AnomalySubscription", lambda _, sent: _with_impact(sent, "1000"), enough, "told from USD 1000 on"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, check, says: str):
    found = told_of(monkeypatch, ("orders",), kind, change, check)
    assert any(says in each for each in found), found


def _with_impact(sent: dict, usd: str) -> dict:
    sent["threshold_expression"].dimension.values = [usd]
    return {**sent}
