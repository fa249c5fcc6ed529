"""A Kinesis stream, and what lets its records, or the changes of a table, invoke a function in order."""

import pulumi
from pulumi_aws import kinesis, lambda_

from platform_contract.kinds.stream.plan import plan_batches, plan_stream
from platform_contract.kinds.stream.spec import StreamSpec
from platform_contract.kinds.stream.trigger import OrderedTrigger
from platform_contract.platform.scope import Connections

from ..args.stream import StreamArgs, StreamSubscriptionArgs
from ..monitoring.alarms import make_alarms
from ..planned import planned


class Stream(pulumi.ComponentResource):
    """A stream, encrypted with the workload's key: on demand it grows and shrinks with its load, with `shards` it has a fixed size."""

    physical_name: pulumi.Output[str]
    """Name of the stream."""
    arn: pulumi.Output[str]
    """ARN of the stream."""

    def __init__(self, name: str, args: StreamArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("Stream", name, args, StreamArgs, StreamSpec, lambda scope, spec: plan_stream(scope, name, spec, Connections()), kinesis.Stream)
        super().__init__("serverless-platform:index:Stream", name, {"physicalName": made.plan.physical_name}, opts)
        plan, shared = made.plan, made.shared
        self._stream = kinesis.Stream(
            name,
            **made.inputs(
                name=plan.physical_name, retention_period=plan.retention_hours, encryption_type="KMS", kms_key_id=shared.key_arn, shard_count=plan.shards,
                stream_mode_details=kinesis.StreamStreamModeDetailsArgs(stream_mode="PROVISIONED" if plan.shards else "ON_DEMAND"), tags=shared.tags,
            ),
            opts=pulumi.ResourceOptions(parent=self, protect=plan.protect),
        )  # fmt: skip
        make_alarms(name, plan.alarms, topic_arn=shared.alarm_topic_arn, tags=shared.tags, opts=pulumi.ResourceOptions(parent=self))
        self.physical_name, self.arn = self._stream.name, self._stream.arn
        self.register_outputs({"physical_name": self.physical_name, "arn": self.arn})


class StreamSubscription(pulumi.ComponentResource):
    """A mapping that halves a batch that fails, tries it a bounded number of times, and then keeps what it gave up."""

    mapping_id: pulumi.Output[str]
    """Id of the event source mapping: to pause it."""

    def __init__(self, name: str, args: StreamSubscriptionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("StreamSubscription", name, args, StreamSubscriptionArgs, OrderedTrigger, lambda scope, spec: plan_batches(spec), lambda_.EventSourceMapping)
        super().__init__("serverless-platform:index:StreamSubscription", name, {"batchSize": made.plan.batch_size}, opts)
        plan, given = made.plan, made.given
        self._mapping = lambda_.EventSourceMapping(name, **made.inputs(
            event_source_arn=given["source_arn"],
            function_name=given["target"]["alias_arn"],
            starting_position=plan.starting_position,
            batch_size=plan.batch_size,
            maximum_batching_window_in_seconds=plan.batching_window_seconds,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=plan.maximum_retries,
            maximum_record_age_in_seconds=plan.maximum_record_age_seconds,
            parallelization_factor=plan.parallelization,
            function_response_types=["ReportBatchItemFailures"],
            destination_config=lambda_.EventSourceMappingDestinationConfigArgs(
                on_failure=lambda_.EventSourceMappingDestinationConfigOnFailureArgs(destination_arn=given["target"]["failures_arn"])
            ),
            tags=made.shared.tags,
        ), opts=pulumi.ResourceOptions(parent=self))  # fmt: skip
        self.mapping_id = self._mapping.uuid
        self.register_outputs({"mapping_id": self.mapping_id})
