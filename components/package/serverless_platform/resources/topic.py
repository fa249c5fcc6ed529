"""An SNS topic with its receivers."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import sns

from platform_contract.kinds.topic.by_itself import TopicSpecByItself, plan_by_itself

from ..args.topic import TopicArgs
from ..monitoring.alarms import make_alarms
from ..planned import planned
from .queue import Queue


class Topic(pulumi.ComponentResource):
    """A topic, encrypted with the workload's key, to which this account and what is named may publish."""

    arn: pulumi.Output[str]
    """ARN of the topic, once its policy is in force."""
    physical_name: pulumi.Output[str]
    """Name of the topic."""

    def __init__(self, name: str, args: TopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("Topic", name, args, TopicArgs, TopicSpecByItself, lambda scope, spec: plan_by_itself(scope, name, spec), sns.Topic)
        super().__init__("serverless-platform:index:Topic", name, {"physicalName": made.plan.physical_name}, opts)
        self._name, self._planned = name, made
        self._plan, self._shared = made.plan, made.shared
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_topic()
        self._subscribe_people()
        make_alarms(name, self._plan.alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, opts=self._child)
        self.arn, self.physical_name = self._policy.arn, self._topic.name
        self.register_outputs({"arn": self.arn, "physical_name": self.physical_name})

    def _make_topic(self) -> None:
        self._topic = sns.Topic(
            self._name,
            **self._planned.inputs(name=self._plan.physical_name, kms_master_key_id=self._shared.key_arn, tracing_config="Active", tags=self._shared.tags),
            opts=self._child,
        )  # fmt: skip
        policy = topic_policy(self._plan.arn, self._shared.account_id, self._plan.bucket_arn)
        self._policy = sns.TopicPolicy(self._name, arn=self._topic.arn, policy=policy, opts=self._child)

    def _subscribe_people(self) -> None:
        for address in self._plan.emails:
            receiver = re.sub(r"[^a-z0-9]+", "-", address.lower())
            sns.TopicSubscription(f"{self._name}-{receiver}", topic=self._policy.arn, protocol="email", endpoint=address, opts=self._child)

    def feed(self, name: str, queue: Queue) -> None:
        """Subscribes a queue, which gets messages as they were published; what SNS cannot deliver goes to its dead-letter queue.

        It comes after the queue's policies: what SNS delivers before they are in force is refused.
        """
        sns.TopicSubscription(
            f"{self._name}-{name}", topic=self._policy.arn, protocol="sqs", endpoint=queue.arn, raw_message_delivery=True,
            redrive_policy=json.dumps({"deadLetterTargetArn": queue.known_dead_letter_arn}),
            opts=pulumi.ResourceOptions(parent=self, depends_on=queue.policies),
        )  # fmt: skip


def topic_policy(arn: str, account_id: str, bucket_arn: str | None) -> str:
    """Policy of a topic, as JSON text: S3 for one bucket of this account, and nobody without TLS. Roles of the account publish by their own policies."""
    tls: Mapping[str, Any] = {
        "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    bucket: Sequence[Mapping[str, Any]] = ()
    if bucket_arn:
        bucket = [{
            "Sid": "FromBucket", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish", "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": bucket_arn}, "StringEquals": {"aws:SourceAccount": account_id}},
        }]  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": [*bucket, tls]})
