"""Functions that follow a table's changes or a stream, as they are sent to the engine: bounds, failure path, access and encryption.

The embedded cloud keeps the mapping's bounds to itself: it halves no batch, counts no attempts, waits for no window, and goes on behind a
record that is reported as failed. What it does in their place is in tests/end_to_end/test_change_capture.py and test_stream_pipeline.py.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi_aws import dynamodb

from platform_contract.kinds.stream import limits as kinesis
from tests.program.breaking import Change, assert_noticed, only, with_, without
from tests.program.graph import Graph, Node

LONGEST_RETRIES = 100
"""More than that is no bound: with one second between two, and each batch halved, a bad record would hold its shard for hours."""

READ = {
    "dynamodb": ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
    "kinesis": ("kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
                "kinesis:ListShards"),
}  # fmt: skip
"""What Lambda reads a source with, in the function's role. Source: Lambda guide, permissions of event source mappings."""


def ordered(graph: Graph) -> list[tuple[Node, Node, str]]:
    """(mapping, source, service) of every ordered source."""
    sources = {table.outputs.get("streamArn"): table for table in graph.all("dynamodb/table")}
    sources |= {stream.outputs["arn"]: stream for stream in graph.all("kinesis/stream")}
    return [
        (mapping, sources[mapping.inputs["eventSourceArn"]], mapping.inputs["eventSourceArn"].split(":")[2])
        for mapping in graph.all("lambda/eventSourceMapping")
        if mapping.inputs["eventSourceArn"].split(":")[2] in READ
    ]


