"""Feature flags: a path of the code that is switched while functions run, gradually, and taken back by itself when an alarm fires.

One AppConfig application for each workload, with an environment, a configuration profile and a deployment strategy. The program makes the first
version from the manifest's defaults; from then on `operations flags` owns what is on. Source: AppConfig user guide, "Understanding AppConfig".
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from platform_contract.features.rollout import OF_APIS, RolloutPlan
from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import environment, flag_names, iam, naming
from platform_contract.platform.base import Plain, ServiceRolePlan, StatementPlan
from platform_contract.platform.documents import APPCONFIG
from platform_contract.platform.settings import Settings

FEATURE = "feature_flags"
MONITORS = 5
"""Of an environment, at most. Source: AppConfig API reference, CreateEnvironment."""
CONTENT_TYPE = "application/json"
DRAFT = "http://json-schema.org/draft-04/schema#"
"""The one version that validators of AppConfig read."""


@dataclass(frozen=True)
class Growth:
    """How a changed flag reaches functions: AppConfig's deployment strategy."""

    kind: Literal["LINEAR", "EXPONENTIAL"]
    percent: int
    """Of the functions, at first; then as much again, or twice as much, with each step."""
    minutes: int
    """From the first step to all of them."""
    bake_minutes: int
    """How long the alarms are watched after that."""


GROWTH: dict[str, Growth] = {
    # No time in which nothing else may be switched: what is on is what was last said.
    "all_at_once": Growth("LINEAR", 100, 0, 0),
    "canary": Growth("EXPONENTIAL", 10, 20, 10),
    "linear": Growth("LINEAR", 20, 30, 30),
}
"""What `rollout` of a stack's settings means for flags. The numbers of the last two are those of AppConfig's own strategies, which AWS recommends."""


class MonitorPlan(Plain):
    """An alarm that takes a change of flags back."""

    alarm_name: str
    api: str = ""
    """The API whose alarm it is; or else, of its release,"""
    function: str = ""


class FeatureFlagsPlan(Plain):
    """The feature flags of a workload."""

    application_name: str
    environment_name: str
    profile_name: str
    strategy_name: str
    growth: Literal["LINEAR", "EXPONENTIAL"]
    percent: int
    minutes: int
    bake_minutes: int
    content: str
    """The first version, as JSON text: every flag with its default, in the form that Powertools reads."""
    validator: str
    """JSON schema of all versions, as text."""
    flags: dict[str, dict[str, Any]]
    """Flag -> description and default: what the inventory tells of it."""
    readers: tuple[str, ...]
    """Functions that may read them."""
    monitors: tuple[MonitorPlan, ...]
    monitor_role: ServiceRolePlan


def read_by_functions(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> WorkloadPlan:
    """The pilot's plan, where functions that read flags are told where those are and may read them."""
    told = {environment.FLAGS_APPLICATION: flag_names.application_name(settings, manifest.name)} if manifest.flags else {}
    functions = {
        name: function.model_copy(update={"environment": function.environment | told})
        if manifest.functions[name].flags else function
        for name, function in plan.functions.items()
    }  # fmt: skip
    return plan.model_copy(update={"functions": functions})


def plan_feature_flags(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> FeatureFlagsPlan | None:
    """The feature flags of a planned workload; None where it has none. Comes after the rollout, whose alarms it watches."""
    if not manifest.flags:
        return None
    growth = GROWTH[settings.rollout]
    readers = tuple(name for name, function in plan.functions.items() if environment.FLAGS_APPLICATION in function.environment)
    monitors = tuple(_monitors(plan, readers))[:MONITORS]
    return FeatureFlagsPlan(
        application_name=flag_names.application_name(settings, manifest.name), environment_name=settings.environment,
        profile_name=flag_names.PROFILE, strategy_name=flag_names.strategy_name(settings, manifest.name),
        growth=growth.kind, percent=growth.percent, minutes=growth.minutes, bake_minutes=growth.bake_minutes,
        content=json.dumps({name: {"default": flag.default} for name, flag in manifest.flags.items()}, sort_keys=True),
        validator=json.dumps(validator(manifest.flags), sort_keys=True),
        flags={name: flag.model_dump() for name, flag in manifest.flags.items()},
        readers=readers, monitors=monitors,
        monitor_role=ServiceRolePlan(
            role_name=flag_names.monitor_role_name(settings, manifest.name), service=APPCONFIG,
            statements=(StatementPlan(
                sid="Monitors", actions=iam.MONITOR_ACTIONS, resources=tuple(naming.alarm_arn(settings, each.alarm_name) for each in monitors),
            ),),
        ),
    )  # fmt: skip


def validator(flags: Any) -> dict[str, Any]:
    """What AppConfig checks of every version before it is deployed: only flags of the manifest, each on or off. One that is missing has its default."""
    flag = {"type": "object", "properties": {"default": {"type": "boolean"}}, "required": ["default"], "additionalProperties": False}
    return {"$schema": DRAFT, "type": "object", "properties": dict.fromkeys(flags, flag), "additionalProperties": False}


def _monitors(plan: WorkloadPlan, readers: tuple[str, ...]) -> Iterator[MonitorPlan]:
    """What callers see first: APIs in front of functions that read flags; then those functions themselves."""
    for kind in (plan.apis, plan.rest_apis):
        for name, api in kind.items():
            if set(readers) & set(api.integration_timeouts_ms):
                yield from (MonitorPlan(alarm_name=it.physical_name, api=name) for it in api.alarms if it.suffix in OF_APIS)
    rollout = plan.features.get("rollout")
    if isinstance(rollout, RolloutPlan):
        for name in readers:
            yield from (MonitorPlan(alarm_name=it.physical_name, function=name) for it in rollout.groups[name].alias_alarms)
