"""The baseline alarms of every kind of resource, as data.

Each row is what AWS recommends (CloudWatch user guide, "Recommended alarms", as published in machine-readable form by
awslabs/mcp) unless `why` says otherwise. An error *rate* is the Average of one metric, not the quotient of two: it costs one
alarm metric instead of two and means the same. Thresholds are strictly inside the range of the statistic, so every alarm can
fire; missing data never breaches, because a workload without traffic is not broken.
"""

from pydantic import BaseModel, ConfigDict


class AlarmStandard(BaseModel):
    """One alarm. `threshold` in the metric's unit; where it depends on the resource, `threshold_of` names the fact and
    `threshold` is its factor."""

    model_config = ConfigDict(frozen=True)

    suffix: str
    namespace: str
    metric: str
    dimensions: tuple[str, ...]
    statistic: str
    comparison: str = "GreaterThanThreshold"
    threshold: float
    threshold_of: str | None = None
    period_seconds: int = 60
    periods: int
    datapoints: int
    missing: str = "notBreaching"
    range: tuple[float, float | None]
    """Lowest and highest value that the statistic can have; None is no upper bound."""
    severity: str
    why: str


ANY = (0.0, None)
RATE = (0.0, 1.0)

ALARMS: dict[str, tuple[AlarmStandard, ...]] = {
    "function": (
        AlarmStandard(
            suffix="errors", namespace="AWS/Lambda", metric="Errors", dimensions=("FunctionName",), statistic="Average",
            threshold=0.01, periods=3, datapoints=2, range=RATE, severity="page", why="more than 1 % of its runs fail",
        ),
        AlarmStandard(
            suffix="throttles", namespace="AWS/Lambda", metric="Throttles", dimensions=("FunctionName",), statistic="Sum",
            threshold=0, periods=5, datapoints=5, range=ANY, severity="ticket", why="it is refused capacity, minute after minute",
        ),
        AlarmStandard(
            suffix="duration", namespace="AWS/Lambda", metric="Duration", dimensions=("FunctionName",), statistic="p99",
            threshold=800, threshold_of="timeout_seconds", periods=3, datapoints=3, range=ANY, severity="ticket",
            why="its slowest runs take more than 80 % of its timeout, in milliseconds",
        ),
    ),
    "queue": (
        AlarmStandard(
            suffix="oldest", namespace="AWS/SQS", metric="ApproximateAgeOfOldestMessage", dimensions=("QueueName",),
            statistic="Maximum", threshold=2, threshold_of="visibility_timeout_seconds", periods=15, datapoints=15, range=ANY,
            severity="ticket", why="messages wait for more than two visibility timeouts: the consumer does not keep up",
        ),
    ),
    "dead_letter_queue": (
        AlarmStandard(
            suffix="messages", namespace="AWS/SQS", metric="ApproximateNumberOfMessagesVisible", dimensions=("QueueName",),
            statistic="Maximum", threshold=0, periods=1, datapoints=1, range=ANY, severity="page",
            why="a message was given up; depth, because what the redrive policy moves is not counted as sent",
        ),
    ),
    "table": (
        AlarmStandard(
            suffix="read-throttles", namespace="AWS/DynamoDB", metric="ReadThrottleEvents", dimensions=("TableName",),
            statistic="Sum", threshold=0, periods=5, datapoints=5, range=ANY, severity="ticket", why="reads are refused, minute after minute",
        ),
        AlarmStandard(
            suffix="write-throttles", namespace="AWS/DynamoDB", metric="WriteThrottleEvents", dimensions=("TableName",),
            statistic="Sum", threshold=0, periods=5, datapoints=5, range=ANY, severity="ticket", why="writes are refused, minute after minute",
        ),
    ),
    "http_api": (
        AlarmStandard(
            suffix="5xx", namespace="AWS/ApiGateway", metric="5xx", dimensions=("ApiId",), statistic="Average",
            threshold=0.05, periods=3, datapoints=3, range=RATE, severity="page", why="more than 5 % of the requests are answered with 5xx",
        ),
        AlarmStandard(
            suffix="latency", namespace="AWS/ApiGateway", metric="Latency", dimensions=("ApiId",), statistic="p90",
            threshold=2500, periods=5, datapoints=5, range=ANY, severity="ticket", why="a tenth of the requests take more than 2.5 s (milliseconds)",
        ),
    ),
}  # fmt: skip
"""Kind of resource -> its alarms."""
