"""Capacity of one workload: runs that are kept ready behind an alias, and who changes their number."""

from typing import Any

import pulumi
from pulumi_aws import appautoscaling, lambda_

from platform_contract.features.capacity import CapacityPlan, ReadyPlan, ScalingPlan

from ..monitoring.alarms import make_alarms
from ..planned import Planned
from .context import Context

DIMENSION = "lambda:function:ProvisionedConcurrency"
METRIC = "LambdaProvisionedConcurrencyUtilization"



class Capacity(pulumi.ComponentResource):
    """What is kept ready."""

    def __init__(self, name: str, made: Planned[CapacityPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        super().__init__("serverless-platform:index:Capacity", name, {}, opts)
        self._name, self._shared, self._given = name, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        for function, ready in plan.functions.items():
            kept = self._make_ready(function, ready)
            if ready.scaling:
                self._make_scaling(f"{name}-{function}", ready, ready.scaling, kept)
            make_alarms(
                f"{name}-{function}", ready.alarms, topic_arn=made.shared.alarm_topic_arn, tags=made.shared.tags, opts=self._child
            )
        self.register_outputs({})

    def _make_ready(self, name: str, plan: ReadyPlan) -> lambda_.ProvisionedConcurrencyConfig:
        function = self._given["functions"][name]
        # Once it is scaled, an update that set the number back would take away what load has made ready.
        owned = ["provisionedConcurrentExecutions"] if plan.scaling else None
        return lambda_.ProvisionedConcurrencyConfig(
            f"{self._name}-{name}", function_name=function.physical_name, qualifier=function.alias_name,
            provisioned_concurrent_executions=plan.minimum, opts=pulumi.ResourceOptions(parent=self, ignore_changes=owned),
        )  # fmt: skip

    def _make_scaling(self, name: str, plan: ReadyPlan, scaling: ScalingPlan, ready: pulumi.Resource) -> None:
        # After what is ready: where nothing is, there is no utilization to follow.
        target = appautoscaling.Target(
            name, service_namespace="lambda", scalable_dimension=DIMENSION, resource_id=plan.resource_id, min_capacity=plan.minimum,
            max_capacity=scaling.maximum, tags=self._shared.tags,
            # A schedule sets both bounds, and keeps them until the next one.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[ready], ignore_changes=["minCapacity", "maxCapacity"] if scaling.schedules else None),
        )  # fmt: skip
        of: Any = {
            "service_namespace": target.service_namespace, "scalable_dimension": target.scalable_dimension, "resource_id": target.resource_id,
        }  # fmt: skip
        appautoscaling.Policy(
            name, name=scaling.policy_name, policy_type="TargetTrackingScaling", **of,
            target_tracking_scaling_policy_configuration=appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                target_value=scaling.target_utilization,
                predefined_metric_specification=appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs(
                    predefined_metric_type=METRIC
                ),
            ), opts=self._child,
        )  # fmt: skip
        for index, schedule in enumerate(scaling.schedules):
            appautoscaling.ScheduledAction(
                f"{name}-{index}", name=schedule.physical_name, schedule=schedule.expression, timezone=schedule.timezone, **of,
                scalable_target_action=appautoscaling.ScheduledActionScalableTargetActionArgs(
                    min_capacity=schedule.minimum, max_capacity=schedule.maximum
                ), opts=self._child,
            )  # fmt: skip


def make(context: Context, plan: CapacityPlan, opts: pulumi.ResourceOptions) -> Capacity:
    """The capacity of one workload."""
    return Capacity(f"{context.name}-capacity", context.planned(plan, functions=context.functions), opts)
