"""Policies of queues, topics and buckets: nobody reaches them without TLS."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from guardrails.documents.model import Statement
from guardrails.documents.places import Document, Kind, reads
from guardrails.documents.strangers import ANYTHING, Values, meets
from guardrails.documents.walk import readable
from guardrails.documents.wildcards import matches
from guardrails.memory import Memory
from guardrails.resource import Resource, Stack
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Scope, Severity
from guardrails.rules.policy_writers import BUCKET, BUCKET_POLICY, QUEUE, QUEUE_POLICY, TOPIC, TOPIC_POLICY, is_written

PLAIN_ACTIONS = {
    "s3": ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"),
    "sqs": ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"),
    "sns": ("sns:Publish",),
}  # fmt: skip
"""Service -> what would carry data over plain HTTP. SNS lets nobody subscribe in a policy's Deny but for the owner, so publishing counts."""
def refuses_plain_http(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for document in readable(resource, Kind.RESOURCE):
        if isinstance(document, NotKnown):
            yield document
        elif document.service in PLAIN_ACTIONS:
            left = sorted(
                action for action in PLAIN_ACTIONS[document.service]
                if not any(_refuses(statement, action, document) for statement in document.statements)
            )  # fmt: skip
            if left:
                yield Finding(f"{document.path} Deny", None, f"no statement denies everybody {', '.join(left)} without TLS")


def _refuses(statement: Statement, action: str, document: Document) -> bool:
    everybody = statement.everybody() and not statement.not_principals
    return not statement.allows and everybody and statement.touches(action) and _all_of_it(statement, document) and meets(statement.conditions, _plainly, chosen=False)


def _all_of_it(statement: Statement, document: Document) -> bool:
    """Whether the statement is about the whole resource: of a bucket, itself and every object in it."""
    if statement.not_resources:
        return False
    if document.service != "s3":
        return bool(statement.resources)
    named = {arn.split("/", 1)[0] for each in document.statements for arn in each.resources if arn != "*"} or {"arn:aws:s3:::stranger"}
    return all(any(matches(pattern, arn) for pattern in statement.resources) for bucket in named for arn in (bucket, f"{bucket}/stranger"))


def _plainly(key: str, _: str) -> Values:
    """A request without TLS, of which nothing else is sure."""
    return ("false",) if key == "aws:securetransport" else ANYTHING


def has_a_policy(resource: Resource, stack: Stack) -> Iterator[Outcome]:
    given = stack.given.get(resource.urn)
    has_own = resource.get("policy") is not None if given is None else "policy" in given
    if not has_own and not is_written(resource, stack):
        yield Finding("policy", None, "it has no policy in this program, so nothing refuses a call without TLS")


def policy_text(*statements: Mapping[str, Any], **more: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)} | more)


ARN = "arn:aws:sqs:eu-west-1:000000000000:q"
ROOT = "arn:aws:iam::000000000000:root"
TLS: dict[str, Any] = {"Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": ARN, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
SENDS: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sqs:SendMessage", "Resource": ARN}
BUCKET_TLS: dict[str, Any] = TLS | {"Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}
def queue(*statements: Mapping[str, Any], **more: object) -> Given:
    return Given(QUEUE_POLICY, {"queueUrl": "q", "policy": policy_text(*statements, **more)})


def bucket(*statements: Mapping[str, Any]) -> Given:
    return Given(BUCKET_POLICY, {"bucket": "b", "policy": policy_text(*statements)})


OURS = Given(QUEUE, {"name": "q", "url": "https://sqs/q"})
REFERS = {"queueUrl": "subject"}

RULES = (
    Rule(
        id="policy-refuses-plain-http",
        title="Queues, topics and buckets refuse every call without TLS.",
        why="AWS still answers plain HTTP for these. What is sent so can be read and changed on its way.",
        fix="add a Deny for everybody, for all actions, if aws:SecureTransport is false, as the components do (for a bucket on its objects as well)",
        severity=Severity.MEDIUM,
        reads=reads(Kind.RESOURCE, with_inputs=False, services=("s3", "sqs", "sns")),
        check=refuses_plain_http,
        joins=(BUCKET, QUEUE, TOPIC),
        check_stack=has_a_policy,
        sources=("Security Hub S3.5", "cdk-nag AwsSolutions-S10, AwsSolutions-SQS4, AwsSolutions-SNS3"),
        cases=(
            Case("a queue", queue(SENDS, TLS)),
            Case("a bucket", bucket(BUCKET_TLS)),
            Case("a topic", Given(TOPIC_POLICY, {"policy": policy_text(TLS | {"Action": "sns:Publish"})})),
            Case("a condition with IfExists", queue(TLS | {"Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}}})),
            Case("nothing denied", queue(SENDS), finds=("policy Deny=not set: no statement denies everybody sqs:DeleteMessage, sqs:ReceiveMessage, sqs:SendMessage",)),
            Case("only sending", queue(TLS | {"Action": "sqs:SendMessage"}), finds=("sqs:DeleteMessage, sqs:ReceiveMessage without TLS",)),
            Case("only somebody", queue(TLS | {"Principal": {"AWS": ROOT}}), finds=("no statement denies everybody",)),
            Case("the other way round", queue(TLS | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}), finds=("no statement denies everybody",)),
            Case("only under one more condition", queue(TLS | {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalTag/a": "b"}}}),
                 finds=("no statement denies everybody",)),
            Case("the bucket without its objects", bucket(BUCKET_TLS | {"Resource": "arn:aws:s3:::b"}), finds=("no statement denies everybody",)),
            Case("objects without the bucket", bucket(BUCKET_TLS | {"Resource": "arn:aws:s3:::b/*"}), finds=("no statement denies everybody",)),
            Case("inside the queue", Given("aws:sqs/queue:Queue", {"policy": policy_text(SENDS)}), finds=("no statement denies",)),
            Case("a queue without a policy", Given("aws:sqs/queue:Queue", {"name": "q"})),
            Case("a policy that is not known yet", Given(QUEUE_POLICY, {"policy": UNKNOWN}), waits=("policy",)),
            Case("policy by reference", OURS, given=(Given(QUEUE_POLICY, {"queueUrl": UNKNOWN}, "other", REFERS),), scope=Scope.STACK),
            Case("policy by name", OURS, given=(Given(QUEUE_POLICY, {"queueUrl": "https://sqs/q"}, "other"),), scope=Scope.STACK),
            Case("policy of another queue", OURS, given=(Given(QUEUE_POLICY, {"queueUrl": "https://sqs/p"}, "other"),), scope=Scope.STACK, finds=("policy=not set: it has no policy",)),
            Case("its own policy", Given(QUEUE, {"policy": UNKNOWN}), scope=Scope.STACK),
            Case("no policy at all", Given(BUCKET, {"bucket": "b"}), scope=Scope.STACK, finds=("policy=not set: it has no policy in this program",)),
            Case("a policy of which the queue is not known yet", OURS, given=(Given(QUEUE_POLICY, {"queueUrl": UNKNOWN}, "other"),), scope=Scope.STACK, waits=("queueUrl",)),
        ),
    ),
)  # fmt: skip
