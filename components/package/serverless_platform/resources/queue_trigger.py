"""What lets a queue invoke a function."""

from typing import NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import lambda_

from ..arguments import PlainArguments, checked


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


class _Knobs(PlainArguments):
    batch_size: int = pydantic.Field(ge=1, le=10000)
    batching_window_seconds: int = pydantic.Field(ge=0, le=300)
    maximum_concurrency: int | None = pydantic.Field(default=None, ge=2, le=1000)

    @pydantic.model_validator(mode="after")
    def _window_for_big_batches(self) -> "_Knobs":
        if self.batch_size > 10 and self.batching_window_seconds < 1:
            raise ValueError(f"batch_size={self.batch_size} is more than 10: set batching_window_seconds to at least 1")
        return self


class QueueTrigger(pulumi.ComponentResource):
    """A mapping from a queue to a function's alias, in which a message fails alone and not with its batch."""

    mapping_id: pulumi.Output[str]
    """Id of the event source mapping: to pause it."""

    def __init__(self, name: str, args: QueueTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("QueueTrigger", name, _Knobs, QueueTriggerArgs, args)
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
