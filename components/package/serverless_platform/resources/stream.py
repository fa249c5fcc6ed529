"""A Kinesis stream."""

from typing import NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import kinesis

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
