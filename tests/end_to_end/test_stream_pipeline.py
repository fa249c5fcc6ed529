"""Clicks from the request through the stream into the lake: each in one place, by the hour in which it happened, once.

The embedded cloud does not halve a batch, counts no attempts, waits for no batching window, and goes on behind a record that is reported as
failed; so bisect, bounds and the on-failure destination are asserted from the program's graph (tests/program/test_ordered_sources.py), and a
second delivery is made here: the function is invoked with the same records of the stream, whole and halved.
"""

import base64
import gzip
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from tests.end_to_end.calls import api_url, log_lines, send, within

pytestmark = pytest.mark.end_to_end

SECONDS = 60
"""Measured: 3 s for 1,000 clicks."""


def click(session: str, occurred_at: datetime, number: int = 0) -> dict:
    return {"click_id": f"{session}-{number}", "session_id": session, "occurred_at": occurred_at.isoformat(), "page": "/tea"}


@pytest.fixture
def session() -> str:
    return f"s{uuid.uuid4().hex[:12]}"


def collect(platform, clicks: list[dict], **headers: str) -> None:
    status, answer, _ = send(api_url(platform, "clickstream", "/clicks"), "POST", None, {"clicks": clicks}, **headers)
    assert (status, json.loads(answer)) == (202, {"accepted": len(clicks)})


def lake(platform, kind: str) -> dict[str, list[dict]]:
    """Key -> lines of every object of a kind."""
    bucket, s3 = platform.inventory.workloads["clickstream"].buckets["lake"].physical_name, platform.cloud.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{kind}/")
    keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
    bodies = {key: gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys}
    return {key: [json.loads(line) for line in body.splitlines()] for key, body in bodies.items()}


def kept(platform, kind: str, mine: Callable[[dict], bool]) -> list[tuple[str, dict]]:
    """(key, line) of every line that is `mine`."""
    return [(key, line) for key, lines in lake(platform, kind).items() for line in lines if mine(line)]


def of(session: str) -> Callable[[dict], bool]:
    return lambda line: str(line.get("session_id", "")).startswith(session)


def partition(kind: str, time: datetime) -> str:
    return f"{kind}/{time.astimezone(UTC):year=%Y/month=%m/day=%d/hour=%H}/"


def records_of(platform, mine: Callable[[bytes], bool]) -> list[dict]:
    """Records of the stream, in the order of their shard, as an event source mapping hands them over."""
    name, kinesis = platform.inventory.workloads["clickstream"].streams["clicks"].physical_name, platform.cloud.client("kinesis")
    found = []
    for shard in kinesis.list_shards(StreamName=name)["Shards"]:
        at = kinesis.get_shard_iterator(StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while at:
            page = kinesis.get_records(ShardIterator=at)
            found += [(shard["ShardId"], record) for record in page["Records"]]
            at = page.get("NextShardIterator") if page["Records"] else None
    return [
        {
            "eventID": f"{shard}:{record['SequenceNumber']}", "eventName": "aws:kinesis:record", "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "kinesis": {
                "kinesisSchemaVersion": "1.0", "partitionKey": record["PartitionKey"], "sequenceNumber": record["SequenceNumber"],
                "data": base64.b64encode(record["Data"]).decode(),
                "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"].timestamp(),
            },
        }
        for shard, record in found
        if mine(record["Data"])
    ]  # fmt: skip


def deliver(platform, records: list[dict]) -> None:
    alias = platform.inventory.workloads["clickstream"].functions["transform"].alias_arn
    reply = platform.cloud.client("lambda").invoke(FunctionName=alias, Payload=json.dumps({"Records": records}))
    answer = json.loads(reply["Payload"].read())
    assert answer == {"batchItemFailures": []}, answer


