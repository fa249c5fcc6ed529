"""What is made of a topic in the manifest."""

from platform_contract.kinds.kind import plan_metrics
from platform_contract.kinds.topic.metrics import METRICS
from platform_contract.kinds.topic.spec import TopicSpec
from platform_contract.platform import naming
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.scope import Addressed, Connections, Scope
from platform_contract.platform.settings import Settings


class TopicPlan(Plain):
    physical_name: str
    arn: str
    emails: tuple[str, ...]
    from_bucket: str | None
    """Bucket of the workload whose new objects are published here."""
    bucket_arn: str | None
    queues: dict[str, str]
    """Queue of the workload that gets each message -> its ARN."""
    alarms: tuple[AlarmPlan, ...]


def plan_topic(scope: Scope, name: str, spec: TopicSpec, connections: Connections) -> TopicPlan:
    """One topic, with the queues that get its messages."""
    settings = scope.settings
    physical = naming.topic_name(settings, scope.workload, name)
    bucket = spec.from_bucket.bucket if spec.from_bucket else None
    return TopicPlan(
        physical_name=physical, arn=naming.topic_arn(settings, physical), emails=tuple(spec.emails), from_bucket=bucket,
        bucket_arn=connections.bucket_arns[bucket] if bucket else None, queues=dict(connections.fed.get(name, {})),
        alarms=plan_metrics(scope, "topic", METRICS["topic"], name, {"topic_name": physical}),
    )  # fmt: skip


def topic_arn(settings: Settings, workload: str, name: str, spec: Addressed) -> str:
    """ARN that one will have."""
    return naming.topic_arn(settings, naming.topic_name(settings, workload, name))
