"""Tags: every resource says who answers for it."""

import json
from collections.abc import Iterator

from guardrails.limits import OWNER_TAG
from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity
from guardrails.values import Unknown

TAGGED = (
    "aws:apigatewayv2/api:Api", "aws:apigatewayv2/stage:Stage", "aws:budgets/budget:Budget",
    "aws:cloudwatch/logGroup:LogGroup", "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm", "aws:cognito/userPool:UserPool",
    "aws:dynamodb/table:Table", "aws:iam/policy:Policy", "aws:iam/role:Role", "aws:kms/key:Key",
    "aws:lambda/eventSourceMapping:EventSourceMapping", "aws:lambda/function:Function", "aws:s3/bucket:Bucket",
    "aws:sns/topic:Topic", "aws:sqs/queue:Queue", "aws:xray/group:Group",
)  # fmt: skip
"""Types that take tags, of those that the platform makes (a test compares the list with pulumi_aws)."""


def resource_has_owner(resource: Resource, _: Memory) -> Iterator[Outcome]:
    owner = resource.tag(OWNER_TAG)
    if isinstance(owner, Unknown):
        yield NotKnown(owner.path)
    elif not str(owner or "").strip():
        yield Finding(f"tags.{OWNER_TAG}", owner or None, "nobody answers for it: not on call, not for its cost")


TABLE = "aws:dynamodb/table:Table"

RULES = (
    Rule(
        id="resource-has-owner",
        title="Every resource that takes tags names its owner.",
        why="On-call, cost reports and clean-up start with the question whose it is. A tag answers it inside AWS, without us.",
        fix=f"make it through the platform's components, or set the tag '{OWNER_TAG}' to the team (the provider's default tags count)",
        severity=Severity.MEDIUM,
        reads=dict.fromkeys(TAGGED, ("tags",)),
        check=resource_has_owner,
        sources=("AWS Config REQUIRED_TAGS", "AWS Well-Architected OPS03-BP01 and COST03-BP02"),
        cases=(
            Case("tag of its own", Given(TABLE, {"tags": {"owner": "commerce"}})),
            Case("default tag of the provider", Given(TABLE, {}, provider={"defaultTags": {"tags": {"owner": "platform"}}})),
            Case("default tag, as providers get it, as text",
                 Given(TABLE, {"tags": {"workload": "a"}}, provider={"defaultTags": json.dumps({"tags": {"owner": "platform"}})})),
            Case("no tag", Given(TABLE, {"name": "t"}), finds=("tags.owner=not set: nobody answers for it",)),
            Case("other tags only", Given(TABLE, {"tags": {"workload": "orders"}}),
                 finds=("Table 'subject' of workload 'orders': tags.owner=not set",)),
            Case("empty", Given(TABLE, {"tags": {"owner": " "}}), finds=("tags.owner",)),
            Case("emptied over the default", Given(TABLE, {"tags": {"owner": ""}}, provider={"defaultTags": {"tags": {"owner": "a"}}}),
                 finds=("tags.owner=not set",)),
            Case("tags not known yet", Given(TABLE, {"tags": UNKNOWN}), waits=("tags.owner",)),
            Case("owner not known yet", Given(TABLE, {"tags": {"owner": UNKNOWN}}), waits=("tags.owner",)),
        ),
    ),
)  # fmt: skip
