"""Lambda: functions are traced, log into a group of their own, and lose no event when they fail."""

from collections.abc import Iterator

from guardrails.credentials import SECRET_NAME, SECRET_VALUE, says_where
from guardrails.joins import FUNCTION, QUEUE, meant, physical_name, remembered, service
from guardrails.limits import LOG_FORMAT, TRACING_MODE
from guardrails.memory import Memory
from guardrails.resource import Resource, Stack
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Scope, Severity
from guardrails.values import Unknown

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
PERMISSION = "aws:lambda/permission:Permission"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
ALIAS = "aws:lambda/alias:Alias"
QUEUE_ARN = "arn:aws:sqs:eu-west-1:000000000000:local-receipts-intake"
STREAM_ARN = "arn:aws:kinesis:eu-west-1:000000000000:stream/clicks"

ASYNCHRONOUS = frozenset(
    f"{name}.amazonaws.com" for name in ("events", "s3", "sns", "ses", "iot", "config", "codecommit", "cloudformation", "logs")
)
"""Services that hand an event over and do not wait: what fails is gone unless a destination takes it (AWS Lambda guide)."""


def function_is_traced(resource: Resource, _: Memory) -> Iterator[Outcome]:
    mode = resource.get("tracingConfig.mode")
    if isinstance(mode, Unknown):
        yield NotKnown(mode.path)
    elif mode != TRACING_MODE:
        yield Finding(
            "tracingConfig.mode", mode, f"must be {TRACING_MODE}, or a slow or failed request cannot be followed through it"
        )


def function_logs_into_own_group(resource: Resource, _: Memory) -> Iterator[Outcome]:
    group, format_ = resource.get("loggingConfig.logGroup"), resource.get("loggingConfig.logFormat")
    for value in (group, format_):
        if isinstance(value, Unknown):
            yield NotKnown(value.path)
    if not isinstance(group, Unknown) and not group:
        yield Finding(
            "loggingConfig.logGroup", group, "Lambda would make a group by itself, without retention and without our key"
        )
    if not isinstance(format_, Unknown) and format_ != LOG_FORMAT:
        yield Finding("loggingConfig.logFormat", format_, f"must be {LOG_FORMAT}, or no query finds a field")


def environment_holds_no_secret(resource: Resource, _: Memory) -> Iterator[Outcome]:
    variables = resource.get("environment.variables")
    if isinstance(variables, Unknown):
        yield NotKnown(variables.path)
        return
    for name, value in variables.items() if variables else ():
        path = f"environment.variables.{name}"
        if isinstance(value, Unknown):
            if SECRET_NAME.search(name):
                yield NotKnown(path)
        elif value and (SECRET_VALUE.search(str(value)) or (SECRET_NAME.search(name) and not says_where(str(value)))):
            yield Finding(
                path, "(not shown)", "looks like a secret; whoever may look at the function reads it, and so do state and logs"
            )


def event_source_has_failure_path(resource: Resource, memory: Memory) -> Iterator[Outcome]:
    source = service(resource.get("eventSourceArn"))
    if source == "sqs":
        queue = remembered(resource, "eventSourceArn", QUEUE, memory)
        if queue is None:
            name = physical_name(resource.get("eventSourceArn"))
            yield Finding("eventSourceArn", resource.get("eventSourceArn"), f"'{name}' is not part of this run, so its "
                          "dead-letter queue cannot be seen", "make both in one program, or waive the rule")  # fmt: skip
        else:
            yield from _dead_letters(queue)
    elif source in ("kinesis", "dynamodb", "kafka"):
        target = resource.get("destinationConfig.onFailure.destinationArn")
        if isinstance(target, Unknown):
            yield NotKnown(target.path)
        elif not target:
            yield Finding(
                "destinationConfig.onFailure.destinationArn",
                target,
                "a record that keeps failing would be dropped, or block its shard",
            )


def event_source_has_failure_path_joined(mapping: Resource, stack: Stack) -> Iterator[Outcome]:
    for queue in meant(stack, mapping, "eventSourceArn", QUEUE):
        yield from _dead_letters(queue)


