"""A Kinesis stream, and what lets its records, or the changes of a table, invoke a function in order."""

from typing import NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import kinesis, lambda_

from ..arguments import PlainArguments, checked
from ..monitoring.alarms import AlarmArgs, make_alarms


class StreamArgs(TypedDict):
    """Arguments of a Stream."""

    physical_name: str
    """Name of the stream, at most 128 characters."""
    shards: NotRequired[int]
    """Shards of a stream of a fixed size; without it the stream is on demand."""
    retention_hours: int
    """How long a record can be read, in hours, 24 to 8760."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    protect: bool
    """Refuse deletion by Pulumi."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Its alarms."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(pattern=r"^[A-Za-z0-9_.-]{1,128}$")
    shards: int | None = pydantic.Field(default=None, ge=1)
    retention_hours: int = pydantic.Field(ge=24, le=8760)
    protect: bool


class Stream(pulumi.ComponentResource):
    """A stream, encrypted with the workload's key: on demand it grows and shrinks with its load, with `shards` it has a fixed size."""

    physical_name: pulumi.Output[str]
    """Name of the stream."""
    arn: pulumi.Output[str]
    """ARN of the stream."""

    def __init__(self, name: str, args: StreamArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Stream", name, _Knobs, StreamArgs, args)
        super().__init__("serverless-platform:index:Stream", name, {"physicalName": knobs.physical_name}, opts)
        self._stream = kinesis.Stream(
            name, name=knobs.physical_name, retention_period=knobs.retention_hours, encryption_type="KMS", kms_key_id=args["key_arn"],
            stream_mode_details=kinesis.StreamStreamModeDetailsArgs(stream_mode="PROVISIONED" if knobs.shards else "ON_DEMAND"),
            shard_count=knobs.shards, tags=args["tags"],
            opts=pulumi.ResourceOptions(parent=self, protect=knobs.protect),
        )  # fmt: skip
        make_alarms(
            name, args["alarms"], topic_arn=args["alarm_topic_arn"], tags=args["tags"], opts=pulumi.ResourceOptions(parent=self)
        )
        self.physical_name, self.arn = self._stream.name, self._stream.arn
        self.register_outputs({"physical_name": self.physical_name, "arn": self.arn})


class OrderedTriggerArgs(TypedDict):
    """Arguments of an OrderedTrigger."""

    source_arn: pulumi.Input[str]
    """ARN of the table's stream or of the Kinesis stream."""
    alias_arn: pulumi.Input[str]
    """ARN of the function's alias: the output of a Function, so that the trigger comes after the role's policies."""
    failures_arn: pulumi.Input[str]
    """ARN of the function's queue of failures: the output of a Function."""
    batch_size: int
    """Most records in one invocation, 1 to 10000."""
    batching_window_seconds: int
    """How long a batch is collected, in seconds, 0 to 300."""
    maximum_retries: int
    """How often a batch is tried again, 0 to 10000; never without a bound, or one record blocks its shard until it expires."""
    maximum_record_age_seconds: int
    """Age from which a record is given up, in seconds, 60 to 604800."""
    parallelization: int
    """Batches of one shard at the same time, 1 to 10."""
    starting_position: str
    """TRIM_HORIZON or LATEST."""
    tags: dict[str, str]
    """Tags of the mapping, besides the provider's default tags."""


class _TriggerKnobs(PlainArguments):
    batch_size: int = pydantic.Field(ge=1, le=10000)
    batching_window_seconds: int = pydantic.Field(ge=0, le=300)
    maximum_retries: int = pydantic.Field(ge=0, le=10000)
    maximum_record_age_seconds: int = pydantic.Field(ge=60, le=604800)
    parallelization: int = pydantic.Field(ge=1, le=10)
    starting_position: str = pydantic.Field(pattern="^(TRIM_HORIZON|LATEST)$")


class OrderedTrigger(pulumi.ComponentResource):
    """A mapping that halves a batch that fails, tries it a bounded number of times, and then keeps what it gave up."""

    mapping_id: pulumi.Output[str]
    """Id of the event source mapping: to pause it."""

    def __init__(self, name: str, args: OrderedTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("OrderedTrigger", name, _TriggerKnobs, OrderedTriggerArgs, args)
        super().__init__("serverless-platform:index:OrderedTrigger", name, {"batchSize": knobs.batch_size}, opts)
        self._mapping = lambda_.EventSourceMapping(
            name,
            event_source_arn=args["source_arn"],
            function_name=args["alias_arn"],
            starting_position=knobs.starting_position,
            batch_size=knobs.batch_size,
            maximum_batching_window_in_seconds=knobs.batching_window_seconds,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=knobs.maximum_retries,
            maximum_record_age_in_seconds=knobs.maximum_record_age_seconds,
            parallelization_factor=knobs.parallelization,
            function_response_types=["ReportBatchItemFailures"],
            destination_config=lambda_.EventSourceMappingDestinationConfigArgs(
                on_failure=lambda_.EventSourceMappingDestinationConfigOnFailureArgs(destination_arn=args["failures_arn"])
            ),
            tags=args["tags"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.mapping_id = self._mapping.uuid
        self.register_outputs({"mapping_id": self.mapping_id})
