"""AWS AppConfig: what is refused of profiles and versions before anything is sent, and the ways of a deployment."""

import json
from typing import Any

import grpc
import pytest

from . import wire
from .cases_appconfig import APPLICATION, DEPLOYMENT, ENVIRONMENT, PROFILE, SCHEMA, STRATEGY, VERSION
from .refusing import assert_refused, each_of

pytestmark = pytest.mark.emulator
FLAGS = {"applicationId": "abc1234", "name": "flags", "locationUri": "hosted"}
ONE = {"applicationId": "abc1234", "configurationProfileId": "def1234", "content": "{}", "contentType": "application/json"}
SLOWLY = {"name": "slowly", "deploymentDurationInMinutes": 10, "growthFactor": 20, "replicateTo": "NONE"}

REFUSED = [
    (PROFILE, FLAGS, {"retrievalRoleArn": f"arn:aws:iam::{wire.ACCOUNT}:role/one"}, "retrievalRoleArn", "has no meaning where locationUri is hosted"),
    (PROFILE, FLAGS, {"locationUri": "ssm-parameter://one"}, "retrievalRoleArn", "needs a role to fetch it"),
    (PROFILE, FLAGS, {"validators": [{"type": "JSON_SCHEMA", "content": "{"}]}, "validators[0].content", "is no JSON document"),
    (PROFILE, FLAGS, {"validators": [{"type": "JSON_SCHEMA", "content": "[]"}]}, "validators[0].content", "is no JSON schema"),
    (PROFILE, FLAGS, {"validators": [{"type": "JSON_SCHEMA", "content": SCHEMA.replace("draft-04", "draft-07")}]}, "validators[0].content", "AppConfig reads draft 4"),
    (PROFILE, FLAGS, {"validators": [{"type": "LAMBDA", "content": "one"}]}, "validators[0].content", "is the ARN of a function"),
    (PROFILE, FLAGS, {"validators": [{"type": "SCHEMA", "content": "{}"}]}, "validators[0].type", "must be one of JSON_SCHEMA, LAMBDA"),
    (PROFILE, FLAGS, {"validators": [{"type": "JSON_SCHEMA", "content": SCHEMA}] * 3}, "validators", "has 3 entries, at most 2 are taken"),
    (ENVIRONMENT, {"applicationId": "abc1234", "name": "local"}, {"monitors": [{"alarmArn": "a"}] * 6}, "monitors", "has 6 entries, at most 5 are taken"),
    (VERSION, ONE, {"content": "{"}, "content", "is no JSON document"),
    (VERSION, ONE, {"versionLabel": "12"}, "versionLabel", "must match .*[^0-9].*"),
    (STRATEGY, SLOWLY, {"growthFactor": 0.5}, "growthFactor", "must be 1.0 to 100.0"),
    (STRATEGY, SLOWLY, {"replicateTo": "ALL"}, "replicateTo", "must be one of NONE, SSM_DOCUMENT"),
    (STRATEGY, SLOWLY, {"deploymentDurationInMinutes": 1441}, "deploymentDurationInMinutes", "must be 0 to 1440"),
]  # fmt: skip


@each_of(REFUSED)
def test_refused(provider: wire.Provider, token: str, fine: dict, change: dict, path: str, reason: str) -> None:
    assert_refused(provider, token, fine, change, path, reason)


@pytest.fixture
def made(provider: wire.Provider) -> Any:
    """What a deployment needs: application, environment, profile, two versions, a strategy that takes ten minutes."""
    application = provider.make(APPLICATION, {"name": "flags-of-orders"})[0]
    environment = provider.make(ENVIRONMENT, {"applicationId": application, "name": "local"})[1]["environmentId"]
    profile = provider.make(PROFILE, {**FLAGS, "applicationId": application})[1]["configurationProfileId"]
    named = {"applicationId": application, "configurationProfileId": profile}
    for on in (True, False):
        provider.make(VERSION, {**named, "content": json.dumps({"discount": on}), "contentType": "application/json"})
    strategy = provider.make(STRATEGY, SLOWLY)
    yield {**named, "environmentId": environment, "deploymentStrategyId": strategy[0]}
    provider.delete(STRATEGY, strategy[0], strategy[1])
    provider.delete(APPLICATION, application, {})


def test_a_deployment_is_refused_while_another_runs_and_stays_when_its_resource_goes(
    provider: wire.Provider, client: Any, made: dict
) -> None:
    id, state, inputs = provider.make(DEPLOYMENT, {**made, "configurationVersion": "1"})
    assert (state["state"], state["deploymentNumber"]) == ("DEPLOYING", 1)
    assert provider.read(DEPLOYMENT, id, state, inputs)[2] == inputs, "its progress is no drift"
    with pytest.raises(grpc.RpcError, match="already in progress"):
        provider.make(DEPLOYMENT, {**made, "configurationVersion": "2"})
    api = client("appconfig")
    where = {"ApplicationId": made["applicationId"], "EnvironmentId": made["environmentId"]}
    api.stop_deployment(**where, DeploymentNumber=1)
    at_once = {**made, "deploymentStrategyId": "AppConfig.AllAtOnce", "configurationVersion": "2"}
    second = provider.make(DEPLOYMENT, at_once)
    assert second[1]["deploymentNumber"] == 2 and second[0].endswith("/2")
    provider.delete(DEPLOYMENT, second[0], second[1])
    assert [each["DeploymentNumber"] for each in api.list_deployments(**where)["Items"]] == [1, 2]


def test_offline_numbers_are_numbers() -> None:
    offline = wire.start(SERVERLESS_PLATFORM_OFFLINE="1")
    offline.configure(region=wire.REGION, allowedAccountIds=["222222222222"])
    try:
        assert offline.make(VERSION, ONE)[1]["versionNumber"] == 1.0
        application = offline.make(APPLICATION, {"name": "orders"})
        assert application[1]["arn"] == f"arn:aws:appconfig:{wire.REGION}:222222222222:application/{application[0]}"
    finally:
        offline.stop()
