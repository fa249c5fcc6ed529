"""What feature flags need, in the graph: a configuration of their own, alarms that take a change back, and functions that may read no more."""

import json
from collections.abc import Iterator

import pytest

from platform_contract.features.feature_flags import GROWTH, MONITORS
from tests.program.breaking import told_of, unordered, with_, without
from tests.program.graph import Graph, Node, stack_config


def readers(graph: Graph) -> list[Node]:
    """Functions that are told where their flags are."""
    return [node for node in graph.all("lambda/function") if "FLAGS_APPLICATION" in node.inputs["environment"]["variables"]]


def id_of(node: Node) -> str:
    """As the mocks assign it."""
    return f"{node.name}-id"


def of(graph: Graph, kind: str, application: Node) -> list[Node]:
    """Resources of `kind` in an application."""
    return [node for node in graph.all(kind) if node.inputs["applicationId"] == id_of(application)]


def configurations(graph: Graph) -> Iterator[str]:
    """Each application has an environment, a profile with a validator, and one version that the program deploys once."""
    applications = graph.all("appconfig/application")
    named = {node.inputs["name"] for node in applications}
    yield from (f"{node.urn}: reads flags of no application" for node in readers(graph)
                if node.inputs["environment"]["variables"]["FLAGS_APPLICATION"] not in named)  # fmt: skip
    for application in applications:
        (environment,), (profile,) = of(graph, "appconfig/environment", application), of(graph, "appconfig/configurationProfile", application)
        (version,), (deployment,) = of(graph, "appconfig/hostedConfigurationVersion", application), of(graph, "appconfig/deployment", application)
        if environment.inputs["name"] != stack_config(graph.nodes[0].urn.split(":")[2])["serverless-platform:environment"]:
            yield f"{environment.urn}: functions ask for another environment"
        if profile.inputs["name"] != "flags" or profile.inputs.get("type") not in (None, "AWS.Freeform") or profile.inputs["locationUri"] != "hosted":
            yield f"{profile.urn}: Powertools reads another form"
        validators = profile.inputs.get("validators", [])
        if [each["type"] for each in validators] != ["JSON_SCHEMA"]:
            yield f"{profile.urn}: takes any text for flags"
            continue
        flags = json.loads(version.inputs["content"])
        if set(json.loads(validators[0]["content"])["properties"]) != set(flags) or not all(isinstance(each["default"], bool) for each in flags.values()):
            yield f"{version.urn}: is not what its validator takes"
        if "content" not in version.ignore_changes:
            yield f"{version.urn}: an update would send the manifest's defaults over what was set"
        wanted = str(int(version.outputs["versionNumber"])), environment.outputs["environmentId"], profile.outputs["configurationProfileId"]
        if (deployment.inputs["configurationVersion"], deployment.inputs["environmentId"], deployment.inputs["configurationProfileId"]) != wanted:
            yield f"{deployment.urn}: deploys something else"


def strategies(graph: Graph) -> Iterator[str]:
    """A change grows as the stack wants it, and one strategy belongs to each application."""
    growth = GROWTH[stack_config(graph.nodes[0].urn.split(":")[2])["serverless-platform:rollout"]]
    used = {node.inputs["deploymentStrategyId"] for node in graph.all("appconfig/deployment")}
    for node in graph.all("appconfig/deploymentStrategy"):
        given = node.inputs["growthType"], node.inputs["growthFactor"], node.inputs["deploymentDurationInMinutes"], node.inputs["finalBakeTimeInMinutes"]
        if given != (growth.kind, growth.percent, growth.minutes, growth.bake_minutes):
            yield f"{node.urn}: does not grow as the stack wants"
        if id_of(node) not in used:
            yield f"{node.urn}: deploys nothing"


def monitors(graph: Graph) -> Iterator[str]:
    """What takes a change back: alarms that are there, silent without data, and that AppConfig may ask for."""
    alarms = {node.outputs["arn"]: node.inputs for node in graph.all("cloudwatch/metricAlarm")}
    roles = {node.outputs["arn"]: node for node in graph.all("iam/role")}
    policies = graph.all("iam/rolePolicy")
    for environment in graph.all("appconfig/environment"):
        watched = environment.inputs.get("monitors", [])
        if not 0 < len(watched) <= MONITORS:
            yield f"{environment.urn}: {len(watched)} monitors"
        for monitor in watched:
            alarm, role = alarms.get(monitor["alarmArn"]), roles[monitor["alarmRoleArn"]]
            if alarm is None:
                yield f"{environment.urn}: watches {monitor['alarmArn']}, which is no alarm"
                continue
            if alarm["treatMissingData"] != "notBreaching" or not alarm["actionsEnabled"]:
                yield f"{environment.urn}: {alarm['name']} without data would take back every change"
            if json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"] != {"Service": "appconfig.amazonaws.com"}:
                yield f"{environment.urn}: AppConfig may not take {role.name}"
            allowing = [each for each in policies if each.inputs["role"] == role.inputs["name"]
                        and any("cloudwatch:DescribeAlarms" in it["Action"] and monitor["alarmArn"] in it["Resource"] for it in json.loads(each.inputs["policy"])["Statement"])]  # fmt: skip
            if not any(graph.comes_after(environment, each) for each in allowing):
                yield f"{environment.urn}: AppConfig may not ask for {alarm['name']} when it is made"


