"""The one alarm factory: every alarm of the platform is made here, from a pure description.

An alarm counts only if it can fire. What can be decided without resources (metric, statistic, threshold, dimensions by name)
is decided in the contract's catalogue; here it gets its action and the dimensions that AWS assigns.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_aws import cloudwatch


class AlarmArgs(TypedDict):
    """Description of one alarm."""

    suffix: str
    """What it watches, in one or two words: ends its logical and its physical name."""
    physical_name: str
    """Name in CloudWatch, unique in account and region: PutMetricAlarm overwrites an alarm of the same name."""
    description: str
    """What is wrong when it fires, of which workload, and where its runbook is."""
    namespace: str
    """Namespace of the metric, such as AWS/Lambda."""
    metric_name: str
    """Name of the metric."""
    dimensions: dict[str, str]
    """Dimensions whose values are known before the update; the component adds those that AWS assigns."""
    statistic: NotRequired[str]
    """Average, Maximum, Minimum, SampleCount or Sum; or `extended_statistic`."""
    extended_statistic: NotRequired[str]
    """A percentile such as p99; or `statistic`."""
    comparison_operator: str
    """How the statistic is compared with the threshold."""
    threshold: float
    """In the unit of the metric; rates are 0 to 1."""
    period_seconds: int
    """Length of one data point, in seconds."""
    evaluation_periods: int
    """Number of data points looked at."""
    datapoints_to_alarm: int
    """How many of them have to breach."""
    treat_missing_data: str
    """What no data means: notBreaching, breaching, ignore or missing."""


def make_alarms(
    name: str, alarms: Sequence[Mapping[str, Any]], *, topic_arn: pulumi.Input[str], tags: Mapping[str, str],
    opts: pulumi.ResourceOptions, assigned: Mapping[str, pulumi.Input[str]] | None = None,
) -> list[cloudwatch.MetricAlarm]:  # fmt: skip
    """One MetricAlarm `NAME-SUFFIX` for each description, which tells `topic_arn` when it fires.

    It has no action for OK: a new alarm has no data and goes to OK within minutes, which would be a mail for each alarm of the stack.
    assigned: dimensions whose values AWS assigns at creation, such as the id of an API.
    """
    return [
        cloudwatch.MetricAlarm(
            f"{name}-{alarm['suffix']}",
            name=alarm["physical_name"],
            alarm_description=alarm["description"],
            namespace=alarm["namespace"],
            metric_name=alarm["metric_name"],
            dimensions={**alarm["dimensions"], **(assigned or {})},
            statistic=alarm.get("statistic"),
            extended_statistic=alarm.get("extended_statistic"),
            comparison_operator=alarm["comparison_operator"],
            threshold=alarm["threshold"],
            period=int(alarm["period_seconds"]),
            evaluation_periods=int(alarm["evaluation_periods"]),
            datapoints_to_alarm=int(alarm["datapoints_to_alarm"]),
            treat_missing_data=alarm["treat_missing_data"],
            actions_enabled=True,
            alarm_actions=[topic_arn],
            tags=tags,
            opts=opts,
        )
        for alarm in alarms
    ]
