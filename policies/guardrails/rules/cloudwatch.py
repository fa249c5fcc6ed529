"""CloudWatch: an alarm tells somebody."""

from collections.abc import Iterator

from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity
from guardrails.values import Unknown, each

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC = "arn:aws:sns:eu-west-1:000000000000:local-alarms"


def alarm_has_action(resource: Resource, _: Memory) -> Iterator[Outcome]:
    enabled, actions = resource.get("actionsEnabled"), resource.get("alarmActions")
    if isinstance(enabled, Unknown):
        yield NotKnown(enabled.path)
    elif enabled is False:
        yield Finding("actionsEnabled", enabled, "the alarm would fire and tell nobody")
    if isinstance(actions, Unknown):
        yield NotKnown(actions.path)
        return
    # One whose ARN is not known yet is an action all the same.
    if not any(isinstance(action, Unknown) or action for action in each(actions)):
        yield Finding("alarmActions", None, "the alarm would fire and tell nobody")


RULES = (
    Rule(
        id="alarm-has-action",
        title="Alarms tell somebody.",
        why="An alarm without an action is a coloured field on a page that nobody has open.",
        fix="make the alarm through the platform's alarm factory, or give it the alarm topic in alarmActions",
        severity=Severity.HIGH,
        reads={ALARM: ("actionsEnabled", "alarmActions")},
        check=alarm_has_action,
        sources=("Security Hub CloudWatch.15, CloudWatch.17", "cdk-nag HIPAA.Security-CloudWatchAlarmAction", "checkov CKV_AWS_319"),
        cases=(
            Case("tells the topic", Given(ALARM, {"alarmActions": [TOPIC]})),
            Case("tells a topic that is not made yet", Given(ALARM, {"alarmActions": [UNKNOWN], "actionsEnabled": True})),
            Case("no action", Given(ALARM, {"name": "a"}), finds=("alarmActions=not set: the alarm would fire and tell nobody",)),
            Case("empty list", Given(ALARM, {"alarmActions": []}), finds=("alarmActions=not set",)),
            Case("only tells when all is well", Given(ALARM, {"okActions": [TOPIC]}), finds=("alarmActions=not set",)),
            Case("switched off", Given(ALARM, {"alarmActions": [TOPIC], "actionsEnabled": False}), finds=("actionsEnabled=false",)),
            Case("actions not known yet", Given(ALARM, {"alarmActions": UNKNOWN}), waits=("alarmActions",)),
        ),
    ),
)  # fmt: skip
