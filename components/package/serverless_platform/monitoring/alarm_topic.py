"""The topic that alarms tell, with its key: who publishes is admitted by both, or alarms are lost without a trace."""

import re
from collections.abc import Iterable, Mapping

import pulumi
from pulumi_aws import kms, sns


def make_alarm_topic(
    name: str, *, topic_name: str, topic_policy: str, key: kms.Key, receivers: Iterable[str], tags: Mapping[str, str], opts: pulumi.ResourceOptions,
    region: str | None = None,
) -> pulumi.Output[str]:  # fmt: skip
    """The topic `NAME`, and a subscription of each receiver, who has to confirm it; its ARN.

    topic_policy: as JSON text. key: that encrypts it, in its region. region: where it is, if not where the provider is: an alarm tells no topic elsewhere.
    """
    topic = sns.Topic(name, name=topic_name, kms_master_key_id=key.arn, tags=tags, region=region, opts=opts)
    policy = sns.TopicPolicy(name, arn=topic.arn, policy=topic_policy, region=region, opts=opts)
    for address in receivers:
        receiver = re.sub(r"[^a-z0-9]+", "-", address.lower())
        sns.TopicSubscription(f"{name}-{receiver}", topic=policy.arn, protocol="email", endpoint=address, region=region, opts=opts)
    # Of the policy, so that who names the topic comes after it: AWS Budgets refuses a topic that it may not publish to.
    return policy.arn

