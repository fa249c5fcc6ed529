"""The platform's own numbers keep the limits that it holds others to; documents are what reviewers expect."""

import json
import re
from datetime import date
from itertools import pairwise
from typing import get_args

from platform_contract.kinds.queue import limits as sqs
from platform_contract.platform import apigateway, boundary, data_class, dead_letters, environment, iam, kms, lambda_, logs, tags
from platform_contract.registry import KINDS, VERBS, is_reserved, variable


def test_defaults_are_within_their_limits():
    assert lambda_.DEFAULT_TIMEOUT_SECONDS < apigateway.MAXIMUM_FUNCTION_TIMEOUT_SECONDS <= lambda_.MAXIMUM_TIMEOUT_SECONDS
    assert lambda_.MINIMUM_MEMORY_MB <= lambda_.DEFAULT_MEMORY_MB <= lambda_.MAXIMUM_MEMORY_MB
    assert sqs.MAX_RECEIVE_COUNT_LEAST <= sqs.MAX_RECEIVE_COUNT_DEFAULT <= sqs.MAX_RECEIVE_COUNT_MOST
    assert sqs.DEFAULT_RETENTION_DAYS <= sqs.MAXIMUM_RETENTION_DAYS < dead_letters.DEAD_LETTER_RETENTION_DAYS
    assert 60 <= dead_letters.KEY_REUSE_SECONDS <= 86_400
    assert 7 <= kms.DELETION_WINDOW_DAYS <= kms.DELETION_WINDOW_DAYS_PROTECTED <= 30
    assert (
        sqs.visibility_timeout_seconds(lambda_.MAXIMUM_TIMEOUT_SECONDS, lambda_.MAXIMUM_BATCHING_WINDOW_SECONDS)
        <= sqs.MAXIMUM_VISIBILITY_SECONDS
    )


def test_timings_cohere():
    assert sqs.visibility_timeout_seconds(30, 1) == 181
    assert apigateway.integration_timeout_ms(10) == 11_000
    assert apigateway.integration_timeout_ms(30) == 30_000


def test_the_default_runtime_is_maintained_for_a_year():
    assert (lambda_.RUNTIMES[lambda_.DEFAULT_RUNTIME] - date.today()).days > 365


def test_retention_is_always_one_that_cloudwatch_takes():
    for name, rules in data_class.CLASSES.items():
        assert rules.least_log_days <= rules.most_log_days
        for wanted in logs.RETENTION_DAYS:
            assert logs.retention_days(name, wanted) in logs.RETENTION_DAYS
    assert logs.retention_days("restricted", 14) == 90
    assert logs.retention_days("internal", 14) == 14
    assert logs.retention_days("public", 3653) == 731


def test_a_more_secret_class_never_decides_less():
    order = [data_class.CLASSES[name] for name in get_args(data_class.DataClass)]
    assert list(data_class.CLASSES) == list(get_args(data_class.DataClass))
    for less, more in pairwise(order):
        assert list(data_class.KEY_USERS).index(less.key_users) <= list(data_class.KEY_USERS).index(more.key_users)
        assert list(data_class.REDACTS).index(less.redacts) <= list(data_class.REDACTS).index(more.redacts)
        assert set(less.masked_identifiers) <= set(more.masked_identifiers)
        assert less.least_log_days <= more.least_log_days


def test_data_protection_policies_are_as_cloudwatch_takes_them():
    for name, rules in data_class.CLASSES.items():
        document = data_class.protection_document(name, "aws-cn")
        assert (document is None) == (not rules.masked_identifiers)
        if document:
            find, mask = document["Statement"]
            assert find["DataIdentifier"] == mask["DataIdentifier"] == sorted(set(find["DataIdentifier"]), key=find["DataIdentifier"].index)
            assert find["DataIdentifier"][0] == "arn:aws-cn:dataprotection::aws:data-identifier/EmailAddress"
            assert (find["Operation"], mask["Operation"]) == ({"Audit": {"FindingsDestination": {}}}, {"Deidentify": {"MaskConfig": {}}})
            assert len(json.dumps(document)) <= data_class.PROTECTION_CHARACTERS


def test_no_verb_has_a_wildcard_and_every_action_is_of_its_service():
    for kind, verbs in VERBS.items():
        service = KINDS[kind].service
        for verb in verbs.values():
            for permission in verb.permissions:
                assert all(re.fullmatch(rf"{service}:[A-Za-z]+", action) for action in permission.actions)
            assert all(re.fullmatch(r"kms:[A-Za-z]+", action) for action in verb.key_actions)
    assert set(iam.TRACE_ACTIONS) <= iam.WITHOUT_RESOURCE_LEVEL


