"""What is watched of functions."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform import environment
from platform_contract.platform.alarm_standard import HALF, AlarmStandard, Threshold, any_at_all, over_an_hour

_FUNCTION = {"FunctionName": "{function_name}"}

_CONSUMER = {"service": "{workload}", "function_name": "{function_name}"}
"""Of metrics from code that tell functions apart: as Powertools names them."""

_ERRORS = AlarmStandard(
    "errors", "AWS/Lambda", "Errors", _FUNCTION, Threshold(0.05), "GreaterThanThreshold", (0, 1),
    # Average of Errors is errors / invocations: a rate from one metric, where a formula would bill two.
    "more than 5 % of invocations fail", "page", statistic="Average", datapoints_to_alarm=2,
)  # fmt: skip

METRICS = {
    "function": Metrics("Functions", (
        _ERRORS,
        over_an_hour(_ERRORS, HALF, "half of the invocations or more fail, again and again within an hour, however few there are"),
        any_at_all("throttles", "AWS/Lambda", "Throttles", _FUNCTION,
                   "invocations are refused for want of concurrency, five minutes on end", "ticket", minutes=5),
        AlarmStandard(
            "duration", "AWS/Lambda", "Duration", _FUNCTION, Threshold(0.8, "timeout_ms"), "GreaterThanThreshold", (0, None),
            "one in a hundred runs takes more than 80 % of the timeout", "ticket", extended_statistic="p99",
        ),
        AlarmStandard(
            "concurrency", "AWS/Lambda", "ConcurrentExecutions", _FUNCTION, Threshold(0.8, "reserved_concurrency"),
            "GreaterThanThreshold", (0, None), "more than 80 % of the reserved concurrency is in use", "ticket",
            statistic="Maximum", datapoints_to_alarm=10, evaluation_periods=10, needs="reserved_concurrency",
        ),
    ), ("timeout_ms", "reserved_concurrency"), (Traffic("Invocations", "Sum"), Traffic("ConcurrentExecutions", "Maximum"))),
    "queue_consumer": Metrics("Functions", (
        # A partial batch failure leaves the metric Errors at 0, so the function's own alarm is silent.
        any_at_all("batch-item-failures", environment.METRICS_NAMESPACE_VALUE, "BatchItemFailures", _CONSUMER,
                   "single messages keep failing, though their batches succeed", "ticket", minutes=3),
    )),
    "asynchronous": Metrics("Functions", (
        any_at_all("dropped", "AWS/Lambda", "AsyncEventsDropped", _FUNCTION,
                   "an event was given up: it was tried three times, or had waited for too long", "page"),
        # Without this one, an event that is given up and cannot be kept either is lost without a trace.
        any_at_all("undelivered", "AWS/Lambda", "DestinationDeliveryFailures", _FUNCTION,
                   "an event was given up and could not be put into the queue of failures either", "page"),
    )),
    "ordered_consumer": Metrics("Functions", (
        AlarmStandard(
            "iterator-age", "AWS/Lambda", "IteratorAge", _FUNCTION, Threshold(0.5, "record_age_ms"), "GreaterThanThreshold", (0, None),
            "the oldest record has waited half as long as it may before it is given up", "page", statistic="Maximum",
            datapoints_to_alarm=5, evaluation_periods=5,
        ),
    ), ("record_age_ms",)),
}  # fmt: skip
"""What is watched -> its metrics."""
