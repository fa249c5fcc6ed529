"""Rollout: a new version is checked before it gets traffic, gets it in steps, is watched meanwhile, and goes back by itself.

From the phase standardize on, releases own the version that a function's alias points to; updates publish versions and leave it alone.
Source of the wiring: CodeDeploy guide, "Deployments on an AWS Lambda compute platform" and "AppSpec hooks for a Lambda deployment".
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from platform_contract.features.smoke_events import event_of
from platform_contract.features.strategy import STRATEGIES
from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.kinds.function.platform_function import PlatformFunction, plan_platform_function
from platform_contract.kinds.function.smoke import SmokeSpec
from platform_contract.kinds.http_api.plan import ApiPlan
from platform_contract.kinds.rest_api.plan import RestApiPlan
from platform_contract.kinds.workflow import limits as states
from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import codedeploy, iam, lambda_, naming, release_names
from platform_contract.platform.alarm_standard import AlarmStandard, Threshold
from platform_contract.platform.alarms import plan_rows
from platform_contract.platform.base import AlarmPlan, Plain, StatementPlan
from platform_contract.platform.settings import Settings

HANDLER = "release.handler.handler"
"""Entry point of the function that checks new versions (platform_functions/release)."""
CHECKS_SECONDS, CHECKS_MEMORY_MB = 300, 256
"""Of that function. CodeDeploy waits an hour for a hook's answer; smoke events take seconds, and only as many as a manifest may have."""

FAILING_SHARE = 0.05
"""Of the invocations of a new version that may fail; the same as for the workload's own alarm."""
SLOW_SHARE = 0.8
"""Of the timeout that one in a hundred runs of a new version may take."""

NO_RELEASE = "{}"
"""What the record of releases holds before the first one."""

_ALIAS = {"FunctionName": "{function_name}", "Resource": "{function_name}:" + lambda_.ALIAS}
_VERSION = "ExecutedVersion"


def _errors(suffix: str, why: str, *assigned: str) -> AlarmStandard:
    return AlarmStandard(
        suffix, "AWS/Lambda", "Errors", _ALIAS, Threshold(FAILING_SHARE), "GreaterThanThreshold", (0, 1), why, "ticket", statistic="Average",
        datapoints_to_alarm=2, assigned_dimensions=assigned,
    )  # fmt: skip


OF_VERSION: tuple[AlarmStandard, ...] = (
    _errors("version-errors", "more than 5 % of the invocations of the newest version fail", _VERSION),
    AlarmStandard(
        "version-duration", "AWS/Lambda", "Duration", _ALIAS, Threshold(SLOW_SHARE, "timeout_ms"), "GreaterThanThreshold", (0, None),
        "one in a hundred runs of the newest version takes more than 80 % of the timeout", "ticket", extended_statistic="p99",
        datapoints_to_alarm=2, assigned_dimensions=(_VERSION,),
    ),
)  # fmt: skip
OF_ALIAS: tuple[AlarmStandard, ...] = (_errors("live-errors", "more than 5 % of what callers ask for fails, whichever version answers"),)
ALARMS: Mapping[str, tuple[AlarmStandard, ...]] = {"release": (*OF_VERSION, *OF_ALIAS)}
"""Kind of what is watched -> its alarms: the same form as the baseline's."""

OF_APIS = ("server-errors",)
"""Suffixes of an API's own alarms that stop a release of the functions behind it as well: an answer of 503 is no error to Lambda."""


class GroupPlan(Plain):
    """What is released together: one function."""

    physical_name: str
    """Of the CodeDeploy deployment group, and of the function."""
    version_alarms: tuple[AlarmPlan, ...]
    """On the newest version alone."""
    alias_alarms: tuple[AlarmPlan, ...]
    api_alarm_names: tuple[str, ...]
    """Alarms of the workload that stop a release too."""


class RolloutPlan(Plain):
    """How the functions of a workload are released."""

    application_name: str
    service_role_arn: str
    """Role that CodeDeploy takes, made by `bootstrap/environment`."""
    strategy: str
    """all_at_once, canary or linear."""
    configuration_name: str
    """Of the CodeDeploy configuration."""
    percent: int
    minutes: int
    groups: dict[str, GroupPlan]
    """By function."""
    checks: FunctionPlan
    """The function that CodeDeploy asks before and after a shift."""
    checks_data: str
    """What it reads, as JSON text: physical name of a function -> its smoke events, and what counts as failing and slow."""
    record_name: str
    """Parameter whose versions are the releases."""


