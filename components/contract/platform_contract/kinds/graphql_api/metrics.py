"""What is watched of GraphQL APIs."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform.alarm_standard import AlarmStandard, Threshold, over_an_hour, promised_latency

_ERRORS = AlarmStandard(
    # AppSync counts errors, and its guide names no statistic but the sum.
    "server-errors", "AWS/AppSync", "5XXError", {}, Threshold(5), "GreaterThanOrEqualToThreshold", (0, None),
    "AppSync keeps answering with errors of its own", "page", statistic="Sum", assigned_dimensions=("GraphQLAPIId",),
)  # fmt: skip

METRICS = {
    "graphql_api": Metrics("APIs", (
        _ERRORS,
        over_an_hour(_ERRORS, 1, "AppSync answers with errors of its own again and again within an hour"),
        promised_latency("AWS/AppSync", {}, "GraphQLAPIId"),
    ), ("latency_ms_p99",),
        # AppSync counts requests of the whole account only; each request of an API has one value of its latency.
        (Traffic("Latency", "SampleCount"), Traffic("4XXError", "Sum"))),
}  # fmt: skip
"""What is watched -> its metrics."""
