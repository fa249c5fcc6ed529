"""An SQS queue with its dead-letter queue, and what lets it invoke a function."""

import json
from typing import Any

import pulumi
from pulumi_aws import lambda_, sqs

from platform_contract.kinds.queue.by_itself import (
    QueueBatchesByItself,
    QueueSpecByItself,
    plan_by_itself,
    plan_trigger_by_itself,
)
from platform_contract.platform.documents import SNS, admit, queue_policy

from ..args.queue import QueueArgs, QueueTriggerArgs
from ..monitoring.alarms import make_alarms
from ..planned import planned


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
        made = planned("Queue", name, args, QueueArgs, QueueSpecByItself, lambda scope, spec: plan_by_itself(scope, name, spec), sqs.Queue)
        plan = made.plan
        shown = {
            "physical_name": plan.physical_name, "visibility_timeout_seconds": plan.visibility_timeout_seconds, "max_receive_count": plan.max_receive_count,
        }  # fmt: skip
        super().__init__("serverless-platform:index:Queue", name, shown, opts)
        self._name, self._planned, self._plan, self._shared = name, made, plan, made.shared
        self._child = pulumi.ResourceOptions(parent=self)
        self.known_dead_letter_arn = plan.dead_letter_arn  # as text, for documents that are known at preview
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
        plan = self._plan
        self._dead = sqs.Queue(f"{self._name}-dead", **self._inputs(plan.dead_letter_name, message_retention_seconds=plan.dead_letter_retention_seconds), opts=self._kept())
        self._admit(f"{self._name}-dead", self._dead, plan.dead_letter_arn)
        sqs.RedriveAllowPolicy(
            f"{self._name}-dead", queue_url=self._dead.url, opts=self._child,
            redrive_allow_policy=json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [plan.arn]}),
        )  # fmt: skip

    def _make_queue(self) -> None:
        plan = self._plan
        # The ARN as text keeps this known at preview; SQS refuses a redrive policy to a queue that is not there, hence depends_on.
        redrive = {"deadLetterTargetArn": plan.dead_letter_arn, "maxReceiveCount": plan.max_receive_count}
        self._queue = sqs.Queue(self._name, **self._planned.inputs(**self._inputs(
            plan.physical_name, message_retention_seconds=plan.retention_seconds, redrive_policy=json.dumps(redrive),
            visibility_timeout_seconds=plan.visibility_timeout_seconds,
        )), opts=self._kept(self._dead))  # fmt: skip
        self._admit(self._name, self._queue, plan.arn)

    def _inputs(self, physical_name: str, **properties: Any) -> dict[str, Any]:
        """What both queues have."""
        if self._plan.fifo:
            # The limit of 300 calls a second is then that of each group, not of the queue.
            properties |= {
                "fifo_queue": True, "content_based_deduplication": True, "deduplication_scope": "messageGroup",
                "fifo_throughput_limit": "perMessageGroupId",
            }  # fmt: skip
        return {
            **properties, "name": physical_name, "kms_master_key_id": self._shared.key_arn,
            "kms_data_key_reuse_period_seconds": self._plan.key_reuse_seconds, "tags": self._shared.tags,
        }  # fmt: skip

    def _kept(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, protect=self._plan.protect, depends_on=list(after) or None)

    def _admit(self, name: str, queue: sqs.Queue, arn: str) -> None:
        """Its policy: no one without TLS, and the topic if it has one."""
        topic = self._plan.topic_arn
        document = queue_policy(arn, [admit(SNS, arn, [topic])] if topic else [])
        self.policies.append(sqs.QueuePolicy(name, queue_url=queue.url, policy=json.dumps(document), opts=self._child))

    def _make_alarms(self) -> None:
        topic, tags = self._shared.alarm_topic_arn, self._shared.tags
        make_alarms(self._name, self._plan.alarms, topic_arn=topic, tags=tags, opts=self._child)
        make_alarms(f"{self._name}-dead", self._plan.dead_letter_alarms, topic_arn=topic, tags=tags, opts=self._child)


class QueueTrigger(pulumi.ComponentResource):
    """A mapping from a queue to a function's alias, in which a message fails alone and not with its batch."""

    mapping_id: pulumi.Output[str]
    """Id of the event source mapping: to pause it."""

    def __init__(self, name: str, args: QueueTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("QueueTrigger", name, args, QueueTriggerArgs, QueueBatchesByItself, plan_trigger_by_itself, lambda_.EventSourceMapping)
        shown = {"batchSize": made.plan.batch_size, "batchingWindowSeconds": made.plan.batching_window_seconds}
        super().__init__("serverless-platform:index:QueueTrigger", name, shown, opts)
        self._name, self._planned = name, made
        self._make_mapping()
        self.mapping_id = self._mapping.uuid
        self.register_outputs({"mapping_id": self.mapping_id})

    def _make_mapping(self) -> None:
        plan, given = self._planned.plan, self._planned.given
        scaling = None
        if plan.maximum_concurrency is not None:
            scaling = lambda_.EventSourceMappingScalingConfigArgs(maximum_concurrency=plan.maximum_concurrency)
        self._mapping = lambda_.EventSourceMapping(self._name, **self._planned.inputs(
            event_source_arn=given["queue_arn"],
            function_name=given["target"]["alias_arn"],
            batch_size=plan.batch_size,
            maximum_batching_window_in_seconds=plan.batching_window_seconds,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=scaling,
            tags=self._planned.shared.tags,
        ), opts=pulumi.ResourceOptions(parent=self))  # fmt: skip
