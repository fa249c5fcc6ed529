"""AWS AppConfig: configurations that change while functions run."""

import json
from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging

ARN = "arn:{partition}:appconfig:{region}:{account}"
APPLICATION = f"{ARN}:application/{{applicationId}}"
ARNS = {
    "application": f"{ARN}:application/{{id}}",
    "environment": f"{APPLICATION}/environment/{{environmentId}}",
    "profile": f"{APPLICATION}/configurationprofile/{{configurationProfileId}}",
    "version": f"{APPLICATION}/configurationprofile/{{configurationProfileId}}/hostedconfigurationversion/{{versionNumber}}",
    "strategy": f"{ARN}:deploymentstrategy/{{id}}",
    "deployment": f"{APPLICATION}/environment/{{environmentId}}/deployment/{{deploymentNumber}}",
}
"""No call answers them."""
MONITORS, VALIDATORS = 5, 2
"""AppConfig API reference: of an environment, of a profile."""
DRAFT = "http://json-schema.org/draft-04/schema"
"""AppConfig user guide, "JSON Schema validators": the version that AppConfig reads."""


def _tags(kind: str, create: str = "Tags") -> Tagging:
    target = {"ResourceArn": lambda work: work.format(ARNS[kind])}
    return Tagging(create, "tag_resource", "untag_resource", "list_tags_for_resource", target)


def _at_most(name: str, most: int) -> Any:
    def check(inputs: State) -> list[tuple[str, str]]:
        given = inputs.get(name)
        if isinstance(given, list) and len(given) > most:
            return [(name, f"{name}: has {len(given)} entries, at most {most} are taken")]
        return []

    return check


def _validators(inputs: State) -> list[tuple[str, str]]:
    """What AppConfig runs before a deployment; the emulator keeps them and runs none."""
    found = []
    given = inputs.get("validators")
    for index, each in enumerate(given if isinstance(given, list) else []):
        where, content = f"validators[{index}].content", each.get("content") if isinstance(each, dict) else None
        if not isinstance(content, str):
            continue
        if each.get("type") == "LAMBDA" and ":function:" not in content:
            found.append((where, f"{where}: is the ARN of a function where the type is LAMBDA"))
        elif each.get("type") == "JSON_SCHEMA":
            found += [(where, f"{where}: {told}") for told in _schema(content)]
    return found


def _schema(content: str) -> list[str]:
    try:
        schema = json.loads(content)
    except ValueError as error:
        return [f"is no JSON document: {error}"]
    if not isinstance(schema, dict):
        return ["is no JSON schema: an object is wanted"]
    named = str(schema.get("$schema", DRAFT)).rstrip("#")
    return [] if named == DRAFT else [f"$schema='{named}': AppConfig reads draft 4, {DRAFT}#"]


def _hosted(inputs: State) -> list[tuple[str, str]]:
    uri = inputs.get("locationUri")
    if isinstance(uri, str) and (uri == "hosted") == (inputs.get("retrievalRoleArn") is not None):
        told = (
            "has no meaning where locationUri is hosted" if uri == "hosted" else f"locationUri='{uri}' needs a role to fetch it"
        )
        return [("retrievalRoleArn", f"retrievalRoleArn: {told}")]
    return []


def _json_content(inputs: State) -> list[tuple[str, str]]:
    content, kind = inputs.get("content"), inputs.get("contentType")
    if isinstance(content, str) and kind == "application/json":
        try:
            json.loads(content)
        except ValueError as error:
            return [("content", f"content: is no JSON document: {error}")]
    return []


def _version(work: Work) -> dict[str, Any]:
    return {
        "ApplicationId": work.state["applicationId"], "ConfigurationProfileId": work.state["configurationProfileId"],
        "VersionNumber": int(float(work.state["versionNumber"])),
    }  # fmt: skip


def _create_version(work: Work) -> State:
    names = {"ApplicationId": "applicationId", "ConfigurationProfileId": "configurationProfileId", "ContentType": "contentType",
             "Description": "description", "VersionLabel": "versionLabel"}  # fmt: skip
    given = {member: work.state[name] for member, name in names.items() if work.state.get(name)}
    answer = work.call("create_hosted_configuration_version", Content=work.state["content"].encode(), **given)
    return {"versionNumber": float(answer["VersionNumber"])}


def _read_version(work: Work) -> State | None:
    answer = work.call("get_hosted_configuration_version", **_version(work))
    content = answer["Content"].read().decode()
    return {
        "applicationId": work.state["applicationId"], "configurationProfileId": work.state["configurationProfileId"],
        "versionNumber": float(answer["VersionNumber"]), "contentType": answer["ContentType"], "content": content,
        "description": answer.get("Description") or None, "versionLabel": answer.get("VersionLabel"),
    }  # fmt: skip


def _delete_version(work: Work) -> None:
    work.call("delete_hosted_configuration_version", **_version(work))


def _number(work: Work) -> int:
    return int(float(work.state["deploymentNumber"]))


