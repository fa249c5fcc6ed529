"""Types that the emulator lacks: their life in state only, and what is refused of them before anything is made."""

from pathlib import Path

import pytest

from aws_provider import data, registry
from aws_provider.calls import Failed, Work
from aws_provider.configuration import cloud_of
from aws_provider.entry import Call
from aws_provider.lifecycle import _tagged, plain
from aws_provider.wire import UNKNOWN

from . import wire
from .cases import Case
from .conftest import arguments
from .declared import DECLARED
from .test_conformance import NONE, SOME, changed, differences

pytestmark = pytest.mark.emulator
INPUTS = {case.token: case.inputs({}) for case in DECLARED}
APPLICATION, CONFIG, GROUP = (
    f"aws:codedeploy/{name}"
    for name in ("application:Application", "deploymentConfig:DeploymentConfig", "deploymentGroup:DeploymentGroup")
)
CANARY = {"type": "TimeBasedCanary", "timeBasedCanary": {"percentage": 10, "interval": 5}}


@pytest.mark.parametrize("case", DECLARED, ids=lambda case: case.token.split(":")[1])
def test_life_in_state(provider: wire.Provider, case: Case) -> None:
    token, given = case.token, case.inputs({})
    inputs = provider.checked(token, given)
    id, state = provider.create(token, inputs)
    assert id and all(state.get(name) not in (None, "") for name in case.outputs), state
    assert provider.create(token, inputs) == (id, state), "what AWS would assign is the same each time"
    assert provider.read(token, id, state, inputs) == (id, state, inputs)
    assert differences(provider.diff(token, id, state, inputs, provider.checked(token, given, olds=inputs))) == []
    wanted = inputs
    if case.changed:
        wanted = provider.checked(token, changed(case, {}, given), olds=inputs)
        answer = provider.diff(token, id, state, inputs, wanted)
        assert answer.changes == SOME and list(answer.replaces) == []
        state = provider.update(token, id, state, inputs, wanted)
        assert provider.diff(token, id, state, wanted, wanted).changes == NONE
    if case.replaced is not None:
        other = provider.checked(
            token, {key: value for key, value in {**given, **case.replaced}.items() if value is not None}, olds=wanted
        )
        answer = provider.diff(token, id, state, wanted, other)
        assert set(answer.replaces) and set(answer.replaces) <= set(case.replaced), answer
        assert answer.deleteBeforeReplace == case.deletes_first
    provider.delete(token, id, state)


@pytest.mark.parametrize("case", DECLARED, ids=lambda case: case.token.split(":")[1])
def test_the_service_would_read_the_request_and_the_emulator_does_not(emulator: str, provider: wire.Provider, case: Case) -> None:
    """botocore takes the request by the service's model (or this is another error), and the emulator still lacks the operation."""
    entry = registry.table()[case.token]
    assert isinstance(entry.create, Call)
    work = Work(entry, cloud_of(arguments(emulator)), plain(provider.checked(case.token, case.inputs({}))))
    call = _tagged(work, entry.create)
    with pytest.raises(Failed, match="was refused"):
        work.call(call.operation, **work.params(call))


def test_every_type_whose_calls_are_named_has_a_case() -> None:
    lacking = {entry.token for entry in registry.table().values() if entry.token in data.not_emulated() and entry.create}
    assert {case.token for case in DECLARED} == lacking and len(DECLARED) == len(lacking) > 0


def test_they_are_reported_as_not_emulated(tmp_path: Path) -> None:
    log = tmp_path / "log"
    started = wire.start(SERVERLESS_PLATFORM_OFFLINE="1", SERVERLESS_PLATFORM_NOT_EMULATED_LOG=str(log))
    started.configure(region=wire.REGION)
    try:
        for case in DECLARED:
            started.checked(case.token, case.inputs({}))
    finally:
        started.stop()
    assert all(case.token in log.read_text() for case in DECLARED)


