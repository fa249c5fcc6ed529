"""CloudWatch: an alarm tells somebody."""

from collections.abc import Iterator

from guardrails.memory import Memory
from guardrails.resource import Resource, Stack
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Scope, Severity
from guardrails.values import Unknown, each
from platform_contract.platform.tags import TOLD_BY

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
TOPIC = "arn:aws:sns:eu-west-1:000000000000:local-alarms"
SILENT = "the alarm would fire and tell nobody"


def alarm_has_action(resource: Resource, _: Memory) -> Iterator[Outcome]:
    enabled, actions = resource.get("actionsEnabled"), resource.get("alarmActions")
    if isinstance(enabled, Unknown):
        yield NotKnown(enabled.path)
    elif enabled is False:
        yield Finding("actionsEnabled", enabled, SILENT)
    if isinstance(actions, Unknown):
        yield NotKnown(actions.path)
        return
    # One whose ARN is not known yet is an action all the same.
    if any(isinstance(action, Unknown) or action for action in each(actions)):
        return
    told_by = resource.tag(TOLD_BY) if resource.type == ALARM else None
    if isinstance(told_by, Unknown):
        yield NotKnown(told_by.path)
    elif not told_by:
        yield Finding("alarmActions", None, SILENT)


def composite_tells_for_it(resource: Resource, stack: Stack) -> Iterator[Outcome]:
    """What a tag promises in the place of an action: the composite alarm is there, and its rule names the alarm."""
    told_by = resource.tag(TOLD_BY)
    if not told_by or isinstance(told_by, Unknown):
        return  # `check` has judged it
    named = next((other for other in stack.of(COMPOSITE) if other.get("alarmName") == told_by), None)
    if named is None:
        yield Finding(f"tags.{TOLD_BY}", told_by, f"there is no composite alarm of that name, so {SILENT}")
        return
    rule = named.get("alarmRule")
    if isinstance(rule, Unknown):
        yield NotKnown(rule.path)
    elif f'ALARM("{resource.get("name")}")' not in str(rule):
        yield Finding(f"tags.{TOLD_BY}", told_by, f"the rule of that composite alarm does not name it, so {SILENT}")


WINDOW = {"name": "a-long", "tags": {TOLD_BY: "a"}}


def _composite(rule: str, name: str = "a") -> Given:
    return Given(COMPOSITE, {"alarmName": name, "alarmRule": rule, "alarmActions": [TOPIC]}, "composite")


RULES = (
    Rule(
        id="alarm-has-action",
        title="Alarms tell somebody.",
        why="An alarm without an action is a coloured field on a page that nobody has open.",
        fix="make the alarm through the platform's alarm factory, or give it the alarm topic in alarmActions; where a composite alarm tells in its place, "
        f"name that one in the tag {TOLD_BY}",
        severity=Severity.HIGH,
        reads={ALARM: ("actionsEnabled", "alarmActions", "name", "tags"), COMPOSITE: ("actionsEnabled", "alarmActions", "alarmName", "alarmRule")},
        joins=(ALARM,),
        check=alarm_has_action,
        check_stack=composite_tells_for_it,
        sources=("Security Hub CloudWatch.15, CloudWatch.17", "cdk-nag HIPAA.Security-CloudWatchAlarmAction", "checkov CKV_AWS_319"),
        cases=(
            Case("tells the topic", Given(ALARM, {"alarmActions": [TOPIC]})),
            Case("tells a topic that is not made yet", Given(ALARM, {"alarmActions": [UNKNOWN], "actionsEnabled": True})),
            Case("no action", Given(ALARM, {"name": "a"}), finds=("alarmActions=not set: the alarm would fire and tell nobody",)),
            Case("empty list", Given(ALARM, {"alarmActions": []}), finds=("alarmActions=not set",)),
            Case("only tells when all is well", Given(ALARM, {"okActions": [TOPIC]}), finds=("alarmActions=not set",)),
            Case("switched off", Given(ALARM, {"alarmActions": [TOPIC], "actionsEnabled": False}), finds=("actionsEnabled=false",)),
            Case("actions not known yet", Given(ALARM, {"alarmActions": UNKNOWN}), waits=("alarmActions",)),
            Case("composite that tells the topic", _composite("TRUE")),
            Case("composite without an action", Given(COMPOSITE, {"alarmName": "a"}), finds=("alarmActions=not set: the alarm would fire and tell nobody",)),
            Case("a tag does not excuse a composite", Given(COMPOSITE, {"alarmName": "a", "tags": {TOLD_BY: "b"}}), finds=("alarmActions=not set",)),
            Case("window of a composite", Given(ALARM, WINDOW)),
            Case("by whom it is told not known yet", Given(ALARM, {"tags": {TOLD_BY: UNKNOWN}}), waits=(f"tags.{TOLD_BY}",)),
            Case("composite names the window", Given(ALARM, WINDOW), given=(_composite('ALARM("a-long") AND ALARM("a-short")'),), scope=Scope.STACK),
            Case("composite is missing", Given(ALARM, WINDOW), given=(_composite('ALARM("a-long")', "b"),), scope=Scope.STACK,
                 finds=(f"tags.{TOLD_BY}=a: there is no composite alarm of that name",)),
            Case("composite names others", Given(ALARM, WINDOW), given=(_composite('ALARM("a-short")'),), scope=Scope.STACK,
                 finds=(f"tags.{TOLD_BY}=a: the rule of that composite alarm does not name it",)),
            Case("rule not known yet", Given(ALARM, WINDOW), given=(_composite(UNKNOWN),), scope=Scope.STACK, waits=("alarmRule",)),
            Case("tells by itself", Given(ALARM, {"name": "a", "alarmActions": [TOPIC]}), scope=Scope.STACK),
        ),
    ),
)  # fmt: skip
