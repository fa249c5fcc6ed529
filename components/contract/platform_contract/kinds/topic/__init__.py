"""An SNS topic."""

from platform_contract.kinds.kind import Kind, Metrics, Permission, Traffic, Verb
from platform_contract.platform.alarm_standard import any_at_all
from platform_contract.platform.usage import Use

KIND = Kind(
    "topic", section="topics", service="sns", variable="TOPIC_", told="arn",
    verbs={"publish": Verb((Permission(("sns:Publish",)),), ("kms:GenerateDataKey", "kms:Decrypt"), "publish messages",
                           (Use("messages published", "sns_publish"),), wakes=True)},
    metrics={
        "topic": Metrics("Topics, rules and schedules", (
            any_at_all("undelivered", "AWS/SNS", "NumberOfNotificationsFailed", {"TopicName": "{topic_name}"},
                       "a message could not be delivered to one of its receivers", "ticket"),
        ), traffic=(Traffic("NumberOfMessagesPublished", "Sum"),)),
    },
)  # fmt: skip
