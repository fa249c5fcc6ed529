"""Firewalls in the graph: every API that WAF protects has one, after its log; it refuses, it logs without credentials, its alarms can fire."""

import re
from collections.abc import Iterator

import pytest

from platform_contract.platform import waf
from tests.program import checks
from tests.program.breaking import Change, not_made, only, unordered, with_, without
from tests.program.climbing import in_phase, told_in_phase
from tests.program.graph import Graph, Node
from tests.program.metrics import METRICS
from tests.program.stacks import graph_of

PROTECTED = ("apigateway/stage", "appsync/graphQLApi")


def lists(graph: Graph) -> list[Node]:
    return graph.all("wafv2/webAcl")


def associated(graph: Graph) -> Iterator[str]:
    """Every stage of a REST API and every GraphQL API has one list, its own workload's; the list is there before, and so is its log."""
    of = {acl.outputs["arn"]: acl for acl in lists(graph)}
    found: dict[str, list[Node]] = {}
    for node in graph.all("wafv2/webAclAssociation"):
        found.setdefault(node.inputs["resourceArn"], []).append(node)
    for kind in PROTECTED:
        for api in graph.all(kind):
            nodes = found.pop(api.outputs["arn"], [])
            if len(nodes) != 1:
                yield f"{api.name}: {len(nodes)} lists stand before it"
                continue
            acl = of.get(nodes[0].inputs["webAclArn"])
            if acl is None or acl.inputs["tags"]["workload"] != api.inputs["tags"]["workload"] or acl.inputs["scope"] != waf.REGIONAL:
                yield f"{nodes[0].name}: is no list for APIs of this workload"
                continue
            for earlier in (acl, api, *(node for node in graph.all("wafv2/webAclLoggingConfiguration") if node.inputs["resourceArn"] == acl.outputs["arn"])):
                if not graph.comes_after(nodes[0], earlier):
                    yield f"{nodes[0].name}: may be made before {earlier.kind} {earlier.name}"
    yield from (f"{arn}: nothing of the program is there" for arn in found)


def refusing(graph: Graph) -> Iterator[str]:
    """The limit of an address comes first and blocks; the groups are those of the standard and refuse, but for what a manifest says."""
    for acl in lists(graph):
        rules = sorted(acl.inputs.get("rules") or [], key=lambda rule: rule["priority"])
        if [rule["name"] for rule in rules] != [waf.RATE_LIMIT, *waf.GROUPS]:
            yield f"{acl.name}: has the rules {[rule['name'] for rule in rules]}"
            continue
        rate = rules[0]["statement"]["rateBasedStatement"]
        if "block" not in rules[0]["action"] or rate["aggregateKeyType"] != "IP" or rate["evaluationWindowSec"] != waf.WINDOW_SECONDS or not rate["limit"] <= 10**5:
            yield f"{acl.name}: limits {rate} and then does {rules[0]['action']}"
        for rule in rules[1:]:
            group = rule["statement"]["managedRuleGroupStatement"]
            if (group["vendorName"], group["name"]) != ("AWS", waf.GROUPS[rule["name"]].group):
                yield f"{acl.name}: {rule['name']} is {group['name']}"
            if rule["overrideAction"] != {"none": {}}:
                yield f"{acl.name}: {rule['name']} refuses nobody"
            for override in group.get("ruleActionOverrides") or []:
                if override["name"] not in waf.GROUPS[rule["name"]].rules:
                    yield f"{acl.name}: {rule['name']} has no rule {override['name']}"
        for shown in (acl.inputs["visibilityConfig"], *(rule["visibilityConfig"] for rule in rules)):
            if not shown["cloudwatchMetricsEnabled"] or not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", shown["metricName"]):
                yield f"{acl.name}: {shown['metricName']} is not counted"


def logged(graph: Graph) -> Iterator[str]:
    """What is refused or counted is in a log of the right name, under a key and for a time, without credentials."""
    of: dict[str, Node] = {}
    for node in graph.all("wafv2/webAclLoggingConfiguration"):
        if of.setdefault(node.inputs["resourceArn"], node) is not node:
            yield f"{node.name}: takes the place of another log"
    for acl in lists(graph):
        found = of.pop(acl.outputs["arn"], None)
        if found is None:
            yield f"{acl.name}: logs nothing"
            continue
        node = found
        [arn] = node.inputs["logDestinationConfigs"]
        groups = [group for group in graph.all("cloudwatch/logGroup") if group.outputs["arn"] == arn]
        if len(groups) != 1 or not groups[0].inputs["name"].startswith("aws-waf-logs-") or not groups[0].inputs.get("kmsKeyId") or not groups[0].inputs.get("retentionInDays"):
            yield f"{node.name}: logs to {arn}"
        elif not graph.comes_after(node, groups[0]) or not graph.comes_after(node, acl):
            yield f"{node.name}: may be made before its log group or its list"
        headers = {field["singleHeader"]["name"] for field in node.inputs.get("redactedFields", []) if "singleHeader" in field}
        if not headers >= {"authorization", "cookie", "x-api-key"}:
            yield f"{node.name}: logs credentials: only {sorted(headers)} are kept out"
        masked = any(policy.inputs["logGroupName"] == group.inputs["name"] for group in groups for policy in graph.all("cloudwatch/logDataProtectionPolicy"))
        queries = any("queryString" in field for field in node.inputs.get("redactedFields", []))
        samples = [each["visibilityConfig"]["sampledRequestsEnabled"] for each in (acl.inputs, *acl.inputs["rules"])]
        if masked != queries or any(samples) == masked:
            yield f"{node.name}: personal data is masked: {masked}, queries are left out: {queries}, samples are kept: {any(samples)}"
        [kept] = node.inputs["loggingFilter"]["filters"]
        actions = {condition["actionCondition"]["action"] for condition in kept["conditions"]}
        if not actions >= {"BLOCK", "COUNT"} or (kept["behavior"], kept["requirement"]) != ("KEEP", "MEETS_ANY"):
            yield f"{node.name}: keeps {sorted(actions)} only"
    yield from (f"{arn}: is logged and is no list" for arn in of)


