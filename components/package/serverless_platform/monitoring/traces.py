"""Traces of a workload as one group: service map, latency and faults of it alone."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import xray

from platform_contract.plan.model import TraceGroupPlan


def make_trace_group(
    name: str, plan: TraceGroupPlan | None, *, tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> xray.Group | None:
    """The X-Ray group `NAME-traces` with insights: X-Ray shows faults that stand out; notices come from our alarms. None where none is wanted."""
    if plan is None:
        return None
    insights = xray.GroupInsightsConfigurationArgs(insights_enabled=True, notifications_enabled=False)
    return xray.Group(
        f"{name}-traces", group_name=plan.physical_name, filter_expression=plan.filter_expression, insights_configuration=insights,
        tags=tags, opts=opts,
    )  # fmt: skip
