"""Alarms: what fails or falls behind is watched, and an alarm can fire. All over the whole graph."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from guardrails.memory import Memory
from guardrails.resource import Resource, Stack
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Scope, Severity
from guardrails.values import Unknown

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
FUNCTION, QUEUE = "aws:lambda/function:Function", "aws:sqs/queue:Queue"
MAPPING, STREAM = "aws:lambda/eventSourceMapping:EventSourceMapping", "aws:kinesis/stream:Stream"

LAMBDA_TIMEOUT_SECONDS = 3
SECONDS_OF_A_WEEK, SECONDS_OF_A_DAY = 604_800, 86_400


@dataclass(frozen=True)
class Watch:
    """type: what is watched. metrics: each needs an alarm with the dimension; `either`: one of them is enough. named: its property in findings."""

    id: str
    title: str
    why: str
    sources: tuple[str, ...]
    type: str
    dimension: str
    metrics: tuple[str, ...]
    named: str = "name"
    either: bool = False
    severity: Severity = Severity.HIGH


def _alarms_of(resource: Resource, stack: Stack, dimension: str) -> set[str]:
    """Metrics of the resource that have an alarm. Raises `Undecided` where what an alarm watches is not known yet, and none is known to."""
    return {str(alarm.get("metricName")) for alarm in stack.holders(ALARM, f"dimensions.{dimension}").may_lead_to(resource)}


def _check(watch: Watch) -> Callable[[Resource, Stack], Iterator[Outcome]]:
    def check(resource: Resource, stack: Stack) -> Iterator[Outcome]:
        watched = _alarms_of(resource, stack, watch.dimension)
        lacking = [metric for metric in watch.metrics if metric not in watched]
        if watch.either and len(lacking) < len(watch.metrics):
            return
        if lacking:
            yield Finding(watch.named, resource.get(watch.named), f"no alarm watches its {' or '.join(lacking) if watch.either else ', '.join(lacking)}")

    return check


def _alarm(dimension: str, value: object, metric: str, refers: bool = False, name: str = "alarm") -> Given:
    return Given(ALARM, {"metricName": metric, "dimensions": {dimension: value}}, name, {"dimensions": "subject"} if refers else {})


def _rule(watch: Watch) -> Rule:
    subject = Given(watch.type, {watch.named: "thing"})
    all_ = tuple(_alarm(watch.dimension, "thing", metric, name=f"alarm-{metric}") for metric in watch.metrics)
    return Rule(
        id=watch.id, title=watch.title, why=watch.why, fix="make an alarm of it, as the platform's alarm factory does", severity=watch.severity, sources=watch.sources,
        reads={watch.type: (watch.named,), ALARM: ("metricName", "dimensions")}, joins=(watch.type,), check_stack=_check(watch),
        cases=(
            Case("watched", subject, given=all_, scope=Scope.STACK),
            Case("watched, made from it", subject, given=tuple(_alarm(watch.dimension, UNKNOWN, metric, True, f"alarm-{metric}") for metric in watch.metrics), scope=Scope.STACK),
            Case("another one is watched", subject, given=(_alarm(watch.dimension, "another", watch.metrics[0]),), scope=Scope.STACK, finds=(f"{watch.named}=thing: no alarm watches its {watch.metrics[0]}",)),
            Case("another metric is watched", subject, given=(_alarm(watch.dimension, "thing", "Other"),), scope=Scope.STACK, finds=("no alarm watches",)),
            Case("not watched", subject, scope=Scope.STACK, finds=("no alarm watches",)),
            Case("what is watched is not known yet", subject, given=(_alarm(watch.dimension, UNKNOWN, watch.metrics[0]),), scope=Scope.STACK, waits=(f"dimensions.{watch.dimension}",)),
        ),
    )  # fmt: skip


WATCHED = (
    Watch("lambda-function-is-watched", "Every function has alarms on its errors and throttles.", "A function that fails in the night is otherwise found by customers.", ("AWS Well-Architected serverless lens OPS1",), FUNCTION, "FunctionName", ("Errors", "Throttles")),
    Watch("lambda-function-is-watched-for-its-timeout", "Every function has an alarm on how long it takes.", "What becomes slower becomes a timeout, and all at once.", ("AWS Well-Architected serverless lens OPS1",), FUNCTION, "FunctionName", ("Duration",), severity=Severity.MEDIUM),
    Watch("dynamodb-table-is-watched", "Every table has alarms on what it throttles.", "A throttled write is lost work, and the table itself shows nothing.", ("DynamoDB guide, monitoring metrics",), "aws:dynamodb/table:Table", "TableName", ("ReadThrottleEvents", "WriteThrottleEvents"),
          severity=Severity.MEDIUM),
    Watch("workflow-is-watched", "Every workflow has alarms on executions that fail or time out.", "An execution that fails has no caller who would notice.", ("AWS Step Functions guide, monitoring",), "aws:sfn/stateMachine:StateMachine", "StateMachineArn", ("ExecutionsFailed", "ExecutionsTimedOut")),
    Watch("kinesis-stream-is-watched", "Every stream has an alarm on how old its records are.", "Records that nobody reads in time are gone.", ("Kinesis guide, monitoring",), STREAM, "StreamName", ("GetRecords.IteratorAgeMilliseconds",)),
    Watch("event-rule-is-watched", "Every rule has an alarm on what it cannot deliver.", "A target that refuses has no caller who would notice.", ("EventBridge guide, monitoring",), "aws:cloudwatch/eventRule:EventRule", "RuleName", ("FailedInvocations",)),
    Watch("schedule-group-is-watched", "Every group of schedules has an alarm on what it cannot start.", "Work that is not begun is missed by nobody, until the month ends.", ("EventBridge Scheduler guide, monitoring",), "aws:scheduler/scheduleGroup:ScheduleGroup", "ScheduleGroup",
          ("TargetErrorCount", "InvocationDroppedCount")),
    Watch("api-is-watched", "Every HTTP and WebSocket API has an alarm on its server errors.", "What the edge answers by itself is in no function's errors.", ("API Gateway guide, monitoring",), "aws:apigatewayv2/api:Api", "ApiId", ("5xx", "ExecutionError"), either=True),
    Watch("rest-api-is-watched", "Every REST API has an alarm on its server errors.", "What the edge answers by itself is in no function's errors.", ("API Gateway guide, monitoring",), "aws:apigateway/restApi:RestApi", "ApiName", ("5XXError",)),
    Watch("graphql-api-is-watched", "Every GraphQL API has an alarm on its server errors.", "What a resolver answers by itself is in no function's errors.", ("AWS AppSync guide, monitoring",), "aws:appsync/graphQLApi:GraphQLApi", "GraphQLAPIId", ("5XXError",)),
    Watch("backup-is-watched", "Every vault has an alarm on backups that fail.", "A backup is missed when it is needed.", ("AWS Backup guide, monitoring",), "aws:backup/vault:Vault", "BackupVaultName", ("NumberOfBackupJobsFailed",), severity=Severity.MEDIUM),
)  # fmt: skip


def queue_is_watched(queue: Resource, stack: Stack) -> Iterator[Outcome]:
    watched = _alarms_of(queue, stack, "QueueName")
    consumed = bool(stack.holders(MAPPING, "eventSourceArn").to(queue))
    needed = "ApproximateAgeOfOldestMessage" if consumed else "ApproximateNumberOfMessagesVisible"
    if needed not in watched:
        problem = "nobody would learn that its consumer is behind" if consumed else "what failed would lie there until it expires"
        yield Finding("name", queue.get("name"), f"no alarm watches its {needed}: {problem}")


def stream_consumer_is_watched(mapping: Resource, stack: Stack) -> Iterator[Outcome]:
    if mapping.get("startingPosition") is None:
        return
    for function in mapping.referred("functionName", FUNCTION):
        if "IteratorAge" not in _alarms_of(function, stack, "FunctionName"):
            yield Finding("functionName", function.get("name"), f"no alarm watches the IteratorAge of function '{function.name}': what it does not read in time is gone")


def alarm_can_fire(alarm: Resource, _: Memory) -> Iterator[Outcome]:
    """What CloudWatch accepts and then never, or never in time, evaluates."""
    values = {name: alarm.get(name) for name in ("evaluationPeriods", "datapointsToAlarm", "period", "threshold", "comparisonOperator", "statistic")}
    for value in values.values():
        if isinstance(value, Unknown):
            yield NotKnown(value.path)
            return
    periods, points, period = values["evaluationPeriods"] or 1, values["datapointsToAlarm"], values["period"] or 60
    if points is not None and points > periods:
        yield Finding("datapointsToAlarm", points, f"is more than the {int(periods)} periods that are looked at, so it can never fire")
    longest = SECONDS_OF_A_WEEK if period >= 3600 else SECONDS_OF_A_DAY
    if periods * period > longest:
        yield Finding("evaluationPeriods", periods, f"times {int(period)} s is longer than the {longest} s that CloudWatch looks back")
    threshold, operator, statistic = values["threshold"], str(values["comparisonOperator"]), values["statistic"]
    if threshold is not None and operator.startswith("LessThan") and statistic in ("Sum", "SampleCount") and (threshold < 0 or (threshold == 0 and operator == "LessThanThreshold")):
        yield Finding("threshold", threshold, "a count is never below that, so it can never fire")
    if threshold is not None and alarm.get("metricName") == "Errors" and statistic == "Average" and (threshold > 1 or (threshold == 1 and operator == "GreaterThanThreshold")):
        yield Finding("threshold", threshold, "the average of errors is never above 1, so it can never fire")


def alarm_is_within_its_resource(alarm: Resource, stack: Stack) -> Iterator[Outcome]:
    """A threshold that what is watched cannot reach: a duration beyond the timeout, an age beyond the retention."""
    metric, threshold = alarm.get("metricName"), alarm.get("threshold")
    if metric == "Duration":
        for function in _watched(alarm, stack, "FunctionName", FUNCTION):
            yield from _beyond(alarm, threshold, function, function.get("timeout"), LAMBDA_TIMEOUT_SECONDS, 1000, "ends at its timeout of")
    elif metric == "ConcurrentExecutions":
        for function in _watched(alarm, stack, "FunctionName", FUNCTION):
            reserved = function.get("reservedConcurrentExecutions")
            if isinstance(reserved, Unknown) or (reserved is not None and reserved >= 0):
                yield from _beyond(alarm, threshold, function, reserved, 0, 1, "is limited to")
    elif metric == "ApproximateAgeOfOldestMessage":
        for queue in _watched(alarm, stack, "QueueName", QUEUE):
            yield from _beyond(alarm, threshold, queue, queue.get("messageRetentionSeconds"), 345_600, 1, "forgets after")
    elif metric == "GetRecords.IteratorAgeMilliseconds":
        for stream in _watched(alarm, stack, "StreamName", STREAM):
            yield from _beyond(alarm, threshold, stream, stream.get("retentionPeriod"), 24, 3_600_000, "forgets after")


def _watched(alarm: Resource, stack: Stack, dimension: str, type_: str) -> list[Resource]:
    """What the alarm watches, of this program."""
    found = [other for other in alarm.references.get("dimensions", ()) if other.type == type_]
    value = alarm.get(f"dimensions.{dimension}")
    return found or (stack.named(type_, value) if isinstance(value, str) else [])


def _beyond(alarm: Resource, threshold: object, resource: Resource, limit: object, default: int, factor: int, says: str) -> Iterator[Outcome]:
    for value in (threshold, limit):
        if isinstance(value, Unknown):
            yield NotKnown(value.path)
            return
    most = (default if limit is None else float(limit)) * factor  # type: ignore[arg-type]
    above = str(alarm.get("comparisonOperator")) == "GreaterThanThreshold"
    if threshold is not None and (float(threshold) >= most if above else float(threshold) > most):  # type: ignore[arg-type]
        yield Finding("threshold", threshold, f"{resource.kind} '{resource.name}' {says} {int(most)}, so it can never fire")


def _fires(**more: object) -> Given:
    fine = {"metricName": "Errors", "statistic": "Sum", "threshold": 1, "comparisonOperator": "GreaterThanOrEqualToThreshold", "evaluationPeriods": 5, "datapointsToAlarm": 3, "period": 60}
    return Given(ALARM, {**fine, **more})


def _slow(threshold: object, **more: object) -> Given:
    return _fires(metricName="Duration", comparisonOperator="GreaterThanThreshold", threshold=threshold, dimensions={"FunctionName": "api"}, **more)


def _named(type_: str, **properties: object) -> Given:
    return Given(type_, {"name": "api", **properties}, "api")


_QUEUE, _API = Given(QUEUE, {"name": "thing"}), Given(FUNCTION, {"name": "api"}, "api")
_CONSUMER = Given(MAPPING, {"eventSourceArn": UNKNOWN}, "mapping", {"eventSourceArn": "subject"})
_STREAMED = Given(MAPPING, {"startingPosition": "LATEST", "functionName": UNKNOWN}, refers={"functionName": "api"})

RULES = (
    *map(_rule, WATCHED),
    Rule(
        id="sqs-queue-is-watched", title="Every queue has an alarm: on its age if a function works on it, on what lies in it if nobody does.", why="A dead-letter queue without an alarm is a place where orders disappear.",
        fix="make an alarm of it, as the platform's Queue does", severity=Severity.HIGH, sources=("AWS Well-Architected serverless lens REL2", "SQS guide, dead-letter queues"),
        reads={QUEUE: ("name",), ALARM: ("metricName", "dimensions"), MAPPING: ("eventSourceArn",)}, joins=(QUEUE,), check_stack=queue_is_watched,
        cases=(
            Case("dead letters, watched", _QUEUE, given=(_alarm("QueueName", "thing", "ApproximateNumberOfMessagesVisible"),), scope=Scope.STACK),
            Case("worked on, watched", _QUEUE, given=(_CONSUMER, _alarm("QueueName", "thing", "ApproximateAgeOfOldestMessage")), scope=Scope.STACK),
            Case("dead letters, not watched", _QUEUE, scope=Scope.STACK, finds=("name=thing: no alarm watches its ApproximateNumberOfMessagesVisible: what failed would lie there",)),
            Case("worked on, watched for dead letters", _QUEUE, given=(_CONSUMER, _alarm("QueueName", "thing", "ApproximateNumberOfMessagesVisible")), scope=Scope.STACK, finds=("no alarm watches its ApproximateAgeOfOldestMessage",)),
            Case("which queue is watched is not known yet", _QUEUE, given=(_alarm("QueueName", UNKNOWN, "ApproximateNumberOfMessagesVisible"),), scope=Scope.STACK, waits=("dimensions.QueueName",)),
        ),
    ),
    Rule(
        id="lambda-stream-consumer-is-watched", title="What reads a stream has an alarm on how far behind it is.", why="What is not read in time is gone.", fix="make an alarm on IteratorAge, as the platform's OrderedTrigger does",
        severity=Severity.HIGH, sources=("AWS Lambda guide, monitoring functions",), reads={MAPPING: ("startingPosition", "functionName"), ALARM: ("metricName", "dimensions"), FUNCTION: ("name",)}, joins=(MAPPING,), check_stack=stream_consumer_is_watched,
        cases=(
            Case("watched", _STREAMED, given=(_API, _alarm("FunctionName", "api", "IteratorAge")), scope=Scope.STACK),
            Case("a queue is no stream", Given(MAPPING, {"functionName": UNKNOWN}, refers={"functionName": "api"}), given=(_API,), scope=Scope.STACK),
            Case("not watched", _STREAMED, given=(_API,), scope=Scope.STACK, finds=("functionName=api: no alarm watches the IteratorAge of function 'api'",)),
            Case("who is watched is not known yet", _STREAMED, given=(_API, _alarm("FunctionName", UNKNOWN, "IteratorAge")), scope=Scope.STACK, waits=("dimensions.FunctionName",)),
        ),
    ),
    Rule(
        id="alarm-can-fire", title="An alarm can fire.", why="An alarm that cannot fire is worse than none: everybody counts on it.", fix="bring threshold, period and evaluationPeriods within what the metric and CloudWatch allow", severity=Severity.HIGH,
        sources=("CloudWatch API reference, PutMetricAlarm",), check=alarm_can_fire,
        reads={ALARM: ("evaluationPeriods", "datapointsToAlarm", "period", "threshold", "comparisonOperator", "statistic", "metricName")},
        cases=(
            Case("three of five", _fires()), Case("all of them", _fires(datapointsToAlarm=5)), Case("a day", _fires(period=300, evaluationPeriods=288)), Case("a week of hours", _fires(period=3600, evaluationPeriods=168)),
            Case("six of five", _fires(datapointsToAlarm=6), finds=("datapointsToAlarm=6: is more than the 5 periods",)),
            Case("longer than a day", _fires(period=300, evaluationPeriods=289), finds=("evaluationPeriods=289: times 300 s is longer than the 86400 s",)),
            Case("longer than a week", _fires(period=3600, evaluationPeriods=169), finds=("longer than the 604800 s",)),
            Case("fewer than none", _fires(comparisonOperator="LessThanThreshold", threshold=0), finds=("threshold=0: a count is never below that",)),
            Case("fewer than one", _fires(comparisonOperator="LessThanThreshold", threshold=1)),
            Case("more errors than calls", _fires(statistic="Average", threshold=5), finds=("threshold=5: the average of errors is never above 1",)),
            Case("every call fails", _fires(statistic="Average", threshold=1)),
            Case("threshold not known yet", _fires(threshold=UNKNOWN), waits=("threshold",)),
        ),
    ),
    Rule(
        id="alarm-threshold-is-reachable", title="An alarm's threshold is one that its resource can reach.", why="A function that ends at 10 seconds never takes 12, and a queue that forgets after 4 days holds nothing of 5.",
        fix="lower the threshold below the resource's own limit, as the platform's alarm factory does", severity=Severity.HIGH, sources=("serverless-platform: an alarm counts only if it can fire",),
        reads={ALARM: ("metricName", "threshold", "comparisonOperator", "dimensions"), FUNCTION: ("name", "timeout", "reservedConcurrentExecutions"), QUEUE: ("name", "messageRetentionSeconds"), STREAM: ("name", "retentionPeriod")},
        joins=(ALARM,), check_stack=alarm_is_within_its_resource,
        cases=(
            Case("below the timeout", _slow(9999), given=(_named(FUNCTION, timeout=10),), scope=Scope.STACK),
            Case("at the timeout", _slow(10_000), given=(_named(FUNCTION, timeout=10),), scope=Scope.STACK, finds=("threshold=10000: Function 'api' ends at its timeout of 10000",)),
            Case("at AWS's timeout", _slow(3000), given=(_named(FUNCTION),), scope=Scope.STACK, finds=("timeout of 3000",)),
            Case("as many as are reserved", _fires(metricName="ConcurrentExecutions", threshold=15, dimensions={"FunctionName": "api"}), given=(_named(FUNCTION, reservedConcurrentExecutions=15),), scope=Scope.STACK),
            Case("more than are reserved", _fires(metricName="ConcurrentExecutions", threshold=16, dimensions={"FunctionName": "api"}), given=(_named(FUNCTION, reservedConcurrentExecutions=15),), scope=Scope.STACK, finds=("is limited to 15",)),
            Case("older than the queue keeps", _fires(metricName="ApproximateAgeOfOldestMessage", threshold=400_000, dimensions={"QueueName": "api"}), given=(_named(QUEUE),), scope=Scope.STACK, finds=("Queue 'api' forgets after 345600",)),
            Case("older than the stream keeps", _fires(metricName="GetRecords.IteratorAgeMilliseconds", threshold=90_000_000, dimensions={"StreamName": "api"}), given=(_named(STREAM, retentionPeriod=24),), scope=Scope.STACK, finds=("forgets after 86400000",)),
            Case("of another program", _slow(10_000), scope=Scope.STACK), Case("timeout not known yet", _slow(10_000), given=(_named(FUNCTION, timeout=UNKNOWN),), scope=Scope.STACK, waits=("timeout",)),
        ),
    ),
)  # fmt: skip
