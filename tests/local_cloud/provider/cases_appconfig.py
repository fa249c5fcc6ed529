"""Cases of AWS AppConfig; see `cases`."""

import json
from typing import Any

from .cases import Case, Inputs, Made, need_role
from .cases_operations import need_alarm

APPLICATION, ENVIRONMENT, PROFILE, VERSION, STRATEGY, DEPLOYMENT = (
    f"aws:appconfig/{name[0].lower()}{name[1:]}:{name}"
    for name in (
        "Application",
        "Environment",
        "ConfigurationProfile",
        "HostedConfigurationVersion",
        "DeploymentStrategy",
        "Deployment",
    )
)
SCHEMA = json.dumps({"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["discount"]})

need_application = ("application", APPLICATION, lambda made: {"name": "needed-application"})
need_environment = ("environment", ENVIRONMENT, lambda made: of_application(made, name="needed"))
need_profile = ("profile", PROFILE, lambda made: of_application(made, name="needed", locationUri="hosted"))
need_version = ("version", VERSION, lambda made: of_profile(made, content="{}", contentType="application/json"))
need_strategy = (
    "strategy",
    STRATEGY,
    lambda made: {"name": "needed", "deploymentDurationInMinutes": 0, "growthFactor": 100, "replicateTo": "NONE"},
)


def of_application(made: Made, **inputs: Any) -> Inputs:
    return {"applicationId": made["application"]["id"], **inputs}


def of_profile(made: Made, **inputs: Any) -> Inputs:
    return of_application(made, configurationProfileId=made["profile"]["configurationProfileId"], **inputs)


CASES = [
    Case(APPLICATION, lambda made: {"name": "orders", "description": "one", "tags": {"a": "1"}}, changed={"name": "orders-2", "description": None, "tags": {"b": "2"}}, outputs=("arn",)),
    Case(ENVIRONMENT, lambda made: of_application(made, name="local", description="one", monitors=[{"alarmArn": made["fast"]["arn"], "alarmRoleArn": made["role"]["arn"]}], tags={"a": "1"}),
         needs=(need_role, need_alarm("fast"), need_application), changed={"description": "two", "monitors": None, "tags": {"a": "2"}},
         replaced={"applicationId": "0000000"}, outputs=("arn", "environmentId", "state")),
    Case(PROFILE, lambda made: of_application(made, name="flags", type="AWS.Freeform", locationUri="hosted", description="one", validators=[{"type": "JSON_SCHEMA", "content": SCHEMA}], tags={"a": "1"}),
         needs=(need_application,), changed={"description": "two", "validators": None, "tags": {"b": "2"}}, replaced={"type": "AWS.AppConfig.FeatureFlags"},
         outputs=("arn", "configurationProfileId")),
    Case(VERSION, lambda made: of_profile(made, content=json.dumps({"discount": True}), contentType="application/json", description="one"), needs=(need_application, need_profile),
         replaced={"content": json.dumps({"discount": False})}, outputs=("arn", "versionNumber"), deletes_first=False),
    Case(STRATEGY, lambda made: {"name": "slowly", "deploymentDurationInMinutes": 10, "growthFactor": 20, "finalBakeTimeInMinutes": 5, "replicateTo": "NONE", "description": "one", "tags": {"a": "1"}},
         changed={"deploymentDurationInMinutes": 20, "growthType": "EXPONENTIAL", "growthFactor": 2, "tags": {"b": "2"}}, replaced={"replicateTo": "SSM_DOCUMENT"}, outputs=("arn",)),
    Case(DEPLOYMENT, lambda made: of_profile(made, environmentId=made["environment"]["environmentId"], deploymentStrategyId=made["strategy"]["id"], configurationVersion="1", description="one", tags={"a": "1"}),
         needs=(need_application, need_environment, need_profile, need_version, need_strategy), changed={"tags": {"b": "2"}}, replaced={"configurationVersion": "2"},
         outputs=("arn", "deploymentNumber", "state"), deletes_first=False, stays=True),
]  # fmt: skip