def _dead_letters(queue: Resource) -> Iterator[Outcome]:
    redrive = queue.get("redrivePolicy")
    if isinstance(redrive, Unknown):
        yield NotKnown(redrive.path)
    elif not redrive:
        yield Finding(
            "redrivePolicy",
            redrive,
            f"a message that keeps failing would block queue '{queue.name}' until it expires and is lost",
        )


def asynchronous_call_has_failure_path(permission: Resource, stack: Stack) -> Iterator[Outcome]:
    principal = permission.get("principal")
    if isinstance(principal, Unknown):
        yield NotKnown("principal")
        return
    if principal not in ASYNCHRONOUS:
        return
    for function in meant(stack, permission, "function", FUNCTION):
        dead_letters = function.get("deadLetterConfig.targetArn")
        configured = [
            config.get("destinationConfig.onFailure.destination")
            for config in stack.of(INVOKE_CONFIG)
            if any(other.urn == function.urn for other in meant(stack, config, "functionName", FUNCTION))
        ]
        # A target whose ARN is not known yet is a target all the same.
        if not any(isinstance(target, Unknown) or target for target in (dead_letters, *configured)):
            yield Finding("function", function.get("name"), f"{principal} calls function '{function.name}' and does not wait; "
                          "an event that fails three times would be lost")  # fmt: skip


def _logging(**changes: object) -> Given:
    return Given(FUNCTION, {"loggingConfig": {"logFormat": "JSON", "logGroup": "/aws/lambda/local-orders-api"} | changes})


def _variables(**variables: str) -> Given:
    return Given(FUNCTION, {"environment": {"variables": variables}})


def _queue(**more: object) -> Given:
    return Given(QUEUE, {"name": "local-receipts-intake", **more}, "intake")


REDRIVE = '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:000000000000:local-receipts-intake-dead","maxReceiveCount":5}'
BY_QUEUE = Given(MAPPING, {"eventSourceArn": QUEUE_ARN})
BY_REFERENCE = Given(MAPPING, {"eventSourceArn": UNKNOWN}, refers={"eventSourceArn": "intake"})
THING = Given(FUNCTION, {"name": "local-thing"}, "thing")
CALLED = Given(PERMISSION, {"principal": "events.amazonaws.com", "function": "local-thing"})