def test_a_thousand_clicks_are_each_in_one_object_of_the_hour_in_which_they_happened(platform, session):
    """Ten visitors at once, 100 clicks each, over the last five hours."""
    now = datetime.now(UTC)
    bundles = [[click(f"{session}{visitor}", now - timedelta(minutes=3 * number), number) for number in range(100)] for visitor in range(10)]
    with ThreadPoolExecutor(5) as visitors:
        list(visitors.map(lambda bundle: collect(platform, bundle), bundles))
    sent = {one["click_id"]: datetime.fromisoformat(one["occurred_at"]) for bundle in bundles for one in bundle}
    assert within(SECONDS, lambda: len(kept(platform, "clicks", of(session))) >= 1000)
    found = kept(platform, "clicks", of(session))
    assert Counter(line["click_id"] for _, line in found) == Counter(dict.fromkeys(sent, 1))
    for key, line in found:
        assert key.startswith(partition("clicks", sent[line["click_id"]])), (key, line)
    assert len({key.rpartition("/")[0] for key, _ in found}) >= 5
    assert not kept(platform, "late", of(session))


def test_what_is_late_ahead_or_malformed_is_kept_apart_with_its_reason(platform, session):
    now = datetime.now(UTC)
    collect(platform, [click(session, now - timedelta(hours=25), 1), click(session, now + timedelta(hours=1), 2), click(session, now, 3)])
    name, kinesis = platform.inventory.workloads["clickstream"].streams["clicks"].physical_name, platform.cloud.client("kinesis")
    bodies = {
        f"no json {session}".encode(): "record: Invalid JSON",
        json.dumps({"meta": {"correlation_id": session}, "data": {"page": "/"}}).encode(): "data.click_id: Field required",
    }
    reply = kinesis.put_records(StreamName=name, Records=[{"Data": body, "PartitionKey": session} for body in bodies])
    numbers = {result["SequenceNumber"]: body for result, body in zip(reply["Records"], bodies, strict=True)}
    assert within(SECONDS, lambda: len(kept(platform, "malformed", lambda line: line["sequence_number"] in numbers)) == 2)
    assert within(SECONDS, lambda: len(kept(platform, "late", of(session))) == 2)
    arrived = partition("late", now), partition("late", now + timedelta(minutes=1))
    late = kept(platform, "late", of(session))
    assert {line["click_id"]: line["reason"] for _, line in late} == {f"{session}-1": "late", f"{session}-2": "in the future"}
    assert all(key.startswith(arrived) for key, _ in late), "by the hour in which they came: any other may be claimed"
    for key, line in kept(platform, "malformed", lambda line: line["sequence_number"] in numbers):
        body = numbers[line["sequence_number"]]
        assert line["reason"].startswith(bodies[body]) and base64.b64decode(line["data"]) == body and key.startswith("malformed/year=")
    assert within(SECONDS, lambda: [line["click_id"] for _, line in kept(platform, "clicks", of(session))] == [f"{session}-3"])
    warned = [line for line in log_lines(platform, "clickstream", "transform") if line.get("sequence_number") in numbers]
    assert {line["message"] for line in warned} == {"malformed record set apart"}


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_nothing_is_there_twice_after_a_second_delivery(platform, session, parts):
    """The batches of the first delivery come again, whole or in two or three parts; each begins with the same record as before."""
    def laid_down() -> list[int]:
        """How many records each batch had, in the order of the log."""
        told = log_lines(platform, "clickstream", "transform")
        return [sum(line["records"].values()) for line in told if line.get("message") == "batch laid down"]

    earlier = len(laid_down())
    collect(platform, [click(session, datetime.now(UTC) - timedelta(hours=number % 3), number) for number in range(60)])
    assert within(SECONDS, lambda: sum(laid_down()[earlier:]) == 60)
    sizes = laid_down()[earlier:]
    before = {key: lines for key, lines in lake(platform, "clicks").items() if any(of(session)(line) for line in lines)}
    records = records_of(platform, lambda data: session.encode() in data)
    assert len(records) == 60 and sum(map(len, before.values())) == 60
    batches = [records[end - size : end] for size, end in zip(sizes, accumulate(sizes), strict=True)]
    for batch in batches:
        size = -(-len(batch) // parts)
        for at in range(0, len(batch), size):
            deliver(platform, batch[at : at + size])
    after = kept(platform, "clicks", of(session))
    assert Counter(line["click_id"] for _, line in after) == Counter({f"{session}-{number}": 1 for number in range(60)})
    if parts == 1:
        assert {key: lines for key, lines in lake(platform, "clicks").items() if key in before} == before, "to the line"


def test_one_correlation_id_from_the_request_to_the_lake(platform, session):
    sent = f"corr-{session}"
    collect(platform, [click(session, datetime.now(UTC), number) for number in range(3)], x_correlation_id=sent)

    def lines(function: str, message: str) -> list[dict]:
        told = log_lines(platform, "clickstream", function)
        return [line for line in told if line.get("correlation_id") == sent and line.get("message") == message]

    assert within(SECONDS, lambda: sum(line["records"] for line in lines("transform", "clicks laid down")) == 3)
    assert [line["clicks"] for line in lines("collect", "clicks collected")] == [3]
    assert {line["correlation_id"] for _, line in kept(platform, "clicks", of(session))} == {sent}


def test_a_bundle_that_breaks_the_contract_leaves_nothing_in_the_stream(platform, session):
    good = click(session, datetime.now(UTC))
    status, answer, _ = send(
        api_url(platform, "clickstream", "/clicks"), "POST", None, {"clicks": [good, {**good, "occurred_at": "yesterday"}]}
    )
    assert (status, json.loads(answer)["field"]) == (400, "clicks.1.occurred_at")
    assert records_of(platform, lambda data: session.encode() in data) == []


@pytest.mark.parametrize("kind", ["clicks", "late", "malformed"])
def test_the_catalogue_describes_the_files_that_are_there(platform, session, kind):
    """The emulator answers no such query; so the table is held against the files: each lies in a partition that is projected, and
    its lines have the table's columns."""
    name, kinesis = platform.inventory.workloads["clickstream"].streams["clicks"].physical_name, platform.cloud.client("kinesis")
    at = {"clicks": timedelta(), "late": timedelta(days=2), "malformed": timedelta()}[kind]
    if kind == "malformed":
        kinesis.put_record(StreamName=name, Data=session.encode(), PartitionKey=session)
    else:
        collect(platform, [{**click(session, datetime.now(UTC) - at), "element": "buy", "referrer": "https://example.com"}])
    data = base64.b64encode(session.encode()).decode()
    assert within(SECONDS, lambda: bool(kept(platform, kind, lambda line: of(session)(line) or line.get("data") == data)))

    entry = platform.inventory.workloads["clickstream"].datasets[kind]
    table = platform.cloud.client("glue").get_table(DatabaseName=entry.database, Name=entry.table)["Table"]
    bucket = platform.inventory.workloads["clickstream"].buckets["lake"].physical_name
    storage, parameters = table["StorageDescriptor"], table["Parameters"]
    assert storage["Location"] == f"s3://{bucket}/{kind}/"
    partitions = [key["Name"] for key in table["PartitionKeys"]]
    pattern = re.escape(parameters["storage.location.template"])
    for key in partitions:
        pattern = pattern.replace(re.escape(f"${{{key}}}"), f"(?P<{key}>[0-9]+)")
    columns, files = {column["Name"] for column in storage["Columns"]}, lake(platform, kind)
    for key, lines in files.items():
        found = re.fullmatch(pattern + r"[^/]+\.json\.gz", f"s3://{bucket}/{key}")
        assert found, f"{key} is in no partition of {parameters['storage.location.template']}"
        for partition, value in found.groupdict().items():
            first, last = map(int, parameters[f"projection.{partition}.range"].split(","))
            assert first <= int(value) <= last and len(value) == int(parameters.get(f"projection.{partition}.digits", 4))
        assert all(set(line) == columns for line in lines)

    group = platform.cloud.client("athena").get_work_group(WorkGroup=entry.workgroup)["WorkGroup"]["Configuration"]
    assert group["EnforceWorkGroupConfiguration"] is True
    assert group["ResultConfiguration"]["OutputLocation"] == f"s3://{bucket}/query-results/"
    assert group["ResultConfiguration"]["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
