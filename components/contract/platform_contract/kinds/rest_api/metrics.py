"""What is watched of REST APIs."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform import apigateway
from platform_contract.platform.alarm_standard import HALF, AlarmStandard, Threshold, over_an_hour, promised_latency

_STAGE = {"ApiName": "{api_name}", "Stage": apigateway.REST_STAGE}

# 5XXError by ApiName; its Average is a rate.
_ERRORS = AlarmStandard(
    "server-errors", "AWS/ApiGateway", "5XXError", _STAGE, Threshold(0.05), "GreaterThanThreshold", (0, 1),
    "more than 5 % of requests are answered with 5xx", "page", statistic="Average",
)  # fmt: skip

METRICS = {
    "rest_api": Metrics("APIs", (
        _ERRORS,
        over_an_hour(_ERRORS, HALF, "half of the requests or more are answered with 5xx, again and again within an hour, however few there are"),
        promised_latency("AWS/ApiGateway", _STAGE),
    ), ("latency_ms_p99",), (Traffic("Count", "Sum"), Traffic("4XXError", "Sum"))),
}  # fmt: skip
"""What is watched -> its metrics."""
