"""AWS CodeDeploy: the emulator has none of it. The calls are named for their limits; nobody makes them."""

import math
from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging
from ..wire import UNKNOWN
from .common import range_of

TAGS = Tagging("tags", "tag_resource", "untag_resource", "list_tags_for_resource", {"ResourceArn": "arn"}, shape="list")
ARN = "arn:{partition}:codedeploy:{region}:{account}"
LONGEST_MINUTES = 2880
"""CodeDeploy user guide, "Quotas": minutes between the first and the last shift of traffic of a Lambda deployment."""
ALARMS = 10
"""CodeDeploy user guide, "Quotas": alarms of a deployment group; as many triggers."""
OF_LAMBDA = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
KINDS = {"TimeBasedCanary": "timeBasedCanary", "TimeBasedLinear": "timeBasedLinear"}


def _platform(inputs: State) -> list[tuple[str, str]]:
    """CreateDeploymentConfig: servers have a number that stays healthy, functions and containers a way to shift traffic."""
    platform = inputs.get("computePlatform", "Server")
    if platform is UNKNOWN:
        return []
    wanted, foreign = ("minimumHealthyHosts", "trafficRoutingConfig")[:: 1 if platform == "Server" else -1]
    found = []
    if inputs.get(wanted) is None:
        found.append((wanted, f"missing '{wanted}': computePlatform={platform} needs it"))
    if inputs.get(foreign) is not None:
        found.append((foreign, f"{foreign}: has no meaning where computePlatform is {platform}"))
    return found


def _shift(inputs: State) -> list[tuple[str, str]]:
    routing = inputs.get("trafficRoutingConfig")
    if not isinstance(routing, dict):
        return []
    kind = routing.get("type", "AllAtOnce")
    found = []
    for each, name in KINDS.items():
        given, where = routing.get(name), f"trafficRoutingConfig.{name}"
        if kind == each and not isinstance(given, dict):
            found.append((where, f"missing '{where}': type={kind} needs it"))
        elif kind != each and given is not None:
            found.append((where, f"{where}: has no meaning where type is {kind}"))
        elif isinstance(given, dict):
            found += _steps(where, given, linear=each == "TimeBasedLinear")
    return found


def _steps(where: str, given: State, *, linear: bool) -> list[tuple[str, str]]:
    found = [(f"{where}.{name}", f"missing '{where}.{name}'") for name in ("percentage", "interval") if given.get(name) is None]
    percentage, interval = given.get("percentage"), given.get("interval")
    if isinstance(percentage, (int, float)) and isinstance(interval, (int, float)) and percentage > 0:
        minutes = interval * (math.ceil(100 / percentage) - 1 if linear else 1)
        if minutes > LONGEST_MINUTES:
            told = f"{where}: the last shift is {int(minutes)} minutes after the first, at most {LONGEST_MINUTES} are taken"
            found.append((f"{where}.interval", told))
    return found


def _own_name(inputs: State) -> list[tuple[str, str]]:
    name = inputs.get("deploymentConfigName")
    if isinstance(name, str) and name.startswith("CodeDeployDefault."):
        return [("deploymentConfigName", f"deploymentConfigName='{name}': names that begin with CodeDeployDefault. are AWS's")]
    return []


def _lists(inputs: State) -> list[tuple[str, str]]:
    """What is switched on has to name something, and not too much."""
    found = []
    for name, inner in (("alarmConfiguration", "alarms"), ("autoRollbackConfiguration", "events")):
        block = inputs.get(name)
        if isinstance(block, dict) and block.get("enabled") is True and not block.get(inner):
            found.append((f"{name}.{inner}", f"missing '{name}.{inner}': {name}.enabled needs at least one"))
    watched = inputs.get("alarmConfiguration")
    counted = {
        "alarmConfiguration.alarms": watched.get("alarms") if isinstance(watched, dict) else None,
        "triggerConfigurations": inputs.get("triggerConfigurations"),
    }
    for path, given in counted.items():
        if isinstance(given, list) and len(given) > ALARMS:
            found.append((path, f"{path}: has {len(given)} entries, at most {ALARMS} are taken"))
    return found


def _style(inputs: State) -> list[tuple[str, str]]:
    """The platform is the application's; where the configuration is one of AWS's, its name tells it too."""
    config, style = inputs.get("deploymentConfigName"), inputs.get("deploymentStyle")
    if not isinstance(config, str) or not config.startswith("CodeDeployDefault.Lambda") or style is UNKNOWN:
        return []
    given = {name: (style or {}).get(name) for name in OF_LAMBDA}
    if given == OF_LAMBDA:
        return []
    told = (
        f"deploymentConfigName='{config}' is for functions: deploymentType BLUE_GREEN with deploymentOption WITH_TRAFFIC_CONTROL"
    )
    return [("deploymentStyle", f"deploymentStyle: {told}")]


