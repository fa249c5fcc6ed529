"""An EventBridge bus, and the rules by which its events invoke functions."""

import json
from typing import Any, NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import cloudwatch, lambda_, schemas

from ..arguments import PlainArguments, checked
from ..monitoring.alarms import AlarmArgs, make_alarms
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


class EventTriggerArgs(TypedDict):
    """Arguments of an EventTrigger."""

    physical_name: str
    """Name of the rule, at most 64 characters."""
    description: str
    """One sentence: what it waits for."""
    bus_name: pulumi.Input[str]
    """Name of the bus: the output of an EventBus."""
    pattern: dict[str, Any]
    """Which events, in EventBridge's own form."""
    input_paths: NotRequired[dict[str, str]]
    """Word -> JSON path in the event."""
    input_template: NotRequired[str]
    """What the function gets, with <word> where a value goes; without it the whole event."""
    function_name: pulumi.Input[str]
    """Name of the function in AWS."""
    alias_name: pulumi.Input[str]
    """Name of its alias: the output of a Function."""
    alias_arn: pulumi.Input[str]
    """ARN of its alias: the output of a Function."""
    failures_arn: pulumi.Input[str]
    """ARN of its queue of failures: the output of a Function."""
    maximum_age_seconds: int
    """How long delivery is tried, in seconds, 60 to 86400."""
    maximum_retries: int
    """How often delivery is tried again, 0 to 185."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Its alarms."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _TriggerKnobs(PlainArguments):
    physical_name: str = pydantic.Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    pattern: dict[str, Any] = pydantic.Field(min_length=1)
    input_paths: dict[str, str] | None = None
    input_template: str | None = None
    maximum_age_seconds: int = pydantic.Field(ge=60, le=86400)
    maximum_retries: int = pydantic.Field(ge=0, le=185)

    @pydantic.model_validator(mode="after")
    def _paths_and_template(self) -> "_TriggerKnobs":
        if (self.input_paths is None) != (self.input_template is None):
            raise ValueError("input_paths and input_template go together")
        return self


class EventTrigger(pulumi.ComponentResource):
    """A rule whose events invoke a function's alias; what cannot be delivered goes to the function's queue of failures."""

    rule_arn: pulumi.Output[str]
    """ARN of the rule."""

    def __init__(self, name: str, args: EventTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("EventTrigger", name, _TriggerKnobs, EventTriggerArgs, args)
        super().__init__("serverless-platform:index:EventTrigger", name, {"pattern": knobs.pattern}, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_rule()
        self._make_target()
        make_alarms(name, args["alarms"], topic_arn=args["alarm_topic_arn"], tags=args["tags"], opts=self._child)
        self.rule_arn = self._rule.arn
        self.register_outputs({"rule_arn": self.rule_arn})

    def _make_rule(self) -> None:
        args = self._args
        self._rule = cloudwatch.EventRule(
            self._name, name=args["physical_name"], description=args["description"], event_bus_name=args["bus_name"],
            event_pattern=json.dumps(self._knobs.pattern, sort_keys=True), state="ENABLED", tags=args["tags"], opts=self._child,
        )  # fmt: skip

    def _make_target(self) -> None:
        args, knobs = self._args, self._knobs
        permission = lambda_.Permission(
            f"{self._name}-invoke", action="lambda:InvokeFunction", principal="events.amazonaws.com", function=args["function_name"],
            qualifier=args["alias_name"], source_arn=self._rule.arn, opts=self._child,
        )  # fmt: skip
        transformer = None
        if knobs.input_template is not None:
            transformer = cloudwatch.EventTargetInputTransformerArgs(input_paths=knobs.input_paths, input_template=knobs.input_template)
        cloudwatch.EventTarget(
            self._name, rule=self._rule.name, event_bus_name=args["bus_name"], target_id="function", arn=args["alias_arn"],
            input_transformer=transformer,
            retry_policy=cloudwatch.EventTargetRetryPolicyArgs(
                maximum_event_age_in_seconds=knobs.maximum_age_seconds, maximum_retry_attempts=knobs.maximum_retries
            ),
            dead_letter_config=cloudwatch.EventTargetDeadLetterConfigArgs(arn=args["failures_arn"]),
            # Without the permission the first events would be refused, which EventBridge does not try again.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )  # fmt: skip
