"""What a release needs, in the graph: application, groups with their alarms, an alias that updates leave alone, the function that checks."""

import json
from collections.abc import Iterator

import pytest

from platform_contract.features.strategy import STRATEGIES
from tests.program.breaking import not_made, only, told_of, with_, without
from tests.program.graph import Graph, Node, stack_config
from tests.program.stacks import graph_of
from tests.program.timings import function_of


def released(graph: Graph) -> list[Node]:
    """Functions whose workload is in the phase standardize or later: they lie under its Pilot."""
    workloads = {node.urn for node in graph.all("Workload") if node.inputs["phase"] != "pilot"}
    pilots = {node.urn for node in graph.all("Pilot") if node.parent in workloads}
    blocks = {node.urn: node for node in graph.all("Function") if node.parent in pilots}
    made = [node for node in graph.all("lambda/function") if node.parent in blocks]
    return [node for node in made if not node.name.endswith("-rotation")]


def groups(graph: Graph) -> Iterator[str]:
    """One group for each released function, which CodeDeploy takes and which watches the right alarms."""
    applications = {node.inputs["name"]: node for node in graph.all("codedeploy/application")}
    alarms = {node.inputs["name"]: node.inputs for node in graph.all("cloudwatch/metricAlarm")}
    of = {node.inputs["deploymentGroupName"]: node for node in graph.all("codedeploy/deploymentGroup")}
    wanted = stack_config(graph.nodes[0].urn.split(":")[2])["serverless-platform:rollout"]
    for function in released(graph):
        name = function.inputs["name"]
        group = of.pop(name, None)
        if group is None:
            yield f"{function.urn}: has no deployment group"
            continue
        inputs = group.inputs
        if applications[inputs["appName"]].inputs["computePlatform"] != "Lambda":
            yield f"{group.urn}: its application is not one of functions"
        if inputs["deploymentStyle"] != {"deploymentOption": "WITH_TRAFFIC_CONTROL", "deploymentType": "BLUE_GREEN"}:
            yield f"{group.urn}: CodeDeploy refuses its style for functions"
        if inputs["deploymentConfigName"] != STRATEGIES[wanted].configuration:
            yield f"{group.urn}: shifts as {inputs['deploymentConfigName']}, and the stack wants {wanted}"
        if set(inputs["autoRollbackConfiguration"]["events"]) != {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"}:
            yield f"{group.urn}: does not roll back on everything"
        watched = inputs["alarmConfiguration"]["alarms"]
        if not inputs["alarmConfiguration"]["enabled"] or not 0 < len(watched) <= 10:
            yield f"{group.urn}: watches {len(watched)} alarms"
        yield from (f"{group.urn}: watches {each}, which is no alarm" for each in watched if each not in alarms)
        behind = {"FunctionName": name, "Resource": f"{name}:live"}
        newest = {**behind, "ExecutedVersion": function.outputs["version"]}
        for metric, dimensions, what in (("Errors", newest, "newest version"), ("Duration", newest, "newest version"), ("Errors", behind, "alias")):
            if not any(alarms[each]["metricName"] == metric and alarms[each]["dimensions"] == dimensions for each in watched if each in alarms):
                yield f"{group.urn}: no alarm watches {metric} of the {what}"
    yield from (f"{node.urn}: releases no function" for node in of.values())


def aliases(graph: Graph) -> Iterator[str]:
    """An alias that is released has nothing else that could change: with any change the provider would send the version of the state."""
    functions = {node.inputs["name"] for node in released(graph)}
    for alias in graph.all("lambda/alias"):
        ours = alias.inputs["functionName"] in functions
        if ours != (set(alias.ignore_changes) >= {"functionVersion", "routingConfig"}):
            yield f"{alias.urn}: ignores {alias.ignore_changes}"
        if ours and set(alias.inputs) != {"name", "functionName", "functionVersion", "description"}:
            yield f"{alias.urn}: an update of {sorted(alias.inputs)} would send the version of the state"


def checks_of_versions(graph: Graph) -> Iterator[str]:
    """The function that checks may run every version of the workload's functions and tell CodeDeploy, and has events for them."""
    for function in released(graph):
        workload = function.inputs["tags"]["workload"]
        found = [each for each in graph.all("lambda/function") if each.name == f"{workload}-release-checks"]
        if not found:
            yield f"{function.urn}: nobody checks its versions"
            continue
        [checks] = found
        access = next(each for each in graph.all("iam/rolePolicy") if each.parent == checks.parent and each.name.endswith("-access"))
        allowed = {(action, resource) for each in json.loads(access.inputs["policy"])["Statement"]
                   for action in each["Action"] for resource in each["Resource"]}  # fmt: skip
        if ("lambda:InvokeFunction", f"{function.outputs['arn']}:*") not in allowed:
            yield f"{checks.urn}: may not run versions of {function.inputs['name']}"
        if not any(action == "codedeploy:PutLifecycleEventHookExecutionStatus" for action, _ in allowed):
            yield f"{checks.urn}: may not tell CodeDeploy"
        data = json.loads(checks.inputs["code"].assets["checks.json"].text)
        if not data[function.inputs["name"]]["events"]:
            yield f"{checks.urn}: has no event for {function.inputs['name']}"


CHECKS = (groups, aliases, checks_of_versions)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_releases_have_what_they_need(graph: Graph, check):
    assert released(graph)
    assert list(check(graph)) == []


@pytest.mark.parametrize(("kind", "change", "check", "says"), [
    ("codedeploy.DeploymentGroup", not_made, groups, "has no deployment group"),
    ("codedeploy.DeploymentGroup", without("alarm_configuration"), None, ""),
    ("codedeploy.DeploymentGroup", with_(deployment_config_name="CodeDeployDefault.LambdaLinear10PercentEvery1Minute"), groups, "and the stack wants"),
    ("cloudwatch.MetricAlarm", only("-version-errors", lambda _, sent: {**sent, "dimensions": {"FunctionName": "dev-orders-api"}}), groups, "no alarm watches Errors of the newest version"),
    ("lambda_.Alias", lambda _, sent: {**sent, "opts": type(sent["opts"])(parent=sent["opts"].parent)}, aliases, "ignores []"),
    ("lambda_.Alias", with_(description="another", routing_config={"additional_version_weights": {"2": 0.5}}), aliases, "would send the version"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change, check, says: str):
    if check is None:  # the component itself cannot be without
        with pytest.raises(KeyError):
            told_of(monkeypatch, ("orders",), kind, change, groups)
        return
    found = told_of(monkeypatch, ("orders",), kind, change, check)
    assert found and any(says in each for each in found), found


def test_the_record_of_releases_is_never_overwritten(graph: Graph):
    """`operations release` writes its versions; an update that put the first text back would make the newest release look like none."""
    records = [node for node in graph.all("ssm/parameter") if node.name.endswith("-rollout-record")]
    assert len(records) == len({node.inputs["tags"]["workload"] for node in released(graph)})
    for record in records:
        assert record.inputs["value"] == "{}"
        assert set(record.ignore_changes) >= {"value", "insecureValue", "tier"}


def test_nothing_else_tells_the_alias_where_to_go():
    """Triggers invoke the alias, whichever version it has: none names a version."""
    graph = graph_of("prod")
    for node in graph.all("lambda/eventSourceMapping"):
        assert node.inputs["functionName"].endswith(":live")
        assert function_of(graph, node.inputs["functionName"])