def _alarms(work: Work) -> Any:
    """Names, which the API has in objects."""
    block = work.state.get("alarmConfiguration")
    return {**block, "alarms": [{"name": name} for name in block.get("alarms") or []]} if block else None


RESOURCES = [
    Resource(
        "aws:codedeploy/application:Application", "codedeploy", id="{applicationId}:{name}", named="name", name_limit=100, tags=TAGS,
        api={"applicationName": "name"}, known={"arn": f"{ARN}:application:{{name}}"}, fakes={"applicationId": "uuid"},
        create=Call("create_application"),
        aws_refuses=(
            Refusal("codedeploy-application-name-is-taken", "CreateApplication refuses a name that account and region have already, whoever made it."),
        ),
    ),
    Resource(
        "aws:codedeploy/deploymentConfig:DeploymentConfig", "codedeploy", id="{deploymentConfigName}", named="deploymentConfigName", name_limit=100,
        api={"canaryPercentage": "percentage", "canaryInterval": "interval", "linearPercentage": "percentage", "linearInterval": "interval"},
        known={"arn": f"{ARN}:deploymentconfig:{{deploymentConfigName}}"}, fakes={"deploymentConfigId": "uuid"},
        create=Call("create_deployment_config"),
        limits={f"trafficRoutingConfig.{name}.{key}": limit for name in KINDS.values()
                for key, limit in (("percentage", range_of(1, 99)), ("interval", range_of(1, LONGEST_MINUTES)))},
        checks=(_own_name, _platform, _shift),
        aws_refuses=(
            Refusal("codedeploy-config-in-use", "DeleteDeploymentConfig is refused while a group uses the configuration, and every change replaces it: one whose name stays would be deleted first, so its name has to change with what it says."),
            Refusal("codedeploy-50-configs", "An account has at most 50 deployment configurations of its own in a region."),
        ),
    ),
    Resource(
        "aws:codedeploy/deploymentGroup:DeploymentGroup", "codedeploy", id="{deploymentGroupId}", named="deploymentGroupName", name_limit=100, tags=TAGS,
        api={"applicationName": "appName", "autoScalingGroups": "autoscalingGroups", "blueGreenDeploymentConfiguration": "blueGreenDeploymentConfig",
             "elbInfoList": "elbInfos", "targetGroupInfoList": "targetGroupInfos", "ecsServices": "ecsService"},
        known={"arn": f"{ARN}:deploymentgroup:{{appName}}/{{deploymentGroupName}}"}, fakes={"deploymentGroupId": "uuid"},
        create=Call("create_deployment_group", {"alarmConfiguration": _alarms}), checks=(_lists, _style),
        limits={"serviceRoleArn": {"pattern": r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+"}},  # IAM user guide, "ARN format"
        aws_refuses=(
            Refusal("codedeploy-group-after-its-application", "The application has to exist.", needs="codedeploy/application of appName"),
            Refusal("codedeploy-group-keeps-its-application", "A change of appName is an update for the official provider, which CodeDeploy refuses: the other application has no such group."),
            Refusal("codedeploy-group-config-exists", "The deployment configuration has to exist, unless it is one of AWS's (CodeDeployDefault.)."),
            Refusal("codedeploy-group-role-is-taken", "CreateDeploymentGroup is refused unless codedeploy.amazonaws.com may take the service role when it is called."),
            Refusal("codedeploy-group-role-may", "A deployment fails unless the service role may read and move the alias, invoke the hooks, describe alarms and read provisioned concurrency; nothing looks when the group is made."),
            Refusal("codedeploy-group-of-functions", "A group of a Lambda application is BLUE_GREEN and WITH_TRAFFIC_CONTROL; the default, IN_PLACE, is refused."),
            Refusal("codedeploy-alarms-exist", "Alarms are named and not looked up: a name that no alarm has counts as OK, so a misspelt one never stops a deployment.", needs="cloudwatch/metricAlarm of alarmConfiguration"),
            Refusal("codedeploy-alarm-already-on", "A deployment is stopped at once while one of the group's alarms is in ALARM, also when the old version raised it."),
            Refusal("codedeploy-one-at-a-time", "CreateDeployment is refused while a deployment of the group runs (DeploymentLimitExceededException)."),
            Refusal("codedeploy-target-is-a-version", "A deployment needs two different published versions: $LATEST is refused, and so is the version that the alias has."),
            Refusal("codedeploy-hook-in-an-hour", "A lifecycle hook that reports no status within an hour fails the deployment."),
        ),
    ),
]  # fmt: skip
