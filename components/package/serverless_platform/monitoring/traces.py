"""Traces of a workload as one group: service map, latency and faults of it alone."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import xray


def make_trace_group(
    name: str, *, group_name: str, filter_expression: str, tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> xray.Group:
    """The X-Ray group `NAME-traces` with insights: X-Ray tells of faults that stand out; notices come from our alarms."""
    insights = xray.GroupInsightsConfigurationArgs(insights_enabled=True, notifications_enabled=False)
    return xray.Group(
        f"{name}-traces", group_name=group_name, filter_expression=filter_expression, insights_configuration=insights,
        tags=tags, opts=opts,
    )  # fmt: skip
