"""What would no longer be noticed: alarms, their receivers, paths of what fails, backups and logs."""

from collections.abc import Iterable, Iterator

from .changes import Change, at

ALARM, LOGS = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/logGroup:LogGroup"

FAILURE_PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "aws:sqs/queue:Queue": (("redrivePolicy", "dead-letter queue"),),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (("destinationConfig.onFailure", "failure destination"),),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (("destinationConfig.onFailure", "failure destination"),),
    "aws:cloudwatch/eventTarget:EventTarget": (("deadLetterConfig", "dead-letter queue"),),
    "aws:cloudwatch/eventBus:EventBus": (("deadLetterConfig", "dead-letter queue"),),
    "aws:scheduler/schedule:Schedule": (("target.deadLetterConfig", "dead-letter queue"),),
    "aws:sns/topicSubscription:TopicSubscription": (("redrivePolicy", "dead-letter queue"),),
    "aws:dynamodb/table:Table": (("pointInTimeRecovery.enabled", "point-in-time recovery"),),
    "aws:lambda/function:Function": (("tracingConfig", "tracing"),),
    "aws:sfn/stateMachine:StateMachine": (("loggingConfiguration", "log"), ("tracingConfiguration.enabled", "tracing")),
    "aws:apigatewayv2/stage:Stage": (("accessLogSettings", "access log"),),
    "aws:apigateway/stage:Stage": (("accessLogSettings", "access log"),),
}
"""Type -> (property, what it is): lost if it was there and is not."""

OWN_RESOURCES = {
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "failure destination", "aws:sqs/redrivePolicy:RedrivePolicy": "dead-letter queue",
    "aws:cloudwatch/eventArchive:EventArchive": "archive to replay from", "aws:s3/bucketVersioning:BucketVersioning": "older versions of objects",
    "aws:budgets/budget:Budget": "budget",
}  # fmt: skip
"""Types that are such a path by themselves."""


def unwatched(changes: Iterable[Change]) -> list[str]:
    """What is lost of it, of workloads that stay; of those that go, one line each."""
    changes = list(changes)
    gone = {workload for workload in {change.workload for change in changes} if is_gone(workload, changes)}
    lines = [line for change in changes if change.workload not in gone for line in _lost(change)]
    for workload in sorted(gone):
        alarms = sum(change.type == ALARM for change in changes if change.workload == workload)
        lines.append(f"{workload}: the whole workload goes, {alarms} alarms with it")
    return lines


def is_gone(workload: str, changes: Iterable[Change]) -> bool:
    """Whether all of a workload is deleted, its key first of all."""
    return any(change.workload == workload and change.operation == "delete" and change.type == "aws:budgets/budget:Budget" for change in changes)


def _lost(change: Change) -> Iterator[str]:
    if change.type == ALARM:
        yield from _alarm(change)
    if change.operation == "delete":
        if word := OWN_RESOURCES.get(change.type):
            yield f"{change.workload}: {word} {change.name} is deleted"
        if change.type == LOGS:
            yield f"{change.workload}: log group {change.name} is deleted, with what was logged"
        if change.type == "aws:sns/topicSubscription:TopicSubscription" and at(change.old, "protocol") == "email":
            yield f"{change.workload}: {at(change.old, 'endpoint')} is told no more ({change.name})"
        return
    for path, word in FAILURE_PATHS.get(change.type, ()) if change.operation != "create" else ():
        if at(change.old, path) not in (None, False, {}, []) and at(change.new, path) in (None, False, {}, []):
            yield f"{change.workload}: {change.kind} {change.name} loses its {word}"
    if change.type == LOGS and change.operation == "update" and (kept := change.changed("retentionInDays")):
        before, after = at(change.old, "retentionInDays"), at(change.new, "retentionInDays")
        if after and (not before or after < before):
            yield f"{change.workload}: log group {change.name} keeps its logs for less: {kept.before} -> {kept.after} days"


CLEARLY = 1.5
"""A threshold that moves by less follows something else, as a rule (a timeout), and is told with the rest."""

BELOW = ("LessThanThreshold", "LessThanOrEqualToThreshold")


def _alarm(change: Change) -> Iterator[str]:
    what = f"{change.workload}: alarm {change.name}"
    if change.operation == "delete":
        yield f"{what} is deleted"
    if change.operation not in ("update", "replace"):
        return
    if at(change.new, "actionsEnabled") is False and at(change.old, "actionsEnabled") is not False:
        yield f"{what} tells nobody any more: its actions are off"
    if missing := [each for each in at(change.old, "alarmActions") or [] if each not in (at(change.new, "alarmActions") or [])]:
        yield f"{what} loses {len(missing)} of its actions"
    before, after = at(change.old, "threshold"), at(change.new, "threshold")
    if isinstance(before, (int, float)) and isinstance(after, (int, float)):
        low, high = (after, before) if at(change.new, "comparisonOperator") in BELOW else (before, after)
        if high > low and high >= low * CLEARLY:
            yield f"{what} fires later: threshold {before:g} -> {after:g}"
    for path in ("evaluationPeriods", "datapointsToAlarm", "period"):
        before, after = at(change.old, path), at(change.new, path)
        if isinstance(before, (int, float)) and isinstance(after, (int, float)) and after > before:
            yield f"{what} fires later: {path} {before:g} -> {after:g}"