def reading(graph: Graph) -> Iterator[str]:
    """Functions that read flags may read those of their workload, and nobody else reads any."""
    configurations_of = {
        application.inputs["name"]: f":application/{id_of(application)}"
        f"/environment/{of(graph, 'appconfig/environment', application)[0].outputs['environmentId']}"
        f"/configuration/{of(graph, 'appconfig/configurationProfile', application)[0].outputs['configurationProfileId']}"
        for application in graph.all("appconfig/application")
    }
    allowed: dict[str, list[tuple[tuple[str, ...], list[str]]]] = {}
    for policy in graph.all("iam/rolePolicy"):
        for each in json.loads(policy.inputs["policy"])["Statement"]:
            if any(action.startswith("appconfig:") for action in each["Action"]):
                allowed.setdefault(policy.inputs["role"], []).append((tuple(sorted(each["Action"])), each["Resource"]))
    roles = {node.outputs["arn"]: node.inputs["name"] for node in graph.all("iam/role")}
    for function in readers(graph):
        given = allowed.pop(roles[function.inputs["role"]], [])
        wanted = configurations_of.get(function.inputs["environment"]["variables"]["FLAGS_APPLICATION"], "-")
        if [actions for actions, _ in given] != [("appconfig:GetLatestConfiguration", "appconfig:StartConfigurationSession")]:
            yield f"{function.urn}: may not read its flags, or more than that"
        elif [resource.endswith(wanted) and "*" not in resource for resource in given[0][1]] != [True]:
            yield f"{function.urn}: may read {given[0][1]}"
    yield from (f"{role}: reads no flags and may" for role in allowed)


CHECKS = (configurations, strategies, monitors, reading)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_flags_have_what_they_need(graph: Graph, check):
    assert readers(graph)
    assert list(check(graph)) == []


def any_environment(_: str, sent: dict) -> dict:
    return {**sent, "monitors": sent["monitors"] * 6}


@pytest.mark.parametrize(("kind", "change", "check", "says"), [
    ("appconfig.ConfigurationProfile", without("validators"), configurations, "takes any text"),
    ("appconfig.ConfigurationProfile", with_(type="AWS.AppConfig.FeatureFlags"), configurations, "another form"),
    ("appconfig.HostedConfigurationVersion", lambda _, sent: {**sent, "opts": type(sent["opts"])(parent=sent["opts"].parent)}, configurations, "over what was set"),
    ("appconfig.HostedConfigurationVersion", with_(content='{"taking": {"default": "yes"}}'), configurations, "is not what its validator takes"),
    ("appconfig.Environment", with_(name="other"), configurations, "another environment"),
    ("appconfig.Application", with_(name="other"), configurations, "reads flags of no application"),
    ("appconfig.DeploymentStrategy", with_(final_bake_time_in_minutes=99), strategies, "does not grow"),
    ("appconfig.Environment", without("monitors"), monitors, "0 monitors"),
    ("appconfig.Environment", any_environment, monitors, "12 monitors"),
    ("appconfig.Environment", unordered, monitors, "may not ask for"),
    ("cloudwatch.MetricAlarm", with_(treat_missing_data="missing"), monitors, "without data"),
    ("iam.RolePolicy", lambda name, sent: {**sent, "policy": sent["policy"].replace("DescribeAlarms", "GetMetricData")} if name.endswith("-flags-monitors") else sent, monitors, "may not ask for"),
    ("iam.RolePolicy", lambda name, sent: None if name.endswith("-flags-api-assigned") else sent, reading, "may not read its flags"),
    ("iam.RolePolicy", lambda name, sent: {**sent, "role": "dev-orders-gate-eu-west-1"} if name.endswith("-flags-api-assigned") else sent, reading, "reads no flags and may"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change, check, says: str):
    found = told_of(monkeypatch, ("orders",), kind, change, check)
    assert found and any(says in each for each in found), found
