"""An SNS topic."""

from platform_contract.kinds.kind import Kind, Permission, Verb
from platform_contract.kinds.topic.metrics import METRICS
from platform_contract.kinds.topic.plan import plan_topic
from platform_contract.platform.usage import Use

KIND = Kind(
    "topic", plan=plan_topic, section="topics", service="sns", variable="TOPIC_", told="arn",
    verbs={"publish": Verb((Permission(("sns:Publish",)),), ("kms:GenerateDataKey", "kms:Decrypt"), "publish messages",
                           (Use("messages published", "sns_publish"),), wakes=True)},
    metrics=METRICS,
)  # fmt: skip