RULES = (
    Rule(
        id="lambda-function-is-traced",
        title="Functions are traced.",
        why="A request that is slow or fails between services is found by its trace, not by reading five logs.",
        fix="set tracingConfig {mode: Active}, as the platform's Function does",
        severity=Severity.MEDIUM,
        reads={FUNCTION: ("tracingConfig.mode",)},
        check=function_is_traced,
        sources=("serverless-rules WS1000", "checkov CKV_AWS_50", "cdk-nag Serverless-LambdaTracing"),
        cases=(
            Case("active", Given(FUNCTION, {"tracingConfig": {"mode": "Active"}})),
            Case("not set", Given(FUNCTION, {"name": "f"}), finds=("tracingConfig.mode=not set: must be Active",)),
            Case("left to the caller", Given(FUNCTION, {"tracingConfig": {"mode": "PassThrough"}}), finds=("tracingConfig.mode=PassThrough",)),
            Case("not known yet", Given(FUNCTION, {"tracingConfig": {"mode": UNKNOWN}}), waits=("tracingConfig.mode",)),
        ),
    ),
    Rule(
        id="lambda-function-logs-into-own-group",
        title="Functions log JSON into a log group that the program owns.",
        why="A group that Lambda makes by itself keeps records for ever, under no key of ours, and outlives the function.",
        fix="set loggingConfig {logFormat: JSON, logGroup: a group of this program}, as the platform's Function does",
        severity=Severity.MEDIUM,
        reads={FUNCTION: ("loggingConfig.logGroup", "loggingConfig.logFormat")},
        check=function_logs_into_own_group,
        sources=("serverless-rules WS1004", "AWS Lambda guide: advanced logging controls"),
        cases=(
            Case("own group, JSON", _logging()),
            Case("group left to Lambda", _logging(logGroup=None), finds=("loggingConfig.logGroup=not set: Lambda would make a group",)),
            Case("text", _logging(logFormat="Text"), finds=("loggingConfig.logFormat=Text: must be JSON",)),
            Case("nothing set", Given(FUNCTION, {"name": "f"}), finds=("loggingConfig.logGroup=not set", "loggingConfig.logFormat=not set")),
            Case("group not known yet", _logging(logGroup=UNKNOWN), waits=("loggingConfig.logGroup",)),
            Case("all not known yet", Given(FUNCTION, {"loggingConfig": UNKNOWN}), waits=("loggingConfig.logGroup", "loggingConfig.logFormat")),
        ),
    ),
    Rule(
        id="lambda-environment-holds-no-secret",
        title="Environment variables hold no secrets.",
        why="They stand in the console, in Pulumi's state and in the repository, for everybody who may look at the function.",
        fix="keep it in Secrets Manager, grant the function that one secret, and put its name into the environment",
        severity=Severity.CRITICAL,
        reads={FUNCTION: ("environment.variables",)},
        check=environment_holds_no_secret,
        sources=("checkov CKV_AWS_45", "prowler awslambda_function_no_secrets_in_variables"),
        cases=(
            Case("no variables", Given(FUNCTION, {"name": "f"})),
            Case("names and places", _variables(TABLE_ORDERS="local-orders", PARTNER_SECRET_NAME="partner", TOKEN_ISSUER="https://issuer")),
            Case("by its name", _variables(PARTNER_API_KEY="abc"),
                 finds=("environment.variables.PARTNER_API_KEY=(not shown): looks like a secret",)),
            Case("by its value", _variables(PARTNER="AKIA" + "IOSFODNN7EXAMPLE"), finds=("environment.variables.PARTNER=(not shown)",)),
            Case("a private key", _variables(SIGNING="-----BEGIN RSA PRIVATE KEY-----"), finds=("SIGNING=(not shown)",)),
            Case("a password in an address", _variables(DATABASE_URL="postgres://shop:hunter2secret@db.example.com/shop"),
                 finds=("environment.variables.DATABASE_URL=(not shown): looks like a secret",)),
            Case("a connection string", _variables(DATABASE="Server=db;User Id=shop;Password=hunter2secret;"), finds=("DATABASE=(not shown)",)),
            Case("addresses without a password", _variables(DATABASE_URL="postgres://shop@db.example.com:5432/shop", API="https://api.example.com:8443/v1/@me")),
            Case("where a key is", _variables(SIGNING_KEY="arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c")),
            Case("variables not known yet", Given(FUNCTION, {"environment": {"variables": UNKNOWN}}), waits=("environment.variables",)),
            Case("a secret's name, value not known yet", _variables(DB_PASSWORD=UNKNOWN), waits=("environment.variables.DB_PASSWORD",)),
            Case("an ordinary name, value not known yet", _variables(QUEUE_PAID=UNKNOWN)),
        ),
    ),
    Rule(
        id="lambda-event-source-has-failure-path",
        title="What a function fails on again and again goes to a dead-letter queue or a failure destination.",
        why="A poison message is otherwise tried until it expires, or blocks the shard behind it, and is then gone without a trace.",
        fix="use the platform's Queue, or set redrivePolicy on the queue (destinationConfig.onFailure on the mapping of a stream)",
        severity=Severity.HIGH,
        reads={MAPPING: ("eventSourceArn", "destinationConfig.onFailure.destinationArn"), QUEUE: ("name", "redrivePolicy")},
        judges=(MAPPING,),
        joins=(MAPPING,),
        remembers=(QUEUE,),
        check=event_source_has_failure_path,
        check_stack=event_source_has_failure_path_joined,
        sources=("serverless-rules ES1001", "cdk-nag Serverless-LambdaEventSourceMappingDestination", "cdk-nag AwsSolutions-SQS3"),
        cases=(
            Case("queue with a dead-letter queue", BY_QUEUE, given=(_queue(redrivePolicy=REDRIVE),)),
            Case("queue without", BY_QUEUE, given=(_queue(),), finds=("redrivePolicy=not set: a message that keeps failing would block queue 'intake'",)),
            Case("queue of another program", BY_QUEUE, finds=("'local-receipts-intake' is not part of this run",)),
            Case("stream with a destination", Given(MAPPING, {"eventSourceArn": STREAM_ARN,
                 "destinationConfig": {"onFailure": {"destinationArn": QUEUE_ARN}}})),
            Case("stream without", Given(MAPPING, {"eventSourceArn": STREAM_ARN}), finds=("destinationConfig.onFailure.destinationArn=not set",)),
            Case("stream, destination not known yet", Given(MAPPING, {"eventSourceArn": STREAM_ARN, "destinationConfig": UNKNOWN}),
                 waits=("destinationConfig.onFailure.destinationArn",)),
            Case("source not known yet", Given(MAPPING, {"eventSourceArn": UNKNOWN}), waits=("eventSourceArn",)),
            Case("redrive policy not known yet", BY_QUEUE, given=(_queue(redrivePolicy=UNKNOWN),), waits=("redrivePolicy",)),
            Case("joined, with a dead-letter queue", BY_REFERENCE, given=(_queue(redrivePolicy=REDRIVE),), scope=Scope.STACK),
            Case("joined, without", BY_REFERENCE, given=(_queue(),), scope=Scope.STACK, finds=("redrivePolicy=not set",)),
            Case("joined, not known yet", BY_REFERENCE, given=(_queue(redrivePolicy=UNKNOWN),), scope=Scope.STACK, waits=("redrivePolicy",)),
        ),
    ),
    Rule(
        id="lambda-asynchronous-call-has-failure-path",
        title="What a service hands to a function without waiting is kept when the function fails.",
        why="Lambda tries an asynchronous event three times and drops it. Nobody waits for the answer, so nobody notices.",
        fix="set deadLetterConfig on the function, or a functionEventInvokeConfig with destinationConfig.onFailure",
        severity=Severity.HIGH,
        reads={PERMISSION: ("principal", "function"), FUNCTION: ("name", "deadLetterConfig.targetArn"),
               INVOKE_CONFIG: ("functionName", "destinationConfig.onFailure.destination")},
        joins=(PERMISSION,),
        check_stack=asynchronous_call_has_failure_path,
        sources=("serverless-rules ES1007", "cdk-nag Serverless-LambdaAsyncFailureDestination", "checkov CKV_AWS_116"),
        cases=(
            Case("dead-letter queue", CALLED, scope=Scope.STACK,
                 given=(Given(FUNCTION, {"name": "local-thing", "deadLetterConfig": {"targetArn": QUEUE_ARN}}, "thing"),)),
            Case("destination", CALLED, scope=Scope.STACK, given=(THING, Given(INVOKE_CONFIG, {
                 "functionName": UNKNOWN, "destinationConfig": {"onFailure": {"destination": UNKNOWN}}}, "config", {"functionName": "thing"}))),
            Case("an API waits for the answer", Given(PERMISSION, {"principal": "apigateway.amazonaws.com", "function": "local-thing"}),
                 given=(THING,), scope=Scope.STACK),
            Case("neither", CALLED, given=(THING,), scope=Scope.STACK,
                 finds=("function=local-thing: events.amazonaws.com calls function 'thing' and does not wait",)),
            Case("destination for successes only", CALLED, scope=Scope.STACK, finds=("does not wait",), given=(THING, Given(INVOKE_CONFIG, {
                 "functionName": "local-thing", "destinationConfig": {"onSuccess": {"destination": QUEUE_ARN}}}, "config"))),
            Case("principal not known yet", Given(PERMISSION, {"principal": UNKNOWN, "function": "local-thing"}), given=(THING,),
                 scope=Scope.STACK, waits=("principal",)),
        ),
    ),
)  # fmt: skip
