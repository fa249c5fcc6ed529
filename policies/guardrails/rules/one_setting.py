"""Rules that ask for one setting of one type: a row each, and from the row the rule, its check and its cases."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, ResourceCheck, Rule, Severity
from guardrails.values import Unknown
from platform_contract.kinds.secret import limits as secrets

KEY = "arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"
QUEUE_ARN = "arn:aws:sqs:eu-west-1:000000000000:local-thing-failed"


@dataclass(frozen=True)
class Setting:
    """One rule.

    id, title, why, fix, severity, sources: as a Rule has them. type: whose setting. path: which. good: a value that satisfies it.
    problem: the clause that follows `path=value` in a finding. bad: a value that is set and not good enough; then `accepts` decides.
    """

    id: str
    title: str
    why: str
    fix: str
    severity: Severity
    sources: tuple[str, ...]
    type: str
    path: str
    good: Any
    problem: str
    bad: Any = None
    accepts: Callable[[Any], bool] = bool


def _nested(path: str, value: Any) -> Mapping[str, Any]:
    first, _, rest = path.partition(".")
    return {first: _nested(rest, value) if rest else value}


def _check(setting: Setting) -> ResourceCheck:
    def check(resource: Resource, _: Memory) -> Iterator[Outcome]:
        value = resource.get(setting.path)
        if isinstance(value, Unknown):
            yield NotKnown(value.path)
        elif not value or not setting.accepts(value):
            yield Finding(setting.path, value, setting.problem)

    return check


def _rule(setting: Setting) -> Rule:
    cases = [
        Case("as it should be", Given(setting.type, _nested(setting.path, setting.good))),
        Case("not set", Given(setting.type, {"name": "thing"}), finds=(f"{setting.path}=not set: {setting.problem}",)),
        Case("not known yet", Given(setting.type, _nested(setting.path, UNKNOWN)), waits=(setting.path,)),
    ]
    if setting.bad is not None:
        cases.append(Case("set otherwise", Given(setting.type, _nested(setting.path, setting.bad)), finds=(setting.problem,)))
    return Rule(
        id=setting.id, title=setting.title, why=setting.why, fix=setting.fix, severity=setting.severity,
        reads={setting.type: (setting.path,)}, check=_check(setting), sources=setting.sources, cases=tuple(cases),
    )  # fmt: skip


SETTINGS: Mapping[str, tuple[Setting, ...]] = {
    "SNS": (
        Setting(
            "sns-topic-is-encrypted", "Topics are encrypted with a key of ours.",
            "Messages quote business data. And the key that AWS manages cannot admit CloudWatch, S3 or EventBridge, so their messages are lost.",
            "set kmsMasterKeyId to the workload's key, as the platform's Topic does", Severity.HIGH,
            ("checkov CKV_AWS_26", "cdk-nag AwsSolutions-SNS2"), "aws:sns/topic:Topic", "kmsMasterKeyId", KEY,
            "messages would be kept in the clear, or under a key that admits no service", bad="alias/aws/sns",
            accepts=lambda key: not str(key).startswith("alias/aws/"),
        ),
    ),
    "EventBridge": (
        Setting(
            "event-bus-is-encrypted", "Buses are encrypted with a key of ours.",
            "What is published on a bus, and its archive, is business data.",
            "set kmsKeyIdentifier to the workload's key, as the platform's EventBus does", Severity.MEDIUM,
            ("checkov CKV_AWS_297",), "aws:cloudwatch/eventBus:EventBus", "kmsKeyIdentifier", KEY,
            "events would be kept under a key that AWS owns",
        ),
        Setting(
            "event-target-has-failure-path", "What a rule cannot deliver is kept.",
            "EventBridge drops an event that it cannot deliver, and nobody learns of it.",
            "set deadLetterConfig.arn to a queue, as the platform's EventTrigger does", Severity.HIGH,
            ("serverless-rules ES5000",), "aws:cloudwatch/eventTarget:EventTarget", "deadLetterConfig.arn", QUEUE_ARN,
            "an event that cannot be delivered would be lost without a trace",
        ),
        Setting(
            "schedule-has-failure-path", "A run that cannot be started is kept.",
            "EventBridge Scheduler gives a run up after its retries, and the work is not done.",
            "set target.deadLetterConfig.arn to a queue, as the platform's Schedules do", Severity.HIGH,
            ("EventBridge Scheduler guide, dead-letter queues",), "aws:scheduler/schedule:Schedule", "target.deadLetterConfig.arn", QUEUE_ARN,
            "a run that cannot be started would be lost without a trace",
        ),
    ),
    "Kinesis": (
        Setting(
            "kinesis-stream-is-encrypted", "Streams are encrypted with a key of ours.",
            "Records wait in a stream for days.", "set encryptionType KMS and kmsKeyId, as the platform's Stream does", Severity.HIGH,
            ("checkov CKV_AWS_43", "cdk-nag AwsSolutions-KDS1"), "aws:kinesis/stream:Stream", "encryptionType", "KMS",
            "records would be kept in the clear", bad="NONE", accepts=lambda kind: kind == "KMS",
        ),
    ),
    "Step Functions": (
        Setting(
            "workflow-is-encrypted", "Workflows keep their data under a key of ours.",
            "Inputs and outputs of every step are kept for 90 days.",
            "set encryptionConfiguration with the workload's key, as the platform's Workflow does", Severity.MEDIUM,
            ("AWS Step Functions guide, data at rest encryption",), "aws:sfn/stateMachine:StateMachine", "encryptionConfiguration.type",
            "CUSTOMER_MANAGED_KMS_KEY", "what goes through the workflow would be kept under a key that AWS owns", bad="AWS_OWNED_KEY",
            accepts=lambda kind: kind == "CUSTOMER_MANAGED_KMS_KEY",
        ),
        Setting(
            "workflow-is-traced", "Workflows are traced.", "Without a trace nobody sees which step took the time.",
            "set tracingConfiguration {enabled: true}, as the platform's Workflow does", Severity.MEDIUM,
            ("checkov CKV_AWS_284", "cdk-nag AwsSolutions-SF2"), "aws:sfn/stateMachine:StateMachine", "tracingConfiguration.enabled", True,
            "its executions would be missing in traces", bad=False,
        ),
        Setting(
            "workflow-is-logged", "Workflows log their failures.", "The history of an express workflow is nowhere else.",
            "set loggingConfiguration with a log group and a level, as the platform's Workflow does", Severity.MEDIUM,
            ("checkov CKV_AWS_285", "cdk-nag AwsSolutions-SF1"), "aws:sfn/stateMachine:StateMachine", "loggingConfiguration.level", "ERROR",
            "a failed execution would leave nothing to read", bad="OFF", accepts=lambda level: level != "OFF",
        ),
    ),
    "Secrets Manager": (
        Setting(
            "secret-is-encrypted", "Secrets are encrypted with a key of ours.",
            "Under the key that AWS manages, everybody in the account who may read secrets may read this one.",
            "set kmsKeyId to the workload's key, as the platform's Secret does", Severity.HIGH,
            ("checkov CKV_AWS_149", "cdk-nag AwsSolutions-SMG4"), "aws:secretsmanager/secret:Secret", "kmsKeyId", KEY,
            "it would be readable by everybody in the account who may read secrets",
        ),
        Setting(
            "secret-rotation-interval", f"A secret that is rotated is so at least every {secrets.RECOMMENDED_ROTATION_DAYS} days.",
            "A value that has leaked works until it is replaced.",
            f"set rotationRules.automaticallyAfterDays to {secrets.RECOMMENDED_ROTATION_DAYS} or less, in a manifest `rotation: {{every_days: ...}}`",
            Severity.MEDIUM, ("checkov CKV_AWS_304", "AWS Security Hub SecretsManager.4"), "aws:secretsmanager/secretRotation:SecretRotation",
            "rotationRules.automaticallyAfterDays", 30, "a value that has leaked would work for longer than that", bad=91,
            accepts=lambda days: 0 < days <= secrets.RECOMMENDED_ROTATION_DAYS,
        ),
    ),
    "API Gateway and AppSync": (
        Setting(
            "rest-stage-has-access-log", "Stages of REST APIs log every request.",
            "Who called, and what was refused at the edge, is nowhere else.",
            "set accessLogSettings with a log group, as the platform's RestApi does", Severity.MEDIUM,
            ("checkov CKV_AWS_76", "cdk-nag AwsSolutions-APIG1"), "aws:apigateway/stage:Stage", "accessLogSettings.destinationArn",
            "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/vendedlogs/apigateway/x", "requests would leave nothing to read",
        ),
        Setting(
            "api-stage-has-access-log", "Stages of HTTP and WebSocket APIs log every request.",
            "Who called, and what was refused at the edge, is nowhere else.",
            "set accessLogSettings with a log group, as the platform's HttpApi does", Severity.MEDIUM,
            ("checkov CKV_AWS_95", "cdk-nag AwsSolutions-APIG1"), "aws:apigatewayv2/stage:Stage", "accessLogSettings.destinationArn",
            "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/vendedlogs/apigateway/x", "requests would leave nothing to read",
        ),
        Setting(
            "api-stage-is-throttled", "HTTP and WebSocket APIs have a throttle of their own.",
            "Without one, a single caller can use up the account's 10,000 requests a second, and every API of the account answers 429.",
            "set defaultRouteSettings.throttlingRateLimit and throttlingBurstLimit, as the platform's HttpApi does", Severity.MEDIUM,
            ("API Gateway guide, throttling",), "aws:apigatewayv2/stage:Stage", "defaultRouteSettings.throttlingRateLimit", 100,
            "one caller could use up the account's throttle",
        ),
        Setting(
            "rest-stage-is-traced", "Stages of REST APIs are traced.", "A trace that begins behind the edge does not show the edge's share.",
            "set xrayTracingEnabled, as the platform's RestApi does", Severity.LOW,
            ("checkov CKV_AWS_73", "cdk-nag AwsSolutions-APIG3"), "aws:apigateway/stage:Stage", "xrayTracingEnabled", True,
            "requests would be missing in traces", bad=False,
        ),
        Setting(
            "graphql-api-knows-its-callers", "GraphQL APIs know who calls.",
            "An API key is in every page that calls the API, so it is nobody's.",
            "set authenticationType to AMAZON_COGNITO_USER_POOLS, AWS_IAM, OPENID_CONNECT or AWS_LAMBDA", Severity.HIGH,
            ("cdk-nag AwsSolutions-ASC3",), "aws:appsync/graphQLApi:GraphQLApi", "authenticationType", "AMAZON_COGNITO_USER_POOLS",
            "everybody who has seen a page that calls it could call it", bad="API_KEY", accepts=lambda kind: kind != "API_KEY",
        ),
    ),
}  # fmt: skip
"""Service -> its rules."""

RULES: Mapping[str, tuple[Rule, ...]] = {service: tuple(map(_rule, rows)) for service, rows in SETTINGS.items()}