RESOURCES = [
    Resource(
        "aws:appconfig/application:Application", "appconfig", named="name", tags=_tags("application"),
        known={"arn": ARNS["application"]}, fakes={"id": "hex:7"},
        create=Call("create_application"), update=(Call("update_application", {"ApplicationId": "id"}),),
        read=Call("get_application", {"ApplicationId": "id"}), delete=(Call("delete_application", {"ApplicationId": "id"}),),
        aws_refuses=(
            Refusal("appconfig-application-is-empty", "DeleteApplication is refused while there are environments or profiles in it, whoever made them; the emulator deletes them too."),
        ),
    ),
    Resource(
        "aws:appconfig/environment:Environment", "appconfig", id="{environmentId}:{applicationId}", named="name", tags=_tags("environment"),
        api={"Id": "environmentId"}, known={"arn": ARNS["environment"]}, fakes={"environmentId": "hex:7"},
        create=Call("create_environment"), update=(Call("update_environment"),), read=Call("get_environment"), delete=(Call("delete_environment"),),
        checks=(_at_most("monitors", MONITORS),),
        aws_refuses=(
            Refusal("appconfig-environment-after-its-application", "The application has to exist.", needs="appconfig/application of applicationId"),
            Refusal("appconfig-monitor-after-its-alarm", "The alarms of the monitors have to exist: a deployment cannot ask for the state of one that does not.", needs="cloudwatch/metricAlarm of monitors"),
            Refusal("appconfig-monitor-role", "AppConfig asks for alarms in the name of the monitor's role: appconfig.amazonaws.com may take it, and it has cloudwatch:DescribeAlarms. The emulator asks no role.", needs="iam/role of monitors"),
            Refusal("appconfig-monitor-without-data", "A deployment is rolled back when an alarm is in ALARM, and also when it is in INSUFFICIENT_DATA: alarms of monitors treat missing data as not breaching."),
            Refusal("appconfig-environment-is-protected", "DeleteEnvironment is refused while deletion protection is on in the account and somebody has read a configuration of the environment in the last hour or more, and while a deployment runs."),
        ),
    ),
    Resource(
        "aws:appconfig/configurationProfile:ConfigurationProfile", "appconfig", id="{configurationProfileId}:{applicationId}", named="name",
        name_limit=128, tags=_tags("profile"), api={"Id": "configurationProfileId"},
        known={"arn": ARNS["profile"]}, fakes={"configurationProfileId": "hex:7"},
        create=Call("create_configuration_profile"), update=(Call("update_configuration_profile"),), read=Call("get_configuration_profile"),
        delete=(Call("delete_configuration_profile"),), assigned=frozenset({"type"}), checks=(_hosted, _validators, _at_most("validators", VALIDATORS)),
        aws_refuses=(
            Refusal("appconfig-profile-after-its-application", "The application has to exist.", needs="appconfig/application of applicationId"),
            Refusal("appconfig-profile-has-no-versions", "DeleteConfigurationProfile is refused while hosted versions exist under it, also those that were made outside of the program; the emulator deletes them too."),
            Refusal("appconfig-profile-is-protected", "DeleteConfigurationProfile is refused while deletion protection is on in the account and somebody has read the configuration in the last hour or more."),
            Refusal("appconfig-validator-may-be-invoked", "A validator of type LAMBDA needs a permission for appconfig.amazonaws.com; the emulator runs no validator of either type."),
        ),
    ),
    Resource(
        "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion", "appconfig", id="{applicationId}/{configurationProfileId}/{versionNumber}",
        known={"arn": ARNS["version"]}, fakes={"versionNumber": "1"},
        create=_create_version, read=_read_version, delete=(_delete_version,), replaces=frozenset({"versionLabel"}), checks=(_json_content,),
        limits={"contentType": {"maxLength": 255, "minLength": 1}, "description": {"maxLength": 1024},
                "versionLabel": {"pattern": ".*[^0-9].*", "maxLength": 64}},  # AppConfig API reference, CreateHostedConfigurationVersion
        aws_refuses=(
            Refusal("appconfig-version-after-its-profile", "The profile has to exist.", needs="appconfig/configurationProfile of configurationProfileId"),
            Refusal("appconfig-version-of-flags", "A version of a profile of type AWS.AppConfig.FeatureFlags has the form of feature flags (version, flags, values), or it is refused; the emulator takes anything."),
        ),
    ),
    Resource(
        "aws:appconfig/deploymentStrategy:DeploymentStrategy", "appconfig", named="name", tags=_tags("strategy"),
        known={"arn": ARNS["strategy"]}, fakes={"id": "hex:7"},
        create=Call("create_deployment_strategy"), update=(Call("update_deployment_strategy", {"DeploymentStrategyId": "id"}),),
        read=Call("get_deployment_strategy", {"DeploymentStrategyId": "id"}), delete=(Call("delete_deployment_strategy", {"DeploymentStrategyId": "id"}),),
        aws_refuses=(
            Refusal("appconfig-20-strategies", "An account has at most 20 deployment strategies of its own in a region (a quota that can be raised)."),
        ),
    ),
    Resource(
        "aws:appconfig/deployment:Deployment", "appconfig", id="{applicationId}/{environmentId}/{deploymentNumber}", tags=_tags("deployment", create=""),  # the emulator drops those of StartDeployment

        known={"arn": ARNS["deployment"]}, fakes={"deploymentNumber": "1", "state": "COMPLETE"},
        create=Call("start_deployment"), read=Call("get_deployment", {"DeploymentNumber": _number}), delete=(),
        aws_refuses=(
            Refusal("appconfig-deployment-after-its-environment", "The environment has to exist.", needs="appconfig/environment of environmentId"),
            Refusal("appconfig-deployment-after-its-version", "The version has to exist.", needs="appconfig/hostedConfigurationVersion of configurationVersion"),
            Refusal("appconfig-deployment-one-at-a-time", "StartDeployment is refused while a deployment runs or bakes in the environment, whatever profile it is of."),
            Refusal("appconfig-deployment-is-validated", "StartDeployment is refused when a validator of the profile says no; the emulator asks none."),
            Refusal("appconfig-deployment-is-not-deleted", "A deployment cannot be deleted: that its resource goes takes nothing back, and what was deployed stays."),
            Refusal("appconfig-deployment-goes-on", "A deployment goes on for minutes after it was made; that it is rolled back then is in no state of the program."),
        ),
    ),
]  # fmt: skip
