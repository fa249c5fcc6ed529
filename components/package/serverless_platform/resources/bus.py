"""An EventBridge bus, and the rules by which its events invoke functions."""

import json

import pulumi
from pulumi_aws import cloudwatch, schemas

from platform_contract.kinds.bus.by_itself import BusSpecByItself, EventTriggerByItself, plan_trigger_by_itself
from platform_contract.kinds.bus.plan import plan_bus
from platform_contract.kinds.bus.spec import BusSpec
from platform_contract.platform.documents import EVENTS
from platform_contract.platform.scope import Connections

from ..args.bus import EventBusArgs, EventTriggerArgs
from ..monitoring.alarms import make_alarms
from ..planned import planned
from .failures import make_failures
from .permission import permit


class EventBus(pulumi.ComponentResource):
    """A bus whose events are encrypted, kept for replay, and described in a registry."""

    physical_name: pulumi.Output[str]
    """Name of the bus."""
    arn: pulumi.Output[str]
    """ARN of the bus."""

    def __init__(self, name: str, args: EventBusArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("EventBus", name, args, EventBusArgs, BusSpecByItself, lambda scope, spec: plan_bus(scope, name, BusSpec(archive_days=spec.archive_days), Connections()), cloudwatch.EventBus)
        shown = {"physicalName": made.plan.physical_name, "archiveDays": made.plan.archive_days, "events": sorted(made.given.get("schemas") or {})}
        super().__init__("serverless-platform:index:EventBus", name, shown, opts)
        self._name, self._planned = name, made
        self._plan, self._shared, self._given = made.plan, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_bus()
        self._publish_schemas()
        self.physical_name, self.arn = self._bus.name, self._bus.arn
        self.register_outputs({"physical_name": self.physical_name, "arn": self.arn})

    def _make_bus(self) -> None:
        # Under SQS's own key: what fails is the workload's, disabled or with a policy that does not admit EventBridge, and it would keep
        # events out of a queue of its own as well. They lie there as the bus has encrypted them ("Decrypting events in EventBridge dead-letter queues").
        queue, policy = make_failures(
            self._name, self._plan.dead_letters, key_arn=None, alarm_topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, opts=self._child, suffix="dead"
        )
        self._bus = cloudwatch.EventBus(self._name, **self._planned.inputs(
            name=self._plan.physical_name, description=self._plan.description, kms_key_identifier=self._shared.key_arn,
            dead_letter_config=cloudwatch.EventBusDeadLetterConfigArgs(arn=queue.arn), tags=self._shared.tags,
        ), opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]))  # fmt: skip
        cloudwatch.EventArchive(
            self._name, name=self._plan.archive_name, event_source_arn=self._bus.arn, retention_days=self._plan.archive_days,
            kms_key_identifier=self._shared.key_arn, description=f"Replays of {self._plan.physical_name}.", opts=self._child,
        )  # fmt: skip

    def _publish_schemas(self) -> None:
        if not (given := self._given.get("schemas")):
            return
        registry = schemas.Registry(self._name, name=self._plan.registry_name, description=self._plan.description, tags=self._shared.tags, opts=self._child)
        for event, content in given.items():
            schemas.Schema(
                f"{self._name}-{event}", name=event, registry_name=registry.name, type=self._plan.schema_type, content=content,
                description=f"Data of the event {event}.", tags=self._shared.tags, opts=self._child,
            )  # fmt: skip


class EventTrigger(pulumi.ComponentResource):
    """A rule whose events invoke a function's alias; what cannot be delivered goes to the function's queue of failures."""

    rule_arn: pulumi.Output[str]
    """ARN of the rule."""

    def __init__(self, name: str, args: EventTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("EventTrigger", name, args, EventTriggerArgs, EventTriggerByItself, plan_trigger_by_itself, cloudwatch.EventRule)
        super().__init__("serverless-platform:index:EventTrigger", name, {"pattern": made.plan.pattern}, opts)
        self._name, self._planned = name, made
        self._plan, self._shared, self._given = made.plan, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_rule()
        self._make_target()
        make_alarms(name, self._plan.alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, opts=self._child)
        self.rule_arn = self._rule.arn
        self.register_outputs({"rule_arn": self.rule_arn})

    def _make_rule(self) -> None:
        self._rule = cloudwatch.EventRule(self._name, **self._planned.inputs(
            name=self._plan.physical_name, description=self._plan.description, event_bus_name=self._given["bus_name"],
            event_pattern=json.dumps(self._plan.pattern, sort_keys=True), state="ENABLED", tags=self._shared.tags,
        ), opts=self._child)  # fmt: skip

    def _make_target(self) -> None:
        permission = permit(f"{self._name}-invoke", EVENTS, self._given["target"], self._rule.arn, self._child)
        transformer = None
        if self._plan.input_template is not None:
            transformer = cloudwatch.EventTargetInputTransformerArgs(input_paths=self._plan.input_paths, input_template=self._plan.input_template)
        cloudwatch.EventTarget(
            self._name, rule=self._rule.name, event_bus_name=self._given["bus_name"], target_id="function", arn=self._given["target"]["alias_arn"],
            input_transformer=transformer,
            retry_policy=cloudwatch.EventTargetRetryPolicyArgs(
                maximum_event_age_in_seconds=self._plan.maximum_age_seconds, maximum_retry_attempts=self._plan.maximum_retries
            ),
            dead_letter_config=cloudwatch.EventTargetDeadLetterConfigArgs(arn=self._given["target"]["failures_arn"]),
            # Without the permission the first events would be refused, which EventBridge does not try again.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )  # fmt: skip
