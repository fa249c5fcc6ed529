"""An SNS topic."""

from platform_contract.kinds.kind import Kind
from platform_contract.kinds.topic.metrics import METRICS
from platform_contract.kinds.topic.plan import plan_topic, topic_arn
from platform_contract.platform.usage import Use
from platform_contract.platform.verbs import Permission, Verb

KIND = Kind(
    "topic", plan=plan_topic, arn=topic_arn, section="topics", service="sns", variable="TOPIC_", told="arn",
    verbs={"publish": Verb((Permission(("sns:Publish",)),), ("kms:GenerateDataKey", "kms:Decrypt"), "publish messages",
                           (Use("messages published", "sns_publish"),), wakes=True)},
    metrics=METRICS,
)  # fmt: skip
