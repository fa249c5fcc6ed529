"""An SNS topic with its receivers."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import sns

from ..arguments import PlainArguments, checked
from ..monitoring.alarms import AlarmArgs, make_alarms


class SubscribedQueueArgs(TypedDict):
    """A queue that gets every message of a topic."""

    arn: pulumi.Input[str]
    """ARN of the queue: the output of a Queue, so that the subscription comes after the queue and its policy."""
    dead_letter_arn: str
    """ARN of the queue that keeps what SNS could not deliver."""


class TopicArgs(TypedDict):
    """Arguments of a Topic."""

    physical_name: str
    """Name of the topic, at most 256 characters."""
    arn: str
    """ARN that the topic will have: for its policy, which then is known before the update."""
    account_id: str
    """The account that may publish."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    emails: list[str]
    """Addresses that get each message; each is confirmed by a person."""
    bucket_arn: NotRequired[str]
    """ARN of the bucket whose new objects S3 may publish here."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Its alarms."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(pattern=r"^[A-Za-z0-9_-]{1,256}$")
    account_id: str = pydantic.Field(pattern=r"^\d{12}$")
    emails: list[str] = pydantic.Field(max_length=20)
    bucket_arn: str | None = None


class Topic(pulumi.ComponentResource):
    """A topic, encrypted with the workload's key, to which this account and what is named may publish."""

    arn: pulumi.Output[str]
    """ARN of the topic, once its policy is in force."""
    physical_name: pulumi.Output[str]
    """Name of the topic."""

    def __init__(self, name: str, args: TopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Topic", name, _Knobs, TopicArgs, args)
        super().__init__("serverless-platform:index:Topic", name, {"physicalName": knobs.physical_name}, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_topic()
        self._subscribe_people()
        make_alarms(name, args["alarms"], topic_arn=args["alarm_topic_arn"], tags=args["tags"], opts=self._child)
        self.arn, self.physical_name = self._policy.arn, self._topic.name
        self.register_outputs({"arn": self.arn, "physical_name": self.physical_name})

    def _make_topic(self) -> None:
        args = self._args
        self._topic = sns.Topic(
            self._name, name=args["physical_name"], kms_master_key_id=args["key_arn"], tracing_config="Active", tags=args["tags"],
            opts=self._child,
        )  # fmt: skip
        policy = topic_policy(args["arn"], self._knobs.account_id, self._knobs.bucket_arn)
        self._policy = sns.TopicPolicy(self._name, arn=self._topic.arn, policy=policy, opts=self._child)

    def _subscribe_people(self) -> None:
        for address in self._knobs.emails:
            receiver = re.sub(r"[^a-z0-9]+", "-", address.lower())
            sns.TopicSubscription(f"{self._name}-{receiver}", topic=self._policy.arn, protocol="email", endpoint=address, opts=self._child)

    def feed(self, queue: str, args: SubscribedQueueArgs, after: Sequence[pulumi.Resource]) -> None:
        """Subscribes a queue, which gets messages as they were published; what SNS cannot deliver goes to its dead-letter queue.

        after: the queue's policies. What SNS delivers before they are in force is refused.
        """
        sns.TopicSubscription(
            f"{self._name}-{queue}", topic=self._policy.arn, protocol="sqs", endpoint=args["arn"], raw_message_delivery=True,
            redrive_policy=json.dumps({"deadLetterTargetArn": args["dead_letter_arn"]}),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
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
