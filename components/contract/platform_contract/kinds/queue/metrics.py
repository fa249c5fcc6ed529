"""What is watched of queues."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform.alarm_standard import AlarmStandard, Threshold, any_waiting

_QUEUE = {"QueueName": "{queue_name}"}

METRICS = {
    "queue": Metrics("Queues", (
        AlarmStandard(
            "oldest-message", "AWS/SQS", "ApproximateAgeOfOldestMessage", _QUEUE, Threshold(0.5, "retention_seconds"),
            "GreaterThanThreshold", (0, None), "messages wait half as long as they are kept: the next half loses them", "page",
            statistic="Maximum", datapoints_to_alarm=15, evaluation_periods=15,
        ),
        AlarmStandard(
            "backlog", "AWS/SQS", "ApproximateAgeOfOldestMessage", _QUEUE, Threshold(10, "visibility_seconds"),
            "GreaterThanThreshold", (0, None), "the oldest message has waited ten times as long as a run may take", "ticket",
            statistic="Maximum", datapoints_to_alarm=15, evaluation_periods=15,
        ),
    ), ("retention_seconds", "visibility_seconds"),
    (Traffic("NumberOfMessagesSent", "Sum"), Traffic("ApproximateNumberOfMessagesVisible", "Maximum"))),
    # Not NumberOfMessagesSent: it does not count what a redrive policy moves.
    "dead_letter_queue": Metrics("Dead-letter queues and failures", (any_waiting("a message was given up and waits for somebody"),), name_suffix="-dead"),
    # Of what functions were invoked for and gave up.
    "failures": Metrics("Dead-letter queues and failures", (any_waiting("something was given up and waits for somebody"),), name_suffix="-failed"),
}  # fmt: skip
"""What is watched -> its metrics."""
