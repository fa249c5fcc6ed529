"""The queue that keeps what a function was invoked for and gave up: with it, no event is lost in silence."""

import json
from collections.abc import Mapping
from typing import TypedDict

import pulumi
from pulumi_aws import sqs

from platform_contract.documents import failures_policy

from ..watch.alarms import AlarmArgs, make_alarms


class FailuresArgs(TypedDict):
    """The queue of failures of a function."""

    physical_name: str
    """Name of the queue in AWS, at most 80 characters."""
    arn: str
    """ARN that the queue will have: for its policy, which then is known before the update."""
    retention_seconds: int
    """How long a failure is kept, in seconds, 60 to 1209600."""
    key_reuse_seconds: int
    """How long SQS reuses a data key before it asks KMS again, in seconds, 60 to 86400."""
    rule_arns: list[str]
    """ARNs of the EventBridge rules that may put into it what they could not deliver."""
    protect: bool
    """Refuse deletion by Pulumi."""
    alarms: list[AlarmArgs]
    """Its alarms; at least one, or nobody learns of a failure."""


def make_failures(
    name: str, args: FailuresArgs, *, key_arn: pulumi.Input[str], alarm_topic_arn: pulumi.Input[str], tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> tuple[sqs.Queue, sqs.QueuePolicy]:  # fmt: skip
    """`NAME-failed`: queue, policy and alarms. Whoever puts into it comes after the policy.

    Lambda and EventBridge Scheduler put into it with a role of this workload; rules have no role, so the policy names them.
    """
    queue = sqs.Queue(
        f"{name}-failed", name=args["physical_name"], kms_master_key_id=key_arn,
        message_retention_seconds=int(args["retention_seconds"]), kms_data_key_reuse_period_seconds=int(args["key_reuse_seconds"]),
        tags=tags, opts=pulumi.ResourceOptions(parent=opts.parent, protect=args["protect"]),
    )  # fmt: skip
    policy = sqs.QueuePolicy(f"{name}-failed", queue_url=queue.url, policy=json.dumps(failures_policy(args["arn"], args["rule_arns"])), opts=opts)
    make_alarms(f"{name}-failed", args["alarms"], topic_arn=alarm_topic_arn, tags=tags, opts=opts)
    return queue, policy