def bounds(graph: Graph) -> Iterator[str]:
    """A record that can never succeed leaves its shard after a while, and nothing else is lost with it."""
    for mapping, source, service in ordered(graph):
        inputs = mapping.inputs
        if not inputs.get("bisectBatchOnFunctionError"):
            yield f"{mapping.urn}: one bad record takes its whole batch with it"
        if not 0 <= inputs.get("maximumRetryAttempts", -1) <= LONGEST_RETRIES:
            yield f"{mapping.urn}: tries without a bound"
        kept = kinesis.TABLE_RETENTION_HOURS if service == "dynamodb" else source.inputs["retentionPeriod"]
        if not 60 <= inputs.get("maximumRecordAgeInSeconds", -1) <= kept * 3600:
            yield f"{mapping.urn}: a record is gone from its source before it is given up"
        if inputs.get("functionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{mapping.urn}: a record that is reported as failed counts as done"
        if inputs.get("startingPosition") != "TRIM_HORIZON":
            yield f"{mapping.urn}: loses what came while it was made"


def failure_path(graph: Graph) -> Iterator[str]:
    """What is given up ends in an encrypted queue that is watched, and the function's role may put it there."""
    queues = {queue.outputs["arn"]: queue for queue in graph.all("sqs/queue")}
    for mapping, _, _ in ordered(graph):
        target = ((mapping.inputs.get("destinationConfig") or {}).get("onFailure") or {}).get("destinationArn")
        queue = queues.get(target)
        if queue is None:
            yield f"{mapping.urn}: what it gives up is lost"
            continue
        function = _function_of(graph, mapping)
        if queue.inputs.get("kmsMasterKeyId") != function.inputs["kmsKeyArn"]:
            yield f"{queue.urn}: is not encrypted with the workload's key"
        allowed = _allowed(graph, function)
        yield from _missing(function, allowed, {("sqs:SendMessage", target, None)})
        yield from _missing(function, allowed, {
            (action, function.inputs["kmsKeyArn"], "sqs") for action in ("kms:Decrypt", "kms:GenerateDataKey")
        })  # fmt: skip
        watched = [alarm for alarm in graph.all("cloudwatch/metricAlarm")
                   if alarm.inputs.get("dimensions", {}).get("QueueName") == queue.inputs["name"]
                   and alarm.inputs["metricName"] == "ApproximateNumberOfMessagesVisible"]  # fmt: skip
        if not watched:
            yield f"{queue.urn}: nobody learns of what is in it"


def reading(graph: Graph) -> Iterator[str]:
    """Lambda may read the source in the function's role, and decrypt what it reads; the source is encrypted with the workload's key."""
    for mapping, source, service in ordered(graph):
        function, arn = _function_of(graph, mapping), mapping.inputs["eventSourceArn"]
        key = function.inputs["kmsKeyArn"]
        granted = arn.rpartition("/")[0] + "/*" if service == "dynamodb" else arn  # a table's stream has its time in its name
        allowed = _allowed(graph, function)
        yield from _missing(function, allowed, {(action, granted, None) for action in READ[service]} | {("kms:Decrypt", key, service)})
        if service == "dynamodb":
            if not source.inputs.get("streamEnabled") or source.inputs.get("streamViewType") != "NEW_AND_OLD_IMAGES":
                yield f"{source.urn}: its changes do not carry the item before and after"
            encrypted = (source.inputs.get("serverSideEncryption") or {}).get("kmsKeyArn")
        else:
            encrypted = source.inputs.get("kmsKeyId") if source.inputs.get("encryptionType") == "KMS" else None
        if encrypted != key:
            yield f"{source.urn}: is not encrypted with the workload's key"


def age(graph: Graph) -> Iterator[str]:
    """Somebody learns of a reader that falls behind, before records are given up for their age or gone."""
    for mapping, _, _ in ordered(graph):
        function = _function_of(graph, mapping)
        alarms = [alarm.inputs for alarm in graph.all("cloudwatch/metricAlarm")
                  if alarm.inputs.get("metricName") == "IteratorAge"
                  and alarm.inputs["dimensions"] == {"FunctionName": function.inputs["name"]}]  # fmt: skip
        if not any(alarm["threshold"] < mapping.inputs["maximumRecordAgeInSeconds"] * 1000 for alarm in alarms):
            yield f"{function.urn}: nobody learns in time that it falls behind"


CHECKS = (bounds, failure_path, reading, age)


def _function_of(graph: Graph, mapping: Node) -> Node:
    arn = mapping.inputs["functionName"].removesuffix(":live")
    return next(each for each in graph.all("lambda/function") if each.outputs["arn"] == arn)


def _allowed(graph: Graph, function: Node) -> set[tuple[str, str, str | None]]:
    """(action, resource, service that must use it) of the policies beside a function."""
    found = set()
    for policy in graph.all("iam/rolePolicy"):
        for statement in json.loads(policy.inputs["policy"])["Statement"] if policy.parent == function.parent else ():
            via = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", "").split(".")[0] or None
            found |= {(action, resource, via) for action in statement["Action"] for resource in statement["Resource"]}
    return found


def _missing(function: Node, allowed: set[Any], needed: set[Any]) -> Iterator[str]:
    for action, resource, via in sorted(needed - allowed, key=str):
        yield f"{function.urn}: may not {action} on {resource}{f' through {via}' if via else ''}"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_holds_for_every_ordered_source(graph: Graph, check):
    assert {service for _, _, service in ordered(graph)} == set(READ), "a check without a source would pass"
    assert list(check(graph)) == []


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("search-index-index-products", {
            "batchSize": 50, "maximumBatchingWindowInSeconds": 1, "maximumRetryAttempts": 5, "maximumRecordAgeInSeconds": 7200,
        }),
        ("clickstream-transform-clicks", {
            "batchSize": 500, "maximumBatchingWindowInSeconds": 30, "maximumRetryAttempts": 5, "maximumRecordAgeInSeconds": 86400,
        }),
    ],
)  # fmt: skip
def test_a_mapping_has_what_its_manifest_says(graph: Graph, name: str, sent: dict[str, int]):
    inputs = graph.one("lambda/eventSourceMapping", name).inputs
    assert {key: inputs[key] for key in sent} == sent
    assert inputs["parallelizationFactor"] == 1, "one batch of a shard at a time"


