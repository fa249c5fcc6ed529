"""Dashboards of one workload: release health and runtime health."""


import pulumi
from pulumi_aws import cloudwatch

from platform_contract.features.dashboard_body import DashboardPlan, body_of
from platform_contract.features.dashboards import DashboardsPlan

from ..planned import Planned
from .context import Context


class Dashboards(pulumi.ComponentResource):
    """Two dashboards."""

    names: dict[str, pulumi.Output[str]]
    """release, runtime -> name in CloudWatch."""

    def __init__(self, name: str, made: Planned[DashboardsPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        super().__init__("serverless-platform:index:Dashboards", name, {}, opts)
        self._name, self._given, self._region = name, made.given, plan.region
        self._child = pulumi.ResourceOptions(parent=self)
        self.names = {what: self._make(what, each) for what, each in (("release", plan.release), ("runtime", plan.runtime))}
        self.register_outputs({"names": self.names})

    def _make(self, what: str, plan: DashboardPlan) -> pulumi.Output[str]:
        ids, region = {name: self._given["api_ids"][name] for name in plan.apis()}, self._region
        # Without ids the body is known at preview.
        body = pulumi.Output.all(**ids).apply(lambda known: body_of(plan, region, known)) if ids else body_of(plan, region, {})
        made = cloudwatch.Dashboard(f"{self._name}-{what}", dashboard_name=plan.physical_name, dashboard_body=body, opts=self._child)
        return made.dashboard_name


def make(context: Context, plan: DashboardsPlan, opts: pulumi.ResourceOptions) -> Dashboards:
    """The dashboards of one workload."""
    return Dashboards(f"{context.name}-dashboards", context.planned(plan, api_ids={name: api.api_id for name, api in context.apis.items()}), opts)
