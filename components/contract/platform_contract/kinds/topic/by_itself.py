"""A topic that belongs to no manifest: what its component is asked for."""

from pydantic import Field

from platform_contract.kinds.topic.plan import TopicPlan, plan_topic
from platform_contract.kinds.topic.spec import Emails, FromBucketSpec, TopicSpec
from platform_contract.platform import naming
from platform_contract.platform.scope import Connections, Scope
from platform_contract.platform.text_types import Generation, Name, Strict


class TopicSpecByItself(Strict):
    """A topic, encrypted with the workload's key."""

    emails: Emails = []
    from_bucket: Name | None = Field(default=None, description="Bucket of the workload whose new objects S3 may publish here; an UploadTrigger makes it do so.")
    from_bucket_generation: int = Generation


def plan_by_itself(scope: Scope, name: str, spec: TopicSpecByItself) -> TopicPlan:
    """One topic, and the bucket that S3 may speak for."""
    bucket, settings = spec.from_bucket, scope.settings
    arns = {bucket: naming.bucket_arn(settings, naming.bucket_name(settings, scope.workload, bucket, spec.from_bucket_generation))} if bucket else {}
    asked = TopicSpec(emails=spec.emails, from_bucket=FromBucketSpec(bucket=bucket) if bucket else None)
    return plan_topic(scope, name, asked, Connections(bucket_arns=arns))
