"""What one alarm of the catalogue is made of: a metric, what its statistic is compared with, over which window."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal


@dataclass(frozen=True)
class Threshold:
    """A number, or a share of a fact about what is watched (`of`, in the metric's unit)."""

    number: float = 0
    of: str = ""

    def value(self, facts: Mapping[str, float]) -> float:
        """The threshold in the metric's unit. Raises KeyError if the fact is not among `facts`."""
        return self.number * facts[self.of] if self.of else self.number

    def __str__(self) -> str:
        return f"{self.number:g} x {self.of}" if self.of else f"{self.number:g}"


@dataclass(frozen=True)
class AlarmStandard:
    """One alarm. Rates are 0 to 1; `{...}` in a dimension is filled by whoever knows the resource."""

    suffix: str
    """Ends its logical and its physical name."""
    namespace: str
    metric_name: str
    dimensions: Mapping[str, str]
    """Dimension -> value: a constant, or {function_name}, {queue_name}, {table_name}, {workload}."""
    threshold: Threshold
    comparison: Literal["GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"]
    range: tuple[float, float | None]
    """Least and greatest value of the statistic; None: no greatest."""
    why: str
    """Ends the sentence "fires when ..."."""
    severity: Literal["page", "ticket"]
    statistic: str | None = None
    extended_statistic: str | None = None
    assigned_dimensions: tuple[str, ...] = ()
    """Dimensions whose values AWS assigns at creation."""
    period_seconds: int = 60
    datapoints_to_alarm: int = 3
    evaluation_periods: int = 3
    treat_missing_data: Literal["notBreaching", "breaching"] = "notBreaching"
    """No data means no calls for nearly every metric: then nothing is wrong."""
    needs: str = ""
    """Fact without which the alarm is not made, such as a reserved concurrency."""
    period_of: str = ""
    """Fact that is the period in seconds, instead of `period_seconds`."""

    def threshold_in_range(self, facts: Mapping[str, float]) -> bool:
        """Whether some value of the statistic is beyond the threshold."""
        value, (least, greatest) = self.threshold.value(facts), self.range
        if self.comparison == "LessThanThreshold":
            return value > least
        if greatest is None:
            return value >= least
        return least <= value < greatest if self.comparison == "GreaterThanThreshold" else least < value <= greatest


def any_at_all(
    suffix: str, namespace: str, metric_name: str, dimensions: Mapping[str, str], why: str, severity: Literal["page", "ticket"],
    minutes: int = 1, **more: Any,
) -> AlarmStandard:  # fmt: skip
    """Fires when the metric counts one or more in each of `minutes` minutes on end: once is enough with 1."""
    return AlarmStandard(
        suffix, namespace, metric_name, dimensions, Threshold(1), "GreaterThanOrEqualToThreshold", (0, None), why, severity,
        statistic="Sum", datapoints_to_alarm=minutes, evaluation_periods=minutes, **more,
    )  # fmt: skip


def over_an_hour(quick: AlarmStandard, threshold: float, why: str) -> AlarmStandard:
    """The second window of an alarm on failures, for traffic so sparse that one in minutes never has its data points.

    It fires when three of the last twelve periods of five minutes reach `threshold`. CloudWatch fills a period without calls in as good,
    so three minutes never hold two calls that come every ten minutes; an hour holds six. One failed call by itself is no alarm.
    """
    return replace(
        quick, suffix=f"{quick.suffix}-hour", threshold=Threshold(threshold), comparison="GreaterThanOrEqualToThreshold", why=why,
        period_seconds=300, datapoints_to_alarm=3, evaluation_periods=12,
    )  # fmt: skip


HALF = 0.5
"""Of the calls of five minutes: with few calls one failure is a high rate by itself, so what counts is that it comes again and again."""

DEFAULT_LATENCY_MS_P99 = 2500
"""For an API whose workload promises nothing, in milliseconds. Source: AWS recommended alarms."""


def any_waiting(why: str) -> AlarmStandard:
    """Fires as soon as a queue in which nothing should be holds something."""
    return AlarmStandard(
        "messages", "AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "{queue_name}"}, Threshold(0), "GreaterThanThreshold", (0, None),
        why, "page", statistic="Maximum", datapoints_to_alarm=1, evaluation_periods=1,
    )  # fmt: skip


def promised_latency(namespace: str, dimensions: Mapping[str, str], *assigned: str) -> AlarmStandard:
    """Fires when an API is slower than its workload promises, in the fact latency_ms_p99."""
    return AlarmStandard(
        "latency", namespace, "Latency", dimensions, Threshold(1, "latency_ms_p99"), "GreaterThanThreshold", (0, None),
        "one in a hundred requests takes longer than the workload promises", "ticket", extended_statistic="p99",
        datapoints_to_alarm=5, evaluation_periods=5, assigned_dimensions=assigned,
    )  # fmt: skip


def hot_key_throttles(suffix: str, namespace: str, metric_name: str, dimensions: Mapping[str, str], what: str) -> AlarmStandard:
    """Fires when more than ten a minute are throttled, five minutes on end: single throttled calls are tried again."""
    return AlarmStandard(
        suffix, namespace, metric_name, dimensions, Threshold(10), "GreaterThanThreshold", (0, None),
        f"more than ten {what}, as a rule because of one hot key", "ticket", statistic="Sum", datapoints_to_alarm=5, evaluation_periods=5,
    )  # fmt: skip
