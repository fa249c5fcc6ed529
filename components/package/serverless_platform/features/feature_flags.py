"""Feature flags of one workload: where they are kept, how a change reaches functions, and what takes it back."""

import json
from typing import Any

import pulumi
from pulumi_aws import appconfig, iam

from platform_contract.features.feature_flags import CONTENT_TYPE, FeatureFlagsPlan, MonitorPlan
from platform_contract.plan.roles import assigned_arn
from platform_contract.platform.documents import configuration, flags_policy, role_policy

from ..iam.roles import make_role
from ..planned import Planned
from .context import Context


class FeatureFlags(pulumi.ComponentResource):
    """An AppConfig application whose environment watches the workload's alarms, with the first version of the flags deployed."""

    ids: dict[str, pulumi.Output[Any]]
    """What AWS has assigned: application_id, environment_id, profile_id, strategy_id, first_version; and monitor_role_arn."""

    def __init__(self, name: str, made: Planned[FeatureFlagsPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        self._plan = made.plan
        told = {"flags": sorted(self._plan.flags), "readers": list(self._plan.readers), "monitors": [each.alarm_name for each in self._plan.monitors]}
        super().__init__("serverless-platform:index:FeatureFlags", name, told, opts)
        self._name, self._shared, self._given = name, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_application()
        self._make_environment()
        self._make_profile()
        self._make_first_version()
        self._let_functions_read()
        self.ids = {
            "application_id": self._application.id, "environment_id": self._environment.environment_id,
            "profile_id": self._profile.configuration_profile_id, "strategy_id": self._strategy.id,
            "first_version": self._first_version.version_number.apply(int), "monitor_role_arn": self._monitor_role.arn,
        }  # fmt: skip
        self.register_outputs({"ids": self.ids})

    def _make_application(self) -> None:
        self._application = appconfig.Application(
            self._name, name=self._plan.application_name, description="Feature flags.", tags=self._shared.tags, opts=self._child
        )
        plan = self._plan
        self._strategy = appconfig.DeploymentStrategy(
            self._name, name=plan.strategy_name, deployment_duration_in_minutes=plan.minutes, growth_type=plan.growth, growth_factor=plan.percent,
            final_bake_time_in_minutes=plan.bake_minutes, replicate_to="NONE", tags=self._shared.tags, opts=self._child,
        )  # fmt: skip

    def _make_environment(self) -> None:
        plan = self._plan
        self._monitor_role = make_role(
            f"{self._name}-monitors", role_name=plan.monitor_role.role_name, description="AppConfig asks in it whether an alarm takes a change back.",
            account_id=self._shared.account_id, boundary_arn=self._shared.boundary_arn, tags=self._shared.tags, opts=self._child, service=plan.monitor_role.service,
        )  # fmt: skip
        document = role_policy([each.model_dump(mode="json") for each in plan.monitor_role.statements])
        allowed = iam.RolePolicy(f"{self._name}-monitors", name="monitors", role=self._monitor_role.name, policy=json.dumps(document), opts=self._child)
        self._environment = appconfig.Environment(
            self._name, name=plan.environment_name, application_id=self._application.id,
            monitors=[self._monitor(each) for each in plan.monitors], tags=self._shared.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )  # fmt: skip

    def _monitor(self, plan: MonitorPlan) -> appconfig.EnvironmentMonitorArgs:
        return appconfig.EnvironmentMonitorArgs(alarm_arn=self._given["alarm_arns"][plan.alarm_name], alarm_role_arn=self._monitor_role.arn)

    def _make_profile(self) -> None:
        self._profile = appconfig.ConfigurationProfile(
            self._name, name=self._plan.profile_name, application_id=self._application.id, location_uri="hosted",
            # Not AppConfig's own feature flags: those have a form that Powertools does not read.
            type="AWS.Freeform", validators=[appconfig.ConfigurationProfileValidatorArgs(type="JSON_SCHEMA", content=self._plan.validator)],
            tags=self._shared.tags, opts=self._child,
        )  # fmt: skip

    def _make_first_version(self) -> None:
        """Once: a version that followed the manifest would send its defaults over what `operations flags` has set."""
        self._first_version = appconfig.HostedConfigurationVersion(
            self._name, application_id=self._application.id, configuration_profile_id=self._profile.configuration_profile_id,
            content=self._plan.content, content_type=CONTENT_TYPE,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["content"]),
        )  # fmt: skip
        appconfig.Deployment(
            self._name, application_id=self._application.id, environment_id=self._environment.environment_id,
            configuration_profile_id=self._profile.configuration_profile_id,
            configuration_version=self._first_version.version_number.apply(lambda number: str(int(number))), deployment_strategy_id=self._strategy.id,
            description="The manifest's defaults.", tags=self._shared.tags, opts=self._child,
        )  # fmt: skip

    def _let_functions_read(self) -> None:
        ids = (self._application.id, self._environment.environment_id, self._profile.configuration_profile_id)
        document = pulumi.Output.all(*ids).apply(lambda known: json.dumps(flags_policy(self._given["arn_prefix"] + configuration(*known))))
        for name in self._plan.readers:
            iam.RolePolicy(f"{self._name}-{name}-assigned", name="flags", role=self._given["role_names"][name], policy=document, opts=self._child)


def make(context: Context, flags: FeatureFlagsPlan, opts: pulumi.ResourceOptions) -> FeatureFlags:
    """The feature flags of one workload."""
    owners = {each.alarm_name: context.apis[each.api] if each.api else context.features["rollout"] for each in flags.monitors}
    return FeatureFlags(f"{context.name}-flags", context.planned(
        flags, role_names={name: context.functions[name].role_name for name in flags.readers},
        alarm_arns={alarm: owner.alarm_arns[alarm] for alarm, owner in owners.items()}, arn_prefix=assigned_arn(context.plan, "appconfig", ""),
    ), opts)  # fmt: skip
