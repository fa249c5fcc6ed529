"""An SQS queue with its dead-letter queue, and what lets it invoke a function."""

import json
from typing import NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import lambda_, sqs

from platform_contract.platform.documents import SNS, admit, queue_policy

from ..arguments import PlainArguments, checked
from ..monitoring.alarms import AlarmArgs, make_alarms


class QueueArgs(TypedDict):
    """Arguments of a Queue."""

    physical_name: str
    """Name of the queue in AWS, at most 80 characters."""
    dead_letter_name: str
    """Name of its dead-letter queue in AWS, at most 80 characters."""
    arn: str
    """ARN that the queue will have: for policies, which then are known before the update."""
    dead_letter_arn: str
    """ARN that the dead-letter queue will have."""
    visibility_timeout_seconds: int
    """How long a received message is hidden, in seconds, 0 to 43200: at least six times the consumer's timeout."""
    retention_seconds: int
    """How long a message waits for its consumer, in seconds, 60 to 1209600."""
    dead_letter_retention_seconds: int
    """How long a failed message is kept, in seconds; counted from its first arrival, so longer than the queue's."""
    max_receive_count: int
    """Receives after which a message is given up, 1 to 1000."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    key_reuse_seconds: int
    """How long SQS reuses a data key before it asks KMS again, in seconds, 60 to 86400."""
    fifo: NotRequired[bool]
    """Whether messages of one group stay in order; names then end with .fifo."""
    topic_arn: NotRequired[str]
    """ARN of the topic that may send to it."""
    protect: bool
    """Refuse deletion by Pulumi."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Alarms of the queue."""
    dead_letter_alarms: list[AlarmArgs]
    """Alarms of the dead-letter queue; at least one, or nobody learns of a failed message."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(min_length=1, max_length=80)
    dead_letter_name: str = pydantic.Field(min_length=1, max_length=80)
    visibility_timeout_seconds: int = pydantic.Field(ge=0, le=43200)
    retention_seconds: int = pydantic.Field(ge=60, le=1209600)
    dead_letter_retention_seconds: int = pydantic.Field(ge=60, le=1209600)
    max_receive_count: int = pydantic.Field(ge=1, le=1000)
    key_reuse_seconds: int = pydantic.Field(ge=60, le=86400)
    fifo: bool = False
    topic_arn: str | None = None
    protect: bool
    dead_letter_alarms: list[dict] = pydantic.Field(min_length=1)

    @pydantic.model_validator(mode="after")
    def _named_for_its_kind(self) -> "_Knobs":
        for name in (self.physical_name, self.dead_letter_name):
            if name.endswith(".fifo") != self.fifo:
                raise ValueError(f"fifo={str(self.fifo).lower()} and the name {name}: names of FIFO queues end with .fifo, and no others")
        return self

    @pydantic.model_validator(mode="after")
    def _kept_longer(self) -> "_Knobs":
        if self.dead_letter_retention_seconds <= self.retention_seconds:
            raise ValueError(
                f"dead_letter_retention_seconds={self.dead_letter_retention_seconds} must be more than retention_seconds="
                f"{self.retention_seconds}: the age of a failed message counts from its first arrival"
            )
        return self


class Queue(pulumi.ComponentResource):
    """A queue, encrypted with the workload's key and reached over TLS only, whose failed messages wait in a second one."""

    physical_name: pulumi.Output[str]
    """Name of the queue in AWS."""
    arn: pulumi.Output[str]
    """ARN of the queue."""
    url: pulumi.Output[str]
    """URL of the queue."""
    dead_letter_name: pulumi.Output[str]
    """Name of the dead-letter queue in AWS."""
    dead_letter_arn: pulumi.Output[str]
    """ARN of the dead-letter queue."""
    dead_letter_url: pulumi.Output[str]
    """URL of the dead-letter queue."""

    def __init__(self, name: str, args: QueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Queue", name, _Knobs, QueueArgs, args)
        told = knobs.model_dump(include={"physical_name", "visibility_timeout_seconds", "max_receive_count"})
        super().__init__("serverless-platform:index:Queue", name, told, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self.policies: list[sqs.QueuePolicy] = []
        self._make_dead_letter_queue()
        self._make_queue()
        self._make_alarms()
        self.physical_name, self.arn, self.url = self._queue.name, self._queue.arn, self._queue.url
        self.dead_letter_name, self.dead_letter_arn = self._dead.name, self._dead.arn
        self.dead_letter_url = self._dead.url
        self.register_outputs({
            "physical_name": self.physical_name, "arn": self.arn, "url": self.url,
            "dead_letter_name": self.dead_letter_name, "dead_letter_arn": self.dead_letter_arn,
            "dead_letter_url": self.dead_letter_url,
        })  # fmt: skip

    def _make_dead_letter_queue(self) -> None:
        knobs = self._knobs
        self._dead = self._sqs(
            f"{self._name}-dead", knobs.dead_letter_name, self._args["dead_letter_arn"],
            message_retention_seconds=knobs.dead_letter_retention_seconds,
        )  # fmt: skip
        sqs.RedriveAllowPolicy(
            f"{self._name}-dead", queue_url=self._dead.url, opts=self._child,
            redrive_allow_policy=json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [self._args["arn"]]}),
        )  # fmt: skip

    def _make_queue(self) -> None:
        knobs = self._knobs
        # The ARN as text keeps this known at preview; SQS refuses a redrive policy to a queue that is not there, hence depends_on.
        redrive = {"deadLetterTargetArn": self._args["dead_letter_arn"], "maxReceiveCount": knobs.max_receive_count}
        self._queue = self._sqs(
            self._name, knobs.physical_name, self._args["arn"], depends_on=[self._dead],
            message_retention_seconds=knobs.retention_seconds, redrive_policy=json.dumps(redrive),
            visibility_timeout_seconds=knobs.visibility_timeout_seconds,
        )  # fmt: skip

    def _sqs(self, name: str, physical_name: str, arn: str, depends_on: list | None = None, **properties) -> sqs.Queue:
        """A queue and its policy: no one without TLS, and the topic if it has one."""
        knobs = self._knobs
        if knobs.fifo:
            # The limit of 300 calls a second is then that of each group, not of the queue.
            properties |= {
                "fifo_queue": True, "content_based_deduplication": True, "deduplication_scope": "messageGroup",
                "fifo_throughput_limit": "perMessageGroupId",
            }  # fmt: skip
        queue = sqs.Queue(
            name, name=physical_name, kms_master_key_id=self._args["key_arn"],
            kms_data_key_reuse_period_seconds=self._knobs.key_reuse_seconds, tags=self._args["tags"],
            opts=pulumi.ResourceOptions(parent=self, protect=self._knobs.protect, depends_on=depends_on), **properties,
        )  # fmt: skip
        admitted = [admit(SNS, arn, [knobs.topic_arn])] if knobs.topic_arn else []
        policy = sqs.QueuePolicy(name, queue_url=queue.url, policy=json.dumps(queue_policy(arn, admitted)), opts=self._child)
        self.policies.append(policy)
        return queue

    def _make_alarms(self) -> None:
        topic, tags = self._args["alarm_topic_arn"], self._args["tags"]
        make_alarms(self._name, self._args["alarms"], topic_arn=topic, tags=tags, opts=self._child)
        make_alarms(f"{self._name}-dead", self._args["dead_letter_alarms"], topic_arn=topic, tags=tags, opts=self._child)