def hand_over_aliases(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> WorkloadPlan:
    """The pilot's plan, where releases move the aliases of functions."""
    functions = {name: function.model_copy(update={"released": True}) for name, function in plan.functions.items()}
    return plan.model_copy(update={"functions": functions})


def plan_rollout(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> RolloutPlan | None:
    """The rollout of a planned workload; None where it has no functions, and so no versions."""
    if not plan.functions:
        return None
    strategy = STRATEGIES[settings.rollout]
    return RolloutPlan(
        application_name=release_names.application_name(settings, manifest.name),
        service_role_arn=naming.role_arn(settings, codedeploy.service_role_name(settings.environment, settings.region)),
        strategy=settings.rollout,
        configuration_name=strategy.configuration, percent=strategy.percent, minutes=strategy.minutes,
        groups={name: _group(settings, manifest, plan, name) for name in plan.functions},
        checks=_checks(settings, manifest, plan),
        checks_data=json.dumps(_checks_data(settings, manifest, plan), sort_keys=True),
        record_name=release_names.record_name(settings, manifest.name),
    )  # fmt: skip


def _group(settings: Settings, manifest: Manifest, plan: WorkloadPlan, name: str) -> GroupPlan:
    function = plan.functions[name]
    names, facts = {"function_name": function.physical_name}, {"timeout_ms": function.timeout_seconds * 1000}

    def alarms(rows: tuple[AlarmStandard, ...]) -> tuple[AlarmPlan, ...]:
        return plan_rows(manifest.scope(settings), "release", name, rows, names, facts)

    return GroupPlan(
        physical_name=function.physical_name, version_alarms=alarms(OF_VERSION), alias_alarms=alarms(OF_ALIAS),
        api_alarm_names=tuple(alarm.physical_name for alarm in _alarms_of_apis(plan, name) if alarm.suffix in OF_APIS),
    )  # fmt: skip


def _alarms_of_apis(plan: WorkloadPlan, function: str) -> Iterator[AlarmPlan]:
    apis: tuple[ApiPlan | RestApiPlan, ...] = (*plan.apis.values(), *plan.rest_apis.values())
    for api in apis:
        if function in api.integration_timeouts_ms:
            yield from api.alarms


def _checks(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> FunctionPlan:
    """May run every version of every function of the workload, and see how it did."""
    group = naming.deployment_group_arn(settings, release_names.application_name(settings, manifest.name), "*")
    # With and without `:*`: IAM knows a log group by either form, and which one depends on the action.
    logs = tuple(naming.log_group_arn(settings, each.log_group_name) + end for each in plan.functions.values() for end in ("", ":*"))
    statements = (
        StatementPlan(sid="Try", actions=("lambda:InvokeFunction",), resources=tuple(f"{each.arn}:*" for each in plan.functions.values())),
        StatementPlan(sid="Tell", actions=iam.RELEASE_STATUS_ACTIONS, resources=(group,)),
        StatementPlan(sid="Measure", actions=(*iam.RELEASE_METRIC_ACTIONS, *iam.RELEASE_TARGET_ACTIONS), resources=("*",)),
        StatementPlan(sid="Search", actions=iam.RELEASE_LOG_ACTIONS, resources=logs),
    )
    return plan_platform_function(manifest.scope(settings), PlatformFunction(
        component=release_names.CHECKS, physical_name=release_names.checks_name(settings, manifest.name),
        role_name=release_names.checks_role_name(settings, manifest.name), handler=HANDLER,
        description=f"Checks new versions of {manifest.name} before and after they get traffic.",
        timeout_seconds=CHECKS_SECONDS, memory_mb=CHECKS_MEMORY_MB, statements=statements,
    ))  # fmt: skip


def _checks_data(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> dict[str, Any]:
    def wanted(smoke: SmokeSpec) -> dict[str, Any]:
        return {**smoke.wanted, "error": states.EMULATED_ERROR} if smoke.error and settings.embedded else smoke.wanted

    return {
        function.physical_name: {
            "log_group": function.log_group_name,
            "failing_share": FAILING_SHARE,
            "slow_ms": function.timeout_seconds * 1000 * SLOW_SHARE,
            "events": [
                {"name": smoke.request or f"event {number}", "event": event_of(smoke, manifest.functions[name]), **wanted(smoke)}
                for number, smoke in enumerate(manifest.functions[name].smoke, 1)
            ],
        }
        for name, function in plan.functions.items()
    }  # fmt: skip
