"""Policy documents: where they are, what patterns reach, and which conditions say who may call."""

import json
import re
from pathlib import Path

import pulumi_aws
import pytest
from guardrails.catalogue import RULES
from guardrails.documents.admission import everybody
from guardrails.documents.places import PLACES, Kind, documents
from guardrails.documents.reach import ACCOUNTS, EVERY, WORKLOADS, beyond, broad
from guardrails.documents.wildcards import matches, overlap, twins
from guardrails.judge import SOUND, Judge
from guardrails.resource import Resource
from guardrails.values import Undecided, Values
from guardrails.waivers import Waivers

QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"


def open_to_everybody(condition: dict) -> bool:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}
    (document,) = documents(QUEUE_POLICY, Values({"policy": json.dumps({"Statement": statement})}))
    return everybody(document, document.statements[0])


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "StringEqualsIgnoreCase", "ForAnyValue:StringEquals"])
def test_a_condition_on_who_calls_narrows(operator: str) -> None:
    assert not open_to_everybody({operator: {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})


@pytest.mark.parametrize("operator", [
    # A request that does not carry the key meets these: IAM reference, "...IfExists", "Multivalued context keys".
    "StringEqualsIfExists", "StringLikeIfExists", "ArnLikeIfExists", "ForAllValues:StringEquals", "ForAllValues:StringLike",
    "StringNotEquals", "ArnNotLike",
])  # fmt: skip
def test_one_that_a_stranger_meets_as_well_does_not(operator: str) -> None:
    assert open_to_everybody({operator: {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})


@pytest.mark.parametrize("value", ["*", "?*", "arn:*", "arn:aws:*", "arn:*:*:*:*:*", "arn:aws:iam::*:role/deploy", "*role/deploy", ["arn:aws:iam::000000000000:role/a", "*"]])
def test_one_that_everybody_matches_does_not(value: object) -> None:
    assert open_to_everybody({"StringLike": {"aws:PrincipalArn": value}})


@pytest.mark.parametrize("condition", [
    {"Bool": {"aws:SecureTransport": "true"}}, {"Null": {"aws:SourceArn": "true"}}, {"NumericLessThan": {"s3:signatureAge": 600}},
    {"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}}, {"Bool": {"aws:PrincipalIsAWSService": "true"}},
    {"StringEquals": {"aws:PrincipalTag/team": "ours"}}, {},
])  # fmt: skip
def test_one_on_how_somebody_calls_does_not(condition: dict) -> None:
    assert open_to_everybody(condition)


@pytest.mark.parametrize("condition", [
    {"Null": {"aws:SourceArn": "false"}, "StringEquals": {"aws:SourceAccount": "000000000000"}}, {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}},
    {"Bool": {"aws:SecureTransport": "true"}, "ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:000000000000:t"}},
])  # fmt: skip
def test_all_conditions_count_together(condition: dict) -> None:
    assert not open_to_everybody(condition)


ARN = "arn:aws:{}:eu-west-1:000000000000:{}"


@pytest.mark.parametrize(("pattern", "reached"), [
    ("*", EVERY), ("arn:aws:s3:::*", EVERY), ("arn:aws:s3:::*/*", EVERY), ("arn:aws:s3:::prod-*", WORKLOADS), ("arn:aws:s3:::prod-orders-*/*", ""),
    (ARN.format("dynamodb", "table/*"), EVERY), (ARN.format("dynamodb", "t*"), EVERY), (ARN.format("dynamodb", "table/prod-*"), WORKLOADS),
    (ARN.format("dynamodb", "table/prod-*-orders"), WORKLOADS), (ARN.format("dynamodb", "table/prod-orders/index/*"), ""),
    (ARN.format("logs", "log-group:/aws/lambda/prod-*"), WORKLOADS), (ARN.format("logs", "log-group:/aws/lambda/prod-orders-api:*"), ""),
    (ARN.format("secretsmanager", "secret:prod-orders.secret-??????"), ""), (ARN.format("ssm", "parameter/prod/*"), EVERY),
    (ARN.format("ssm", "parameter/prod/orders/*"), ""), (ARN.format("sqs", "*"), EVERY), (ARN.format("lambda", "function:prod-orders-api:*"), ""),
    ("arn:aws:sqs:eu-west-1:*:prod-orders", ACCOUNTS), ("arn:aws:sqs:eu-west-1:??????????98:prod-orders", ACCOUNTS), ("arn:aws:*", EVERY),
])  # fmt: skip
def test_a_pattern_is_what_it_reaches(pattern: str, reached: str) -> None:
    assert beyond(pattern, "prod") == reached


@pytest.mark.parametrize(("pattern", "is_broad"), [
    ("*", True), ("sqs:*", True), ("SQS:?*", True), ("s*:SendMessage", True), ("sqs:*Message", True), ("sqs:Delete*", True), ("s3:?u*", True),
    ("s3:Get*", False), ("sqs:SendMessage*", False), ("kms:GenerateDataKey*", False), ("sqs:SendMessage", False),
])  # fmt: skip
def test_an_action_is_broad_by_what_it_matches(pattern: str, is_broad: bool) -> None:
    assert bool(broad(pattern)) is is_broad


def test_wildcards_are_those_of_iam() -> None:
    assert matches("a[bc]*", "a[bc]d") and not matches("a[bc]*", "abd") and matches("a?c", "abc") and not matches("a?c", "ac")
    assert overlap("lambda:update*", "lambda:*code") and overlap("iam:passrole", "iam:*") and not overlap("lambda:invoke*", "lambda:update*")
    assert twins("arn:aws:sns:eu-west-1:*:topic*", "1") == ("arn:aws:sns:eu-west-1:1:topicx", "arn:aws:sns:eu-west-1:1:topic*")
    assert twins("arn:aws:s3:::bucket", "1") == ("arn:aws:s3:::bucket",)  # the name of a bucket carries no account


def test_a_document_may_be_a_mapping_and_partly_unknown() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": [111111111111.0]}, "Action": "sqs:SendMessage", "Resource": "*"}
    (document,) = documents(QUEUE_POLICY, Values({"policy": {"Statement": [statement]}}))
    assert [str(each) for each in document.statements[0].principals] == ["111111111111"]  # a number arrives as a float
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    (document,) = documents(QUEUE_POLICY, Values({"policy": {"Statement": [statement | {"Resource": unknown}]}}))
    assert document.unknown == "policy.Statement.0.Resource" and document.statements == ()
    with pytest.raises(Undecided):
        Values({"a": unknown}).plain()


NONSENSE = [
    None, 5, "", "x", [], {}, {"Statement": None}, {"Statement": "x"}, {"Statement": [["x"]]}, {"Statement": []}, {"Statement": {}},
    *({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"} | {element: value}}
      for element in ("Effect", "Principal", "Action", "Resource", "Condition", "Sid", "NotPrincipal", "NotAction")
      for value in (None, 5, "", [], [None], {}, {"a": None}, {"a": {"b": None}}, {"a": {"b": {"c": []}}}, [[]], True)),
]  # fmt: skip


@pytest.mark.parametrize("type_", [QUEUE_POLICY, "aws:iam/rolePolicy:RolePolicy", "aws:kms/key:Key", "aws:s3/bucketPolicy:BucketPolicy"])
def test_no_nonsense_makes_a_rule_crash_and_none_is_a_sound_document(type_: str) -> None:
    for document in NONSENSE:
        for policy in (json.dumps(document), document):
            told = Judge(RULES, Waivers()).resource(Resource(type_, "r", f"urn:pulumi:s::p::{type_}::r", Values({"policy": policy})))
            assert [each for each in told if each.policy == SOUND] == [], policy
            assert told or policy is None, policy


def test_a_resource_may_hold_several() -> None:
    trust, grants = json.dumps({"Statement": []}), [{"name": "a", "policy": json.dumps({"Statement": []})}, {"name": "b", "policy": "{"}]
    found = documents("aws:iam/role:Role", Values({"assumeRolePolicy": trust, "inlinePolicies": grants}))
    assert [(each.path, each.kind, bool(each.error)) for each in found] == [
        ("assumeRolePolicy", Kind.TRUST, False), ("inlinePolicies.0.policy", Kind.GRANT, False), ("inlinePolicies.1.policy", Kind.GRANT, True),
    ]  # fmt: skip


MODULES = (
    "apigateway", "apigatewayv2", "appsync", "backup", "cloudwatch", "cognito", "dynamodb", "ecr", "efs", "glue", "iam", "kinesis", "kms", "lambda_",
    "opensearch", "s3", "s3control", "scheduler", "schemas", "secretsmanager", "sfn", "sns", "sqs", "ssm", "xray",
)  # fmt: skip
"""Of pulumi_aws: services that a serverless program uses."""

OTHERWISE = re.compile(
    r"(redrive|retry|delivery|archive|replay|filter|lifecycle|backup|password|sign_in|security|recrawl|schema_change|replacement|update)_(allow_)?polic(y|ies)"
    r"|filter_policy_scope|.*policy_(arns?|names?|id|type|scope|version|revision_id)|.*_polic(y|ies)_in_ms|(has|block|force|delay|bypass|restrict).*"
    r"|managed_policy_arns|policies|access_control_policy|.*(error|index|metadata)_document|document_.*|.*_document_(format|type|version)|documentation.*|policy_text|document_db.*"
)  # fmt: skip
"""Properties that are called a policy or a document and are none of IAM's."""

ELSEWHERE = {
    "aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy", "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy", "aws:s3control/bucketPolicy:BucketPolicy",
    "aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy", "aws:sns/dataProtectionPolicy:DataProtectionPolicy",
    "aws:cloudwatch/logAccountPolicy:LogAccountPolicy", "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy", "aws:cloudwatch/logIndexPolicy:LogIndexPolicy",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy", "aws:lambda/layerVersionPermission:LayerVersionPermission", "aws:s3/bucketV2:BucketV2",
    "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy", "aws:opensearch/serverlessLifecyclePolicy:ServerlessLifecyclePolicy",
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
}  # fmt: skip
"""Types whose policy is of another language (masking, indexing, OpenSearch Serverless), is an output, has another name in the table, or is of a
service that the list of types does not allow (S3 on Outposts, S3 Files, S3 Vectors, access grants)."""


def test_the_table_holds_every_document_of_the_provider() -> None:
    folder = Path(pulumi_aws.__file__).parent
    found = set()
    for source in (path for module in MODULES for path in (folder / module).glob("*.py")):
        text = source.read_text()
        token = re.search(r"super\([^)]*\)\.__init__\(\s*'(aws:[^']+)'", text)
        if token:
            names = set(re.findall(r'def (\w*(?:polic|document)\w*)\(self\)', text))
            found |= {(token[1], name) for name in names if not OTHERWISE.fullmatch(name) and token[1] not in ELSEWHERE}
    held = {(type_, re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), place.path.split(".")[0])) for type_, places in PLACES.items() for place in places}
    assert found == held
