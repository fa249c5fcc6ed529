"""Fan-out of documents: one upload reaches three workers, and one of them that cannot go on holds up no other."""

import json
import uuid

import pytest

from tests.end_to_end.calls import api_url, log_lines, send, waiting, within

pytestmark = pytest.mark.end_to_end

SECONDS = 90
KINDS = {"text", "preview", "metadata"}


@pytest.fixture
def workload(platform):
    return platform.inventory.workloads["documents"]


def found(platform, workload, key: str) -> dict[str, dict]:
    reply = platform.cloud.client("dynamodb").query(
        TableName=workload.tables["results"].physical_name, KeyConditionExpression="document_key = :key",
        ExpressionAttributeValues={":key": {"S": key}}, ConsistentRead=True,
    )  # fmt: skip
    return {item["kind"]["S"]: json.loads(item["found"]["S"]) for item in reply["Items"]}


def test_three_workers_look_at_one_document_and_the_log_of_each_has_the_id_of_the_request(platform, workload):
    correlation = f"e2e-{uuid.uuid4().hex}"
    body = {"name": f"letter {uuid.uuid4().hex}.txt", "text": "Dear Anna,\nthe parcel is on the way to you."}
    status, told, _ = send(api_url(platform, "documents", "/documents"), "POST", platform.token, body, x_correlation_id=correlation)
    assert status == 202, told
    key = json.loads(told)["document_key"]
    assert within(SECONDS, lambda: set(found(platform, workload, key)) == KINDS)
    results = found(platform, workload, key)
    assert results["text"]["words"] == 10 and results["preview"]["lines"][0] == "Dear Anna,"
    assert (results["metadata"]["language"], results["metadata"]["size_bytes"]) == ("en", len(body["text"]))
    for function in ("submit", *KINDS):
        assert correlation in {line.get("correlation_id") for line in log_lines(platform, "documents", function)}, function


def test_a_document_that_two_workers_cannot_read_is_done_by_the_third_and_holds_up_nobody(platform, workload):
    s3, bucket = platform.cloud.client("s3"), workload.buckets["documents"].physical_name
    broken, good = f"incoming/{uuid.uuid4().hex}/broken.bin", [f"incoming/{uuid.uuid4().hex}/good.txt" for _ in range(10)]
    s3.put_object(Bucket=bucket, Key=broken, Body=b"\xff\xfe\x00\x01")
    for key in good:
        s3.put_object(Bucket=bucket, Key=key, Body=b"the parcel and the letter")
    assert within(SECONDS, lambda: all(set(found(platform, workload, key)) == KINDS for key in good))
    assert within(SECONDS, lambda: set(found(platform, workload, broken)) == {"metadata"})

    def dead(name: str) -> int:
        return waiting(platform, workload.queues[name].dead_letter_url)

    assert within(SECONDS, lambda: (dead("text"), dead("preview")) == (1, 1))
    assert dead("metadata") == 0
    reasons = {line["reason"] for line in log_lines(platform, "documents", "text") if line.get("level") == "ERROR"}
    assert any("not text in UTF-8" in reason for reason in reasons)


def test_objects_elsewhere_in_the_bucket_reach_no_worker(platform, workload):
    s3, bucket = platform.cloud.client("s3"), workload.buckets["documents"].physical_name
    elsewhere, here = f"archive/{uuid.uuid4().hex}", f"incoming/{uuid.uuid4().hex}"
    s3.put_object(Bucket=bucket, Key=elsewhere, Body=b"x")
    s3.put_object(Bucket=bucket, Key=here, Body=b"x")
    assert within(SECONDS, lambda: set(found(platform, workload, here)) == KINDS)
    assert found(platform, workload, elsewhere) == {}
