"""The queue that keeps what a function was invoked for and gave up, or what a bus could not process: no event is lost in silence."""

import json
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_aws import sqs

from platform_contract.platform.documents import failures_policy

from ..monitoring.alarms import AlarmArgs, make_alarms


class FailuresArgs(TypedDict):
    """The queue of failures of a function, or of a bus."""

    physical_name: str
    """Name of the queue in AWS, at most 80 characters."""
    arn: str
    """ARN that the queue will have: for its policy, which then is known before the update."""
    retention_seconds: int
    """How long a failure is kept, in seconds, 60 to 1209600."""
    key_reuse_seconds: NotRequired[int]
    """How long SQS reuses a data key before it asks KMS again, in seconds, 60 to 86400; with a key of the workload."""
    source_arns: list[str]
    """ARNs of the EventBridge rules and buses that may put into it what they could not deliver or process."""
    protect: bool
    """Refuse deletion by Pulumi."""
    alarms: list[AlarmArgs]
    """Its alarms; at least one, or nobody learns of a failure."""


def make_failures(
    name: str, args: FailuresArgs, *, key_arn: pulumi.Input[str] | None, alarm_topic_arn: pulumi.Input[str], tags: Mapping[str, str],
    opts: pulumi.ResourceOptions, suffix: str = "failed",
) -> tuple[sqs.Queue, sqs.QueuePolicy]:  # fmt: skip
    """`NAME-SUFFIX`: queue, policy and alarms. Whoever puts into it comes after the policy.

    key_arn: the key of what is kept; None for SQS's own.
    Lambda and EventBridge Scheduler put into it with a role of this workload; rules have no role, so the policy names them.
    """
    name = f"{name}-{suffix}"
    encryption: dict[str, Any] = {"sqs_managed_sse_enabled": True}
    if key_arn is not None:
        encryption = {"kms_master_key_id": key_arn, "kms_data_key_reuse_period_seconds": int(args["key_reuse_seconds"])}
    queue = sqs.Queue(
        name, name=args["physical_name"], message_retention_seconds=int(args["retention_seconds"]), **encryption,
        tags=tags, opts=pulumi.ResourceOptions(parent=opts.parent, protect=args["protect"]),
    )  # fmt: skip
    policy = sqs.QueuePolicy(name, queue_url=queue.url, policy=json.dumps(failures_policy(args["arn"], args["source_arns"])), opts=opts)
    make_alarms(name, args["alarms"], topic_arn=alarm_topic_arn, tags=tags, opts=opts)
    return queue, policy
