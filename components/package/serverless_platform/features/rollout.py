"""Rollout of new versions: what CodeDeploy needs to move an alias in steps, check it, and bring it back."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import codedeploy, ssm

from platform_contract.features.rollout import NO_RELEASE, GroupPlan, RolloutPlan
from platform_contract.platform.base import AlarmPlan
from platform_contract.platform.release_names import CHECKS

from ..monitoring.alarms import arns_of, make_alarms
from ..planned import Planned
from ..platform_code import platform_code
from ..resources.function import Function
from .context import Context

ROLLS_BACK_ON = ("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST")



class Rollout(pulumi.ComponentResource):
    """An application, and for each function a deployment group with the alarms that stop a release."""

    application_name: pulumi.Output[str]
    """Of the CodeDeploy application."""
    record_name: pulumi.Output[str]
    """Parameter whose versions are the releases."""
    alarm_arns: dict[str, pulumi.Output[str]]
    """Name of each alarm on what callers reach -> its ARN."""

    def __init__(self, name: str, made: Planned[RolloutPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        self._plan = made.plan
        super().__init__("serverless-platform:index:Rollout", name, {"strategy": self._plan.strategy}, opts)
        self._name, self._shared, self._given = name, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self.alarm_arns = {}
        self._make_application()
        for function, group in self._plan.groups.items():
            self._make_group(function, group)
        self._make_record()
        self.application_name = self._application.name
        self.register_outputs({"application_name": self.application_name, "record_name": self.record_name})

    def _make_application(self) -> None:
        self._application = codedeploy.Application(
            self._name, name=self._plan.application_name, compute_platform="Lambda", tags=self._shared.tags, opts=self._child
        )

    def _make_group(self, name: str, plan: GroupPlan) -> None:
        function = self._given["functions"][name]
        alarms = self._alarms(name, plan.alias_alarms, {})
        self.alarm_arns |= arns_of(alarms, plan.alias_alarms)
        alarms += self._alarms(name, plan.version_alarms, {"ExecutedVersion": function.version})
        codedeploy.DeploymentGroup(
            f"{self._name}-{name}", app_name=self._application.name, deployment_group_name=plan.physical_name,
            service_role_arn=self._plan.service_role_arn, deployment_config_name=self._plan.configuration_name,
            deployment_style=codedeploy.DeploymentGroupDeploymentStyleArgs(
                deployment_option="WITH_TRAFFIC_CONTROL", deployment_type="BLUE_GREEN"
            ),
            auto_rollback_configuration=codedeploy.DeploymentGroupAutoRollbackConfigurationArgs(enabled=True, events=list(ROLLS_BACK_ON)),
            alarm_configuration=codedeploy.DeploymentGroupAlarmConfigurationArgs(
                # Names from the alarms themselves: CodeDeploy takes one that does not exist for an alarm that is silent.
                enabled=True, ignore_poll_alarm_failure=False, alarms=[*(each.name for each in alarms), *plan.api_alarm_names],
            ),
            # It would take an alias that does not exist only when a release begins.
            tags=self._shared.tags, opts=pulumi.ResourceOptions(parent=self, depends_on=[function]),
        )  # fmt: skip

    def _alarms(self, name: str, alarms: tuple[AlarmPlan, ...], assigned: Mapping[str, pulumi.Input[str]]) -> list[Any]:
        return make_alarms(
            f"{self._name}-{name}", alarms, topic_arn=self._shared.alarm_topic_arn,
            tags=self._shared.tags, opts=self._child, assigned=assigned,
        )  # fmt: skip

    def _make_record(self) -> None:
        """Where `operations release` writes, each release as a version of it; the first one takes down what was live before."""
        record = ssm.Parameter(
            f"{self._name}-record", name=self._plan.record_name, type="String", description="Releases: one version of this parameter each.",
            value=NO_RELEASE, tags=self._shared.tags,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["value", "insecureValue", "tier"]),
        )  # fmt: skip
        self.record_name = record.name


def make(context: Context, rollout: RolloutPlan, opts: pulumi.ResourceOptions) -> Rollout:
    """The rollout of one workload, with the function that checks new versions."""
    code = platform_code(rollout.checks.handler, checks=rollout.checks_data)
    Function(f"{context.name}-{CHECKS}", context.planned(rollout.checks, code=code), opts)
    return Rollout(f"{context.name}-rollout", context.planned(rollout, functions=context.functions), opts)