SCALING = "aws:appautoscaling/"
TRACKED = "targetTrackingScalingPolicyConfiguration"
BUSY = {"predefinedMetricType": "LambdaProvisionedConcurrencyUtilization"}

MONITOR, SUBSCRIPTION = (
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
    "aws:costexplorer/anomalySubscription:AnomalySubscription",
)
BY_SERVICE = {"dimension": {"key": "SERVICE", "values": ["1"], "matchOptions": ["GREATER_THAN_OR_EQUAL"]}}

LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
LOGS = [f"arn:aws:logs:{wire.REGION}:{wire.ACCOUNT}:log-group:aws-waf-logs-{name}" for name in "ab"]

REFUSED = [
    (LOGGING, {"logDestinationConfigs": LOGS}, "logDestinationConfigs", "has 2 entries, has to have one"),
    (LOGGING, {"logDestinationConfigs": [LOGS[0].replace("aws-waf-logs-", "")]}, "logDestinationConfigs[0]", "whose name begins with aws-waf-logs-"),
    (MONITOR, {"monitorSpecification": None}, "monitorSpecification", "missing 'monitorSpecification': monitorType=CUSTOM needs it"),
    (MONITOR, {"monitorDimension": "SERVICE"}, "monitorDimension", "has no meaning where monitorType is CUSTOM"),
    (MONITOR, {"monitorSpecification": "{"}, "monitorSpecification", "is no JSON document"),
    (MONITOR, {"monitorType": "TAG"}, "monitorType", "must be one of CUSTOM, DIMENSIONAL"),
    (SUBSCRIPTION, {"frequency": "DAILY"}, "subscribers[0].type", "frequency=DAILY tells EMAIL only"),
    (SUBSCRIPTION, {"frequency": "HOURLY"}, "frequency", "must be one of DAILY, IMMEDIATE, WEEKLY"),
    (SUBSCRIPTION, {"thresholdExpression": BY_SERVICE}, "thresholdExpression", "key='SERVICE': must be one of ANOMALY_TOTAL_IMPACT_ABSOLUTE"),
    (f"{SCALING}target:Target", {"minCapacity": 11}, "minCapacity", "minCapacity=11: must be <= maxCapacity=10"),
    (f"{SCALING}target:Target", {"resourceId": "function:orders:$LATEST"}, "resourceId", "must match function:"),
    (f"{SCALING}target:Target", {"resourceId": "function:orders"}, "resourceId", "must match function:"),
    (f"{SCALING}target:Target", {"scalableDimension": "dynamodb:table:ReadCapacityUnits"}, "scalableDimension", "of lambda it is one of"),
    (f"{SCALING}target:Target", {"scalableDimension": "lambda:alias:Concurrency"}, "scalableDimension", "must be one of"),
    (f"{SCALING}policy:Policy", {"policyType": "StepScaling", TRACKED: None}, "stepScalingPolicyConfiguration", "policyType=StepScaling needs it"),
    (f"{SCALING}policy:Policy", {TRACKED: {"targetValue": 0.7}}, TRACKED, "exactly one of predefinedMetricSpecification"),
    (f"{SCALING}policy:Policy", {TRACKED: {"targetValue": 70, "predefinedMetricSpecification": BUSY}}, f"{TRACKED}.targetValue", "is a share"),
    (f"{SCALING}scheduledAction:ScheduledAction", {"schedule": "cron(0 7 * * * *)"}, "schedule", "cron(0 7 * * * *)"),
    (f"{SCALING}scheduledAction:ScheduledAction", {"timezone": "Amsterdam"}, "timezone", "is no time zone"),
    (f"{SCALING}scheduledAction:ScheduledAction", {"scalableTargetAction": {}}, "scalableTargetAction", "one of minCapacity, maxCapacity"),
    (APPLICATION, {"computePlatform": "lambda"}, "computePlatform", "must be one of ECS, Lambda, Server; did you mean 'Lambda'?"),
    (APPLICATION, {"name": "a b"}, "name", "must match [A-Za-z0-9+=,.@_-]*"),
    (CONFIG, {"deploymentConfigName": "CodeDeployDefault.Mine"}, "deploymentConfigName", "names that begin with CodeDeployDefault. are AWS's"),
    (CONFIG, {"trafficRoutingConfig": None}, "trafficRoutingConfig", "missing 'trafficRoutingConfig': computePlatform=Lambda needs it"),
    (CONFIG, {"minimumHealthyHosts": {"type": "HOST_COUNT", "value": 1}}, "minimumHealthyHosts", "has no meaning where computePlatform is Lambda"),
    (CONFIG, {"computePlatform": "Server", "trafficRoutingConfig": None}, "minimumHealthyHosts", "missing 'minimumHealthyHosts': computePlatform=Server needs it"),
    (CONFIG, {"trafficRoutingConfig": {**CANARY, "type": "Canary"}}, "trafficRoutingConfig.type", "must be one of AllAtOnce, TimeBasedCanary, TimeBasedLinear"),
    (CONFIG, {"trafficRoutingConfig": {**CANARY, "type": "AllAtOnce"}}, "trafficRoutingConfig.timeBasedCanary", "has no meaning where type is AllAtOnce"),
    (CONFIG, {"trafficRoutingConfig": {"type": "TimeBasedLinear"}}, "trafficRoutingConfig.timeBasedLinear", "type=TimeBasedLinear needs it"),
    (CONFIG, {"trafficRoutingConfig": {"type": "TimeBasedCanary", "timeBasedCanary": {"percentage": 10}}}, "trafficRoutingConfig.timeBasedCanary.interval", "missing"),
    (CONFIG, {"trafficRoutingConfig": {"type": "TimeBasedCanary", "timeBasedCanary": {"percentage": 100, "interval": 5}}},
     "trafficRoutingConfig.timeBasedCanary.percentage", "=100: must be 1 to 99"),
    (CONFIG, {"trafficRoutingConfig": {"type": "TimeBasedLinear", "timeBasedLinear": {"percentage": 3, "interval": 90}}},
     "trafficRoutingConfig.timeBasedLinear.interval", "the last shift is 2970 minutes after the first, at most 2880 are taken"),
    (GROUP, {"serviceRoleArn": "codedeploy"}, "serviceRoleArn", "must match arn:"),
    (GROUP, {"deploymentStyle": None}, "deploymentStyle", "is for functions: deploymentType BLUE_GREEN with deploymentOption WITH_TRAFFIC_CONTROL"),
    (GROUP, {"deploymentStyle": {"deploymentType": "BLUEGREEN"}}, "deploymentStyle.deploymentType", "must be one of BLUE_GREEN, IN_PLACE"),
    (GROUP, {"alarmConfiguration": {"enabled": True, "alarms": []}}, "alarmConfiguration.alarms", "alarmConfiguration.enabled needs at least one"),
    (GROUP, {"alarmConfiguration": {"enabled": True, "alarms": [str(number) for number in range(11)]}}, "alarmConfiguration.alarms", "has 11 entries, at most 10 are taken"),
    (GROUP, {"autoRollbackConfiguration": {"enabled": True, "events": ["DEPLOYMENT_STOP"]}}, "autoRollbackConfiguration.events[0]", "must be one of DEPLOYMENT_FAILURE"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("token", "change", "path", "reason"),
    REFUSED,
    ids=[f"{case[0].split(':')[2]}-{case[2]}-{number}" for number, case in enumerate(REFUSED)],
)
def test_refused(provider: wire.Provider, token: str, change: dict, path: str, reason: str) -> None:
    inputs = {key: value for key, value in {**INPUTS[token], **change}.items() if value is not None}
    failures = provider.check(token, inputs)[1]
    assert [each[0] for each in failures] == [path] and reason in failures[0][1], failures


def test_what_is_not_known_yet_passes(provider: wire.Provider) -> None:
    for token, inputs in INPUTS.items():
        for name in inputs:
            assert provider.check(token, {**inputs, name: UNKNOWN})[1] == [], (token, name)