class QueueTriggerArgs(TypedDict):
    """Arguments of a QueueTrigger."""

    queue_arn: pulumi.Input[str]
    """ARN of the queue."""
    alias_arn: pulumi.Input[str]
    """ARN of the function's alias: the output of a Function, so that the trigger comes after the role's policies."""
    batch_size: int
    """Most messages in one invocation, 1 to 10000; above 10 only with a batching window."""
    batching_window_seconds: int
    """How long a batch is collected, in seconds, 0 to 300."""
    maximum_concurrency: NotRequired[int]
    """Most invocations at the same time from this queue, 2 to 1000; the rest of the messages wait in the queue instead
    of being throttled, which would count as receives."""
    tags: dict[str, str]
    """Tags of the mapping, besides the provider's default tags."""


class _TriggerKnobs(PlainArguments):
    batch_size: int = pydantic.Field(ge=1, le=10000)
    batching_window_seconds: int = pydantic.Field(ge=0, le=300)
    maximum_concurrency: int | None = pydantic.Field(default=None, ge=2, le=1000)

    @pydantic.model_validator(mode="after")
    def _window_for_big_batches(self) -> "_TriggerKnobs":
        if self.batch_size > 10 and self.batching_window_seconds < 1:
            raise ValueError(f"batch_size={self.batch_size} is more than 10: set batching_window_seconds to at least 1")
        return self


class QueueTrigger(pulumi.ComponentResource):
    """A mapping from a queue to a function's alias, in which a message fails alone and not with its batch."""

    mapping_id: pulumi.Output[str]
    """Id of the event source mapping: to pause it."""

    def __init__(self, name: str, args: QueueTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("QueueTrigger", name, _TriggerKnobs, QueueTriggerArgs, args)
        told = {"batchSize": knobs.batch_size, "batchingWindowSeconds": knobs.batching_window_seconds}
        super().__init__("serverless-platform:index:QueueTrigger", name, told, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._make_mapping()
        self.mapping_id = self._mapping.uuid
        self.register_outputs({"mapping_id": self.mapping_id})

    def _make_mapping(self) -> None:
        knobs = self._knobs
        scaling = None
        if knobs.maximum_concurrency is not None:
            scaling = lambda_.EventSourceMappingScalingConfigArgs(maximum_concurrency=knobs.maximum_concurrency)
        self._mapping = lambda_.EventSourceMapping(
            self._name,
            event_source_arn=self._args["queue_arn"],
            function_name=self._args["alias_arn"],
            batch_size=knobs.batch_size,
            maximum_batching_window_in_seconds=knobs.batching_window_seconds,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=scaling,
            tags=self._args["tags"],
            opts=pulumi.ResourceOptions(parent=self),
        )