def alarms(graph: Graph) -> Iterator[str]:
    """Two for each list, of metrics that WAF publishes for it, with an answer also where everything is refused, which reaches somebody."""
    for acl in lists(graph):
        found = [node for node in graph.all("cloudwatch/metricAlarm") if any(
            query.get("metric", {}).get("dimensions", {}).get("WebACL") == acl.inputs["visibilityConfig"]["metricName"] for query in node.inputs.get("metricQueries", []))]  # fmt: skip
        if len(found) != 2:
            yield f"{acl.name}: {len(found)} alarms"
        for node in found:
            metrics = {query["id"]: query["metric"] for query in node.inputs["metricQueries"] if "metric" in query}
            for metric in metrics.values():
                if metric["metricName"] not in METRICS["AWS/WAFV2"].get(tuple(sorted(metric["dimensions"])), {}) or metric["dimensions"]["Rule"] != "ALL":
                    yield f"{node.name}: WAF publishes no {metric['metricName']} with {metric['dimensions']}"
                if metric["dimensions"].get("Region", "eu-west-1") != "eu-west-1" or metric["stat"] != "Sum":
                    yield f"{node.name}: is of another place"
            [answer] = [query["expression"] for query in node.inputs["metricQueries"] if query.get("returnData")]
            if set(re.findall(r"FILL\((\w+), 0\)", answer)) != {*metrics} or len(re.findall("FILL", answer)) != sum(answer.count(each) for each in metrics):
                yield f"{node.name}: {answer} has no value where one of its metrics has none"
            if not 0 < node.inputs["threshold"] < 1 or node.inputs["comparisonOperator"] != "GreaterThanThreshold":
                yield f"{node.name}: the share never gets there"
            actions = node.inputs.get("alarmActions") or []
            if not actions:
                yield f"{node.name}: tells nobody"
            yield from (f"{node.name}: {wrong}" for action in actions for wrong in checks.unreachable(graph, action, "cloudwatch.amazonaws.com"))


CHECKS = (associated, refusing, logged, alarms)


@pytest.mark.parametrize("stack", ["dev", "prod"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_api_that_waf_protects_has_a_firewall(check, stack: str):
    graph = in_phase("scale", stack)
    assert {node.inputs["tags"]["workload"] for kind in PROTECTED for node in graph.all(kind)} == {"boards", "partners"}
    assert list(check(graph)) == []


def test_the_reference_workload_with_a_rest_api_has_one():
    """And what its tiers promise comes through from one address: 50 a second for five minutes, and a burst of 100."""
    graph = graph_of("dev")
    assert [node.inputs["resourceArn"].rsplit("/", 3)[1] for node in graph.all("wafv2/webAclAssociation")] == ["partners-rest-id"]
    [acl] = [node for node in lists(graph) if node.inputs["scope"] == waf.REGIONAL]
    assert acl.inputs["rules"][0]["statement"]["rateBasedStatement"]["limit"] == 15_100


@pytest.mark.parametrize(("workload", "kind", "change", "check", "says"), [
    ("partners", "wafv2.WebAclAssociation", not_made, associated, "partners-rest: 0 lists stand before it"),
    ("boards", "wafv2.WebAclAssociation", not_made, associated, "boards-graphql: 0 lists stand before it"),
    ("partners", "wafv2.WebAclAssociation", unordered, associated, "may be made before wafv2/webAclLoggingConfiguration"),
    ("partners", "wafv2.WebAclAssociation", with_(resource_arn="arn:aws:apigateway:eu-west-1::/restapis/x/stages/live"), associated, "partners-rest: 0 lists"),
    ("partners", "wafv2.WebAcl", with_(rules=[]), refusing, "has the rules []"),
    ("partners", "wafv2.WebAcl", lambda _, sent: {**sent, "rules": sent["rules"][1:]}, refusing, "has the rules ['ip-reputation', 'known-bad-inputs', 'common']"),
    ("partners", "wafv2.WebAclLoggingConfiguration", with_(resource_arn="arn:aws:wafv2:eu-west-1:111111111111:regional/webacl/other/x"), logged, "logs nothing"),
    ("partners", "wafv2.WebAclLoggingConfiguration", without("redacted_fields"), logged, "logs credentials: only [] are kept out"),
    ("partners", "wafv2.WebAclLoggingConfiguration", with_(log_destination_configs=["arn:aws:logs:eu-west-1:111111111111:log-group:other"]), logged, "logs to "),
    ("partners", "cloudwatch.MetricAlarm", only("-mostly-blocked", not_made), alarms, "1 alarms"),
    ("partners", "cloudwatch.MetricAlarm", only("-firewall-blocked", without("alarm_actions")), alarms, "tells nobody"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, workload: str, kind: str, change: Change, check, says: str):
    found = told_in_phase(monkeypatch, "scale", workload, kind, change, check)
    assert any(says in each for each in found), found


@pytest.mark.parametrize("phase", ["pilot", "standardize"])
def test_before_scale_there_is_none(phase: str):
    assert not lists(in_phase(phase)) and not in_phase(phase).all("wafv2/webAclAssociation")
