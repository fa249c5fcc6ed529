"""What is watched of topics."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform.alarm_standard import any_at_all

METRICS = {
    "topic": Metrics("Topics, rules and schedules", (
        any_at_all("undelivered", "AWS/SNS", "NumberOfNotificationsFailed", {"TopicName": "{topic_name}"},
                   "a message could not be delivered to one of its receivers", "ticket"),
    ), traffic=(Traffic("NumberOfMessagesPublished", "Sum"),)),
}  # fmt: skip
"""What is watched -> its metrics."""
