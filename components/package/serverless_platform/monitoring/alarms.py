"""The one alarm factory: every alarm of the platform is made here, from a pure description.

An alarm counts only if it can fire. What can be decided without resources (metric, statistic, threshold, dimensions by name)
is decided in the contract's catalogue; here it gets its action and the dimensions that AWS assigns.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch

from platform_contract.platform.base import AlarmPlan, CompositeAlarmPlan, MathAlarmPlan
from platform_contract.platform.tags import TOLD_BY

ANSWER = "answer"
"""Id of the query that an alarm of metric math compares: its expression, or the band."""
WATCHED = "watched"
"""Id of the expression that is compared with a band, where it is more than a metric."""


def make_alarms(
    name: str, alarms: Sequence[AlarmPlan], *, topic_arn: pulumi.Input[str], tags: Mapping[str, str],
    opts: pulumi.ResourceOptions, assigned: Mapping[str, pulumi.Input[str]] | None = None,
) -> list[cloudwatch.MetricAlarm]:  # fmt: skip
    """One MetricAlarm `NAME-SUFFIX` for each planned alarm, which tells `topic_arn` when it fires.

    It has no action for OK: a new alarm has no data and goes to OK within minutes, which would be a mail for each alarm of the stack.
    assigned: dimensions whose values AWS assigns at creation, such as the id of an API.
    """
    return [
        cloudwatch.MetricAlarm(
            f"{name}-{alarm.suffix}",
            name=alarm.physical_name,
            alarm_description=alarm.description,
            namespace=alarm.namespace,
            metric_name=alarm.metric_name,
            dimensions={**alarm.dimensions, **(assigned or {})},
            statistic=alarm.statistic,
            extended_statistic=alarm.extended_statistic,
            comparison_operator=alarm.comparison_operator,
            threshold=alarm.threshold,
            period=alarm.period_seconds,
            evaluation_periods=alarm.evaluation_periods,
            datapoints_to_alarm=alarm.datapoints_to_alarm,
            treat_missing_data=alarm.treat_missing_data,
            region=alarm.region,
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


def arns_of(made: Sequence[cloudwatch.MetricAlarm], alarms: Sequence[AlarmPlan]) -> dict[str, pulumi.Output[str]]:
    """Physical name of each alarm -> its ARN, for what watches alarms itself."""
    return {alarm.physical_name: each.arn for alarm, each in zip(alarms, made, strict=True)}
