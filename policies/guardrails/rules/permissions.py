"""Resource policies of functions: a service may invoke them on behalf of what is named, and of nothing else."""

from collections.abc import Iterator

from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity
from guardrails.values import Unknown

PERMISSION = "aws:lambda/permission:Permission"
RULE_ARN = "arn:aws:events:eu-west-1:000000000000:rule/local-bus/local-rule"
BUCKET_ARN = "arn:aws:s3:::local-bucket"


def permission_names_its_source(resource: Resource, _: Memory) -> Iterator[Outcome]:
    principal, source, account = (resource.get(name) for name in ("principal", "sourceArn", "sourceAccount"))
    if isinstance(principal, Unknown):
        yield NotKnown(principal.path)
        return
    if not str(principal or "").endswith(".amazonaws.com"):
        return
    if isinstance(source, Unknown):
        yield NotKnown(source.path)
    elif not source:
        yield Finding(
            "sourceArn", source, f"{principal} would invoke the function on behalf of anybody's resources, in any account"
        )
    elif principal == "s3.amazonaws.com" and not account:
        yield Finding("sourceAccount", account, "the bucket's name carries no account, and could be another account's one day")


def _permission(**properties: object) -> Given:
    return Given(PERMISSION, {"action": "lambda:InvokeFunction", "function": "local-thing", **properties})


RULES = (
    Rule(
        id="lambda-permission-names-its-source",
        title="A service that may invoke a function may do so for one named source only.",
        why="Services act for all accounts. Without a source, somebody else's bus, bucket or API can have the function invoked (the confused deputy).",
        fix="set sourceArn (for S3 sourceAccount too), as the platform's triggers do",
        severity=Severity.HIGH,
        reads={PERMISSION: ("principal", "sourceArn", "sourceAccount")},
        check=permission_names_its_source,
        sources=("checkov CKV_AWS_364", "IAM guide, the confused deputy problem"),
        cases=(
            Case("named", _permission(principal="events.amazonaws.com", sourceArn=RULE_ARN)),
            Case("an account, no service", _permission(principal="111111111111")),
            Case("a bucket with its account", _permission(principal="s3.amazonaws.com", sourceArn=BUCKET_ARN, sourceAccount="000000000000")),
            Case("nobody named", _permission(principal="events.amazonaws.com"), finds=("sourceArn=not set: events.amazonaws.com would invoke",)),
            Case("a bucket without its account", _permission(principal="s3.amazonaws.com", sourceArn=BUCKET_ARN), finds=("sourceAccount=not set",)),
            Case("source not known yet", _permission(principal="apigateway.amazonaws.com", sourceArn=UNKNOWN), waits=("sourceArn",)),
            Case("principal not known yet", _permission(principal=UNKNOWN), waits=("principal",)),
        ),
    ),
)  # fmt: skip
