"""The one alarm factory: every alarm of the platform is made here, from a pure description.

An alarm counts only if it can fire. What can be decided without resources (metric, statistic, threshold, dimensions by name)
is decided in the contract's catalogue; here it gets its action and the dimensions that AWS assigns.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_aws import cloudwatch

from platform_contract.platform.base import CompositeAlarmPlan, MathAlarmPlan
from platform_contract.platform.tags import TOLD_BY

ANSWER = "answer"
"""Id of the query that an alarm of metric math compares: its expression, or the band."""
WATCHED = "watched"
"""Id of the expression that is compared with a band, where it is more than a metric."""


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
    region: NotRequired[str]
    """Where it is, with its topic, if not where the provider is: beside its metrics."""


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
            region=alarm.get("region"),
            actions_enabled=True,
            alarm_actions=[topic_arn],
            tags=tags,
            opts=opts,
        )
        for alarm in alarms
    ]


def make_math_alarm(
    name: str, plan: MathAlarmPlan, *, topic_arn: pulumi.Input[str], tags: Mapping[str, str], opts: pulumi.ResourceOptions,
    assigned: pulumi.Input[str] | None = None,
) -> cloudwatch.MetricAlarm:  # fmt: skip
    """The MetricAlarm `NAME-SUFFIX` of metric math. It tells `topic_arn`, unless a composite alarm does so in its place.

    assigned: value of the dimensions that AWS assigns at creation, such as the id of an API.
    """
    queries = [
        cloudwatch.MetricAlarmMetricQueryArgs(
            id=each,
            metric=cloudwatch.MetricAlarmMetricQueryMetricArgs(
                namespace=metric.namespace, metric_name=metric.metric_name, stat=metric.statistic, period=plan.period_seconds,
                dimensions={**metric.dimensions, **{key: assigned for key in metric.assigned_dimensions if assigned is not None}},
            ),
            return_data=plan.band is not None and not plan.expression,
        )
        for each, metric in plan.metrics.items()
    ]  # fmt: skip
    expression = plan.expression
    if plan.band is not None:
        if expression:
            queries.append(cloudwatch.MetricAlarmMetricQueryArgs(id=WATCHED, expression=expression, label=plan.suffix, return_data=True))
        expression = f"ANOMALY_DETECTION_BAND({WATCHED if plan.expression else next(iter(plan.metrics))}, {plan.band:g})"
    queries.append(cloudwatch.MetricAlarmMetricQueryArgs(id=ANSWER, expression=expression, label="usual" if plan.band else plan.suffix, return_data=True))
    return cloudwatch.MetricAlarm(
        f"{name}-{plan.suffix}", name=plan.physical_name, alarm_description=plan.description, metric_queries=queries,
        comparison_operator=plan.comparison_operator, threshold=plan.threshold, threshold_metric_id=ANSWER if plan.band is not None else None,
        evaluation_periods=plan.evaluation_periods, datapoints_to_alarm=plan.datapoints_to_alarm, treat_missing_data=plan.treat_missing_data,
        region=plan.region, actions_enabled=True, alarm_actions=None if plan.told_by else [topic_arn],
        tags={**tags, TOLD_BY: plan.told_by} if plan.told_by else tags, opts=opts,
    )  # fmt: skip


def make_composite_alarm(
    name: str, plan: CompositeAlarmPlan, alarms: Sequence[cloudwatch.MetricAlarm], *, topic_arn: pulumi.Input[str], tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> cloudwatch.CompositeAlarm:  # fmt: skip
    """The CompositeAlarm `NAME-SUFFIX`, which tells `topic_arn` while all of `alarms` fire."""
    # Names from the alarms themselves: CloudWatch refuses a rule that names one that is not there.
    rule = pulumi.Output.all(*(alarm.name for alarm in alarms)).apply(lambda names: " AND ".join(f'ALARM("{each}")' for each in names))
    return cloudwatch.CompositeAlarm(
        f"{name}-{plan.suffix}", alarm_name=plan.physical_name, alarm_description=plan.description, alarm_rule=rule, actions_enabled=True,
        alarm_actions=[topic_arn], tags=tags, opts=opts,
    )  # fmt: skip


def arns_of(made: Sequence[cloudwatch.MetricAlarm], alarms: Sequence[Mapping[str, Any]]) -> dict[str, pulumi.Output[str]]:
    """Physical name of each alarm -> its ARN, for what watches alarms itself."""
    return {alarm["physical_name"]: each.arn for alarm, each in zip(alarms, made, strict=True)}
