"""The queue that keeps what a function was invoked for and gave up, or what a bus could not process: no event is lost in silence."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import sqs

from platform_contract.platform.dead_letters import FailuresPlan
from platform_contract.platform.documents import failures_policy

from ..monitoring.alarms import make_alarms


def make_failures(
    name: str, plan: FailuresPlan, *, key_arn: pulumi.Input[str] | None, alarm_topic_arn: pulumi.Input[str], tags: Mapping[str, str],
    opts: pulumi.ResourceOptions, suffix: str = "failed",
) -> tuple[sqs.Queue, sqs.QueuePolicy]:  # fmt: skip
    """`NAME-SUFFIX`: queue, policy and alarms. Whoever puts into it comes after the policy.

    key_arn: the key of what is kept; None for SQS's own.
    Lambda and EventBridge Scheduler put into it with a role of this workload; rules have no role, so the policy names them.
    """
    name = f"{name}-{suffix}"
    encryption: dict[str, Any] = {"sqs_managed_sse_enabled": True}
    if key_arn is not None:
        encryption = {"kms_master_key_id": key_arn, "kms_data_key_reuse_period_seconds": plan.key_reuse_seconds}
    queue = sqs.Queue(
        name, name=plan.physical_name, message_retention_seconds=plan.retention_seconds, **encryption,
        tags=tags, opts=pulumi.ResourceOptions(parent=opts.parent, protect=plan.protect),
    )  # fmt: skip
    policy = sqs.QueuePolicy(name, queue_url=queue.url, policy=json.dumps(failures_policy(plan.arn, plan.source_arns)), opts=opts)
    make_alarms(name, plan.alarms, topic_arn=alarm_topic_arn, tags=tags, opts=opts)
    return queue, policy
