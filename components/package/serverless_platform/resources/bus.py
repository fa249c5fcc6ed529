"""An EventBridge bus with an archive, and the schemas of what is published on it."""

from typing import NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import cloudwatch, schemas

from ..arguments import PlainArguments, checked
from .failures import FailuresArgs, make_failures


class BusArgs(TypedDict):
    """Arguments of an EventBus."""

    physical_name: str
    """Name of the bus, at most 256 characters."""
    description: str
    """One sentence: what is told on it."""
    archive_name: str
    """Name of its archive, at most 48 characters."""
    archive_days: int
    """Days for which events can be replayed."""
    registry_name: str
    """Name of its schema registry."""
    schema_type: str
    """Dialect of the schemas, as the registry calls it."""
    schemas: NotRequired[dict[str, str]]
    """Event -> JSON schema of its data, as text."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key, which has to admit EventBridge."""
    dead_letters: FailuresArgs
    """The queue of events that could not be encrypted or decrypted."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(pattern=r"^[A-Za-z0-9_.-]{1,256}$")
    archive_name: str = pydantic.Field(pattern=r"^[A-Za-z0-9_.-]{1,48}$")
    archive_days: int = pydantic.Field(ge=1, le=3650)
    schemas: dict[str, str] = {}


class EventBus(pulumi.ComponentResource):
    """A bus whose events are encrypted, kept for replay, and described in a registry."""

    physical_name: pulumi.Output[str]
    """Name of the bus."""
    arn: pulumi.Output[str]
    """ARN of the bus."""

    def __init__(self, name: str, args: BusArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("EventBus", name, _Knobs, BusArgs, args)
        told = {"physicalName": knobs.physical_name, "archiveDays": knobs.archive_days, "events": sorted(knobs.schemas)}
        super().__init__("serverless-platform:index:EventBus", name, told, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_bus()
        self._publish_schemas()
        self.physical_name, self.arn = self._bus.name, self._bus.arn
        self.register_outputs({"physical_name": self.physical_name, "arn": self.arn})

    def _make_bus(self) -> None:
        args = self._args
        # Under SQS's own key: what fails is the workload's, disabled or with a policy that does not admit EventBridge, and it would keep
        # events out of a queue of its own as well. They lie there as the bus has encrypted them ("Decrypting events in EventBridge dead-letter queues").
        queue, policy = make_failures(
            self._name, args["dead_letters"], key_arn=None, alarm_topic_arn=args["alarm_topic_arn"], tags=args["tags"], opts=self._child, suffix="dead"
        )
        self._bus = cloudwatch.EventBus(
            self._name, name=args["physical_name"], description=args["description"], kms_key_identifier=args["key_arn"],
            dead_letter_config=cloudwatch.EventBusDeadLetterConfigArgs(arn=queue.arn),
            tags=args["tags"], opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )  # fmt: skip
        cloudwatch.EventArchive(
            self._name, name=args["archive_name"], event_source_arn=self._bus.arn, retention_days=self._knobs.archive_days,
            kms_key_identifier=args["key_arn"], description=f"Replays of {args['physical_name']}.", opts=self._child,
        )  # fmt: skip

    def _publish_schemas(self) -> None:
        args = self._args
        if not self._knobs.schemas:
            return
        registry = schemas.Registry(self._name, name=args["registry_name"], description=args["description"], tags=args["tags"], opts=self._child)
        for event, content in self._knobs.schemas.items():
            schemas.Schema(
                f"{self._name}-{event}", name=event, registry_name=registry.name, type=args["schema_type"], content=content,
                description=f"Data of the event {event}.", tags=args["tags"], opts=self._child,
            )  # fmt: skip