def test_what_is_given_up_is_told_apart_by_function(graph: Graph):
    """Each reader has a queue of its own: shared by two, nobody would know whose shard to read again."""
    targets = [mapping.inputs["destinationConfig"]["onFailure"]["destinationArn"] for mapping, _, _ in ordered(graph)]
    assert len(targets) == len(set(targets))


def test_the_source_of_an_ordered_reader_is_made_before_it(graph: Graph):
    for mapping, source, _ in ordered(graph):
        assert graph.comes_after(mapping, source)


def test_the_index_forgets_removed_products_in_time(graph: Graph):
    """The handler writes when a tombstone may go; without the table's time to live it would stay for good."""
    ttl = graph.one("dynamodb/table", "search-index-terms").inputs["ttl"]
    assert (ttl["enabled"], ttl["attributeName"]) == (True, "expires_at")


NO_KEY = dynamodb.TableServerSideEncryptionArgs(enabled=True)

BREAKAGES = [
    ("lambda_.EventSourceMapping", only("-products", with_(bisect_batch_on_function_error=False)), bounds, "takes its whole batch with it"),
    ("lambda_.EventSourceMapping", only("-clicks", without("maximum_retry_attempts")), bounds, "tries without a bound"),
    ("lambda_.EventSourceMapping", only("-clicks", with_(maximum_retry_attempts=10_000)), bounds, "tries without a bound"),
    ("lambda_.EventSourceMapping", only("-products", with_(maximum_record_age_in_seconds=2 * 86_400)), bounds, "is gone from its source"),
    ("lambda_.EventSourceMapping", only("-clicks", with_(maximum_record_age_in_seconds=-1)), bounds, "is gone from its source"),
    ("lambda_.EventSourceMapping", only("-products", with_(function_response_types=[])), bounds, "reported as failed counts as done"),
    ("lambda_.EventSourceMapping", only("-clicks", with_(starting_position="LATEST")), bounds, "loses what came while it was made"),
    ("lambda_.EventSourceMapping", only("-clicks", without("destination_config")), failure_path, "what it gives up is lost"),
    ("sqs.Queue", only("search-index-index-failed", without("kms_master_key_id")), failure_path, "is not encrypted with the workload's key"),
    ("iam.RolePolicy", only("-index-access", with_(policy='{"Statement": []}')), failure_path, "may not sqs:SendMessage on"),
    ("iam.RolePolicy", only("-transform-key", with_(policy='{"Statement": []}')), failure_path, "may not kms:GenerateDataKey on"),
    ("cloudwatch.MetricAlarm", only("-failed-messages", with_(dimensions={"QueueName": "another"})), failure_path, "nobody learns of what"),
    ("iam.RolePolicy", only("-index-access", with_(policy='{"Statement": []}')), reading, "may not dynamodb:GetRecords on"),
    ("iam.RolePolicy", only("-transform-access", with_(policy='{"Statement": []}')), reading, "may not kinesis:GetRecords on"),
    ("dynamodb.Table", only("-products", with_(stream_view_type="KEYS_ONLY")), reading, "do not carry the item before and after"),
    ("dynamodb.Table", only("-products", with_(server_side_encryption=NO_KEY)), reading, "is not encrypted with the workload's key"),
    ("kinesis.Stream", only("-clicks", with_(encryption_type="NONE")), reading, "is not encrypted with the workload's key"),
    ("cloudwatch.MetricAlarm", only("-index-iterator-age", with_(threshold=10_000_000)), age, "nobody learns in time"),
]  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "change", "check", "says"), BREAKAGES, ids=[f"{kind}-{says[:30]}" for kind, _, _, says in BREAKAGES])
def test_the_check_notices(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, check: Any, says: str):
    assert_noticed(monkeypatch, ("search-index", "clickstream"), kind, change, check, says)