def test_verbs_are_these_and_no_more():
    actions = {
        f"{kind} {name}": sorted(action.partition(":")[2] for each in verb.permissions for action in each.actions)
        for kind, verbs in VERBS.items()
        for name, verb in verbs.items()
    }
    assert actions == {
        "table read": ["BatchGetItem", "ConditionCheckItem", "GetItem", "Query"],
        "table write": ["BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem"],
        "table get": ["GetItem"],
        "table batch-get": ["BatchGetItem"],
        "table query": ["Query"],
        "table check": ["ConditionCheckItem"],
        "table put": ["PutItem"],
        "table update": ["UpdateItem"],
        "table delete": ["DeleteItem"],
        "table batch-write": ["BatchWriteItem"],
        "queue send": ["SendMessage"],
        "queue consume": ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage"],
        "bucket read": ["GetObject", "ListBucket"],
        "bucket write": ["AbortMultipartUpload", "PutObject"],
        "bucket delete": ["DeleteObject"],
        "bucket get": ["GetObject"],
        "bucket put": ["PutObject"],
        "table follow": ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"],
        "topic publish": ["Publish"],
        "socket send": ["ManageConnections"],
        "workflow start": ["StartExecution"],
        "workflow run": ["StartSyncExecution"],
        "workflow answer": ["SendTaskSuccess"],
        "secret read": ["GetSecretValue"],
        "parameter read": ["GetParameter"],
        "bus publish": ["PutEvents"],
        "stream put": ["PutRecords"],
        "stream consume": ["DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"],
    }
    objects = {each.arn_suffixes for verb in ("write", "delete", "put") for each in VERBS["bucket"][verb].permissions}
    assert objects == {("/*",)}  # on objects, never on the bucket itself


def test_reading_allows_no_change():
    changing = re.compile(r":(Put|Update|Delete|Batch(?!Get)|Create|Send|Abort)")
    for kind in ("table", "bucket"):
        actions = [action for permission in VERBS[kind]["read"].permissions for action in permission.actions]
        assert not [action for action in actions if changing.search(action)]


def test_the_boundary_covers_every_verb_and_nothing_that_deploys():
    document = boundary.boundary_document("123456789012", "eu-west-1", "dev")
    statements = {each["Sid"]: each for each in document["Statement"]}
    denied = statements["Never"]["Action"]
    for verbs in VERBS.values():
        for verb in verbs.values():
            wanted = [*(action for each in verb.permissions for action in each.actions), *verb.key_actions]
            assert [action for action in wanted if not allowed(action, statements)] == []
            assert [action for action in wanted if matches(action, denied)] == []
    for action in (*iam.LOG_ACTIONS, *iam.TRACE_ACTIONS):
        assert allowed(action, statements) and not matches(action, denied)
    for action in ("iam:PassRole", "sts:AssumeRole", "organizations:LeaveOrganization", "lambda:UpdateFunctionCode", "kms:PutKeyPolicy",
                   "s3:PutBucketPolicy", "sqs:SetQueueAttributes", "logs:DeleteLogGroup"):  # fmt: skip
        assert matches(action, denied), action


def test_the_boundary_ends_at_account_region_and_environment():
    document = boundary.boundary_document("123456789012", "eu-west-1", "dev")
    resources = {each["Sid"]: each["Resource"] for each in document["Statement"] if each["Effect"] == "Allow"}
    assert resources["Tables"] == "arn:aws:dynamodb:eu-west-1:123456789012:table/dev-*"
    assert resources["Queues"] == "arn:aws:sqs:eu-west-1:123456789012:dev-*"
    assert all("dev-*-123456789012-eu-west-1" in bucket for bucket in resources["Buckets"])
    assert [sid for sid, resource in resources.items() if resource == "*"] == ["Answers", "LogDeliveries", "Measures", "Traces"]
    assert len(str(document)) < 6144  # IAM: characters of a managed policy


def matches(action: str, patterns: list[str]) -> bool:
    return any(re.fullmatch(pattern.replace("*", ".*"), action) for pattern in patterns)


def allowed(action: str, statements: dict) -> bool:
    actions = [each["Action"] for each in statements.values() if each["Effect"] == "Allow"]
    return any(matches(action, [each] if isinstance(each, str) else each) for each in actions)


def test_key_policies_name_services_and_the_account_never_roles():
    document = kms.key_policy(kms.ALARM_TOPIC_SERVICES, partition="aws", account_id="123456789012", region="eu-west-1")
    account, *services = document["Statement"]
    assert account["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert [each["Principal"] for each in services] == [
        {"Service": "cloudwatch.amazonaws.com"},
        {"Service": "budgets.amazonaws.com"},
        {"Service": "costalerts.amazonaws.com"},
    ]
    assert all(each["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}} for each in services)
    assert all({"kms:Decrypt", "kms:GenerateDataKey*"} <= set(each["Action"]) for each in services)


def test_eventbridge_is_admitted_without_a_condition_that_it_never_meets():
    """SNS guide: aws:SourceAccount in the policy of a key is not supported for EventBridge and encrypted topics."""
    document = kms.key_policy(("events",), partition="aws", account_id="123456789012", region="eu-west-1")
    assert document["Statement"][1] == {
        "Sid": "ServiceEvents", "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*",
    }  # fmt: skip


def test_the_key_of_a_workload_encrypts_its_own_logs_only():
    document = kms.key_policy(
        ("logs",), partition="aws", account_id="123456789012", region="eu-west-1", log_groups="/aws/*/dev-orders-*"
    )
    assert document["Statement"][1]["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/*/dev-orders-*"}
    }


def test_variables():
    assert variable("queue", "paid-orders") == "QUEUE_PAID_ORDERS"
    assert all(is_reserved(name) for name in (*environment.ALWAYS, "AWS_REGION", "_HANDLER", "BUCKET_X", "PATH"))
    assert not is_reserved("PAGE_SIZE")


def test_required_tags():
    made = tags.required_tags(owner="commerce", workload="orders", environment="dev", cost_centre="CC-1", data_class="internal")
    assert made == {
        "owner": "commerce", "workload": "orders", "environment": "dev", "cost_centre": "CC-1", "data_class": "internal",
        "managed_by": "serverless-platform",
    }  # fmt: skip
