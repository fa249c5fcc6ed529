"""IAM: what lets whoever takes over a function outgrow it, by changing policies or code, passing roles, or using keys directly."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

from guardrails.documents.model import Statement
from guardrails.documents.places import Kind, reads
from guardrails.documents.strangers import ABSENT, ANYTHING, Values, meets
from guardrails.documents.walk import allowing, place
from guardrails.documents.wildcards import is_pattern, overlap
from guardrails.limits import DENIED_ACTIONS
from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity

ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
FUNCTION = "serverless-platform:index:Function"
ROLE_ARN = "arn:aws:iam::000000000000:role/local-orders-scheduler"
KEY_ARN = "arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"

ADMINISTRATION = (
    *DENIED_ACTIONS,
    "sns:AddPermission", "sns:SetTopicAttributes", "sns:RemovePermission", "secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy",
    "events:PutPermission", "events:PutRule", "events:PutTargets", "events:DeleteRule", "states:CreateStateMachine", "states:UpdateStateMachine",
    "lambda:PublishLayerVersion", "lambda:RemovePermission", "lambda:AddLayerVersionPermission", "kms:CreateAlias", "kms:UpdateAlias",
    "kms:RetireGrant", "kms:RevokeGrant", "ecr:SetRepositoryPolicy", "ecr:PutImage", "ssm:SendCommand", "ssm:StartSession",
    "s3:PutAccessPointPolicy", "s3:PutBucketOwnershipControls", "s3:PutBucketVersioning", "s3:PutReplicationConfiguration",
    "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "ec2:RunInstances", "glue:CreateJob", "glue:UpdateJob", "codebuild:CreateProject",
    "datapipeline:CreatePipeline", "sagemaker:CreateNotebookInstance", "cognito-idp:UpdateUserPool", "cognito-identity:SetIdentityPoolRoles",
)  # fmt: skip
"""What the permissions boundary of the platform denies, and what else deploys, opens up, or removes evidence. Source: prowler and cloudsplaining,
lists of actions that escalate; Service Authorization Reference, access level "Permissions management"."""

KEY_ACTIONS = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:CreateGrant")


def grants_no_administration(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.GRANT):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        for action in statement.actions:
            if given := _administered(action.lower()):
                yield Finding(place(document, statement, "Action"), action, f"lets whoever takes over the function administer the account ({given})")


@lru_cache(maxsize=8192)
def _administered(action: str) -> str | None:
    """The first administrative action that a pattern holds. Passing a role is judged by iam-passes-named-roles-only."""
    return None if action == "iam:passrole" else next((each for each in ADMINISTRATION if overlap(each.lower(), action)), None)


def passes_named_roles(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.GRANT):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        if not statement.touches("iam:PassRole"):
            continue
        for pattern in statement.resources or ("*",):
            if is_pattern(pattern):
                yield Finding(place(document, statement, "Resource"), pattern, "lets it hand any role that the pattern matches to a service, and so use it")
        if any(meets(statement.conditions, request) for request in (_passing_to_another, _passing_unsaid)):
            yield Finding(place(document, statement, "Condition"), None, "does not say to which service a role may be passed (iam:PassedToService)")


def _passing_to_another(key: str, _: str) -> Values:
    return ("stranger.amazonaws.com",) if key == "iam:passedtoservice" else ANYTHING


def _passing_unsaid(key: str, _: str) -> Values:
    """Not every service says to whom the role goes."""
    return ABSENT if key == "iam:passedtoservice" else ANYTHING


def keys_through_services(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.GRANT):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        if any(statement.touches(action) for action in KEY_ACTIONS) and meets(statement.conditions, _directly):
            yield Finding(place(document, statement, "Condition"), _shown(statement),
                          "lets it decrypt whatever lies under the key, also what it may not read, by calling KMS itself")  # fmt: skip


def _directly(key: str, _: str) -> Values:
    """A call to KMS that no service makes, and that says nothing of what it is for."""
    return ABSENT if key == "kms:viaservice" or key.startswith("kms:encryptioncontext") else ANYTHING


def metrics_have_namespace(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.GRANT):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        if statement.touches("cloudwatch:PutMetricData") and meets(statement.conditions, _of_a_stranger):
            yield Finding(place(document, statement, "Condition"), _shown(statement), "lets it write metrics of every namespace, and so silence alarms")


def _of_a_stranger(key: str, _: str) -> Values:
    return ("stranger",) if key == "cloudwatch:namespace" else ANYTHING


def _shown(statement: Statement) -> str | None:
    return ", ".join(f"{each.key}={'/'.join(each.values)}" for each in statement.conditions) or None


def _grant(*actions: str, resource: str = "*", condition: Mapping[str, object] | None = None) -> Given:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource} | ({"Condition": condition} if condition else {})
    return Given(ROLE_POLICY, {"policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})})


TO_SCHEDULER = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
VIA = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
NOT_KNOWN = Case("a policy that is not known yet", Given(ROLE_POLICY, {"policy": UNKNOWN}), waits=("policy",))

RULES = (
    Rule(
        id="iam-grants-no-administration",
        title="No role may change policies, code, or what is evidence.",
        why="Whoever takes over a function with such an action gives himself all others: a new policy, another function's code, a bucket opened. "
        "Deploying is for the deploying role, which is not of this program.",
        fix="take the action away; what the function should be able to do with a resource is a verb in the manifest's `uses`",
        severity=Severity.CRITICAL,
        reads=reads(Kind.GRANT),
        check=grants_no_administration,
        sources=("checkov CKV_AWS_286, CKV_AWS_289", "prowler iam_policy_allows_privilege_escalation", "IAM guide, permissions boundaries"),
        cases=(
            Case("data of a table", _grant("dynamodb:PutItem", "dynamodb:DeleteItem")),
            Case("another function's code", _grant("lambda:UpdateFunctionCode"), finds=("Action=lambda:UpdateFunctionCode: lets whoever takes over",)),
            Case("a policy, in any case", _grant("IAM:putRolePolicy"), finds=("administer the account (iam:*)",)),
            Case("a wildcard that holds one", _grant("s3:PutBucket*"), finds=("administer the account (s3:PutBucketPolicy)",)),
            Case("a role of anybody", _grant("sts:AssumeRole"), finds=("Action=sts:AssumeRole",)),
            Case("passing a role, judged elsewhere", _grant("iam:PassRole", resource=ROLE_ARN, condition=TO_SCHEDULER)),
            Case("a denial", Given(ROLE_POLICY, {"policy": '{"Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}}'})),
            Case("grants in the component's inputs", Given(FUNCTION, {"statements": [{"sid": "A", "actions": ["lambda:AddPermission"], "resources": ["*"]}]}),
                 finds=("statements statement A Action=lambda:AddPermission",)),
            NOT_KNOWN,
        ),
    ),
    Rule(
        id="iam-passes-named-roles-only",
        title="A role that may be passed is named, and so is the service that gets it.",
        why="Whoever may pass any role to a service acts with the strongest of them. That is the shortest way from a function to the account.",
        fix="name the role's ARN, and the service in a condition on iam:PassedToService",
        severity=Severity.CRITICAL,
        reads=reads(Kind.GRANT),
        check=passes_named_roles,
        sources=("checkov CKV_AWS_286", "prowler iam_policy_allows_privilege_escalation", "IAM guide, granting a user permissions to pass a role to a service"),
        cases=(
            Case("one role to one service", _grant("iam:PassRole", resource=ROLE_ARN, condition=TO_SCHEDULER)),
            Case("any role", _grant("iam:PassRole", condition=TO_SCHEDULER), finds=("Resource=*: lets it hand any role",)),
            Case("roles that begin alike", _grant("iam:PassRole", resource=ROLE_ARN[:-9] + "*", condition=TO_SCHEDULER), finds=("lets it hand any role",)),
            Case("to any service", _grant("iam:PassRole", resource=ROLE_ARN), finds=("Condition=not set: does not say to which service",)),
            Case("a condition that only seems to narrow", _grant("iam:PassRole", resource=ROLE_ARN, condition={"StringEqualsIfExists": TO_SCHEDULER["StringEquals"]}),
                 finds=("does not say to which service",)),
            Case("to whatever matches", _grant("iam:PassRole", resource=ROLE_ARN, condition={"StringLike": {"iam:PassedToService": "*.amazonaws.com"}}),
                 finds=("does not say to which service",)),
            Case("everything of IAM, on any role", _grant("iam:*"), finds=("Resource=*", "Condition=not set")),
            Case("no passing", _grant("dynamodb:GetItem")),
            NOT_KNOWN,
        ),
    ),
    Rule(
        id="iam-uses-keys-through-services",
        title="A role uses a key through the service that holds the data, not by itself.",
        why="A key protects all data of a workload. With a condition on the service, or on what was encrypted, a role that may read one bucket cannot "
        "decrypt a table, and a stolen copy of encrypted data stays what it is.",
        fix="add a condition on kms:ViaService or on the encryption context, as the components do",
        severity=Severity.MEDIUM,
        reads=reads(Kind.GRANT),
        check=keys_through_services,
        sources=("Security Hub KMS.1, KMS.2", "KMS guide, kms:ViaService"),
        cases=(
            Case("through S3", _grant("kms:Decrypt", resource=KEY_ARN, condition=VIA)),
            Case("with a context", _grant("kms:GenerateDataKey", resource=KEY_ARN, condition={"StringEquals": {"kms:EncryptionContext:SourceArn": "a"}})),
            Case("by itself", _grant("kms:Decrypt", resource=KEY_ARN), finds=("Condition=not set: lets it decrypt whatever lies under the key",)),
            Case("a condition that only seems to narrow", _grant("kms:Decrypt", resource=KEY_ARN, condition={"StringEqualsIfExists": VIA["StringEquals"]}),
                 finds=("kms:viaservice=s3.eu-west-1.amazonaws.com: lets it decrypt",)),
            Case("a condition on something else", _grant("kms:Encrypt", condition={"Bool": {"aws:SecureTransport": "true"}}), finds=("lets it decrypt",)),
            Case("a wildcard that holds it", _grant("kms:De*"), finds=("lets it decrypt",)),
            Case("looking at the key", _grant("kms:DescribeKey")),
            Case("grants in the component's inputs", Given(FUNCTION, {"keyStatements": [{"sid": "Key", "actions": ["kms:Decrypt"], "condition": VIA}]})),
            Case("one of them without the condition", Given(FUNCTION, {"keyStatements": [{"sid": "Key", "actions": ["kms:Decrypt"], "condition": {}}]}),
                 finds=("keyStatements statement Key Condition=not set",)),
            Case("inputs that are not known yet", Given(FUNCTION, {"keyStatements": UNKNOWN}), waits=("keyStatements",)),
            NOT_KNOWN,
        ),
    ),
    Rule(
        id="iam-metrics-name-their-namespace",
        title="A role that may write metrics is held to a namespace.",
        why="Metrics have no ARN. Without the condition, a function can write into any other's metrics and keep its alarms quiet.",
        fix="log the metric (embedded metric format), or add a condition on cloudwatch:namespace",
        severity=Severity.LOW,
        reads=reads(Kind.GRANT),
        check=metrics_have_namespace,
        sources=("CloudWatch guide, using condition keys to limit access to CloudWatch namespaces",),
        cases=(
            Case("its own namespace", _grant("cloudwatch:PutMetricData", condition={"StringEquals": {"cloudwatch:namespace": "orders"}})),
            Case("no condition", _grant("cloudwatch:PutMetricData"), finds=("Condition=not set: lets it write metrics of every namespace",)),
            Case("any namespace", _grant("cloudwatch:Put*", condition={"StringLike": {"cloudwatch:namespace": "*"}}), finds=("cloudwatch:namespace=*",)),
            Case("reading metrics", _grant("cloudwatch:GetMetricData")),
            NOT_KNOWN,
        ),
    ),
)  # fmt: skip
