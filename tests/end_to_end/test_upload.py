"""Uploads of media: what a ticket allows, what becomes of a file that is what it says, and of one that is not."""

import json
import urllib.error
import urllib.request
import uuid

import pytest

from tests.end_to_end.calls import api_url, log_lines, send, token_of, within
from tests.end_to_end.listening import let_services_send

pytestmark = pytest.mark.end_to_end

SECONDS = 60
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 1000


@pytest.fixture
def workload(platform):
    return platform.inventory.workloads["media"]


def ticket(platform, content: bytes, content_type: str = "image/png", *, method: str = "POST", token: str = "", **headers) -> dict:
    body = {"file_name": "holiday.png", "content_type": content_type, "size_bytes": len(content), "method": method}
    status, told, _ = send(api_url(platform, "media", "/uploads"), "POST", token or platform.token, body, **headers)
    assert status == 201, told
    return json.loads(told)


def post(given: dict, content: bytes, **changed: str) -> int:
    """Sends the form as a browser would; the status that S3 answers with."""
    edge, parts = uuid.uuid4().hex, []
    for name, value in {**given["fields"], **changed}.items():
        parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\nContent-Type: image/png\r\n\r\n'.encode())
    body = b"".join(parts) + content + f"\r\n--{edge}--\r\n".encode()
    request = urllib.request.Request(given["url"], body, {"content-type": f"multipart/form-data; boundary={edge}"}, method="POST")
    return answered(request)


def answered(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status
    except urllib.error.HTTPError as refused:
        return refused.code


def state(platform, upload_id: str, token: str = "") -> dict:
    status, told, _ = send(api_url(platform, "media", f"/uploads/{upload_id}"), "GET", token or platform.token)
    assert status == 200, told
    return json.loads(told)


def keys(platform, workload, bucket: str) -> set[str]:
    name = workload.buckets[bucket].physical_name
    return {each["Key"] for each in platform.cloud.client("s3").list_objects_v2(Bucket=name).get("Contents", [])}


def test_a_good_file_is_kept_and_every_log_has_the_id_of_the_request(platform, workload):
    correlation = f"e2e-{uuid.uuid4().hex}"
    given = ticket(platform, PNG, x_correlation_id=correlation)
    assert 200 <= post(given, PNG) < 300
    upload = given["upload_id"]
    assert within(SECONDS, lambda: state(platform, upload)["status"] == "kept")
    assert upload in keys(platform, workload, "media")
    assert not [key for key in keys(platform, workload, "uploads") if upload in key]
    for function in ("tickets", "process"):
        assert correlation in {line.get("correlation_id") for line in log_lines(platform, "media", function)}, function


def test_what_became_of_a_file_is_told_to_whoever_listens(platform, workload):
    """A queue beside the program's own receivers, for this test: e-mail goes nowhere here."""
    sqs, sns = platform.cloud.client("sqs"), platform.cloud.client("sns")
    url = sqs.create_queue(QueueName=f"listener-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    let_services_send(sqs, url, arn)
    subscription = sns.subscribe(TopicArn=workload.topics["processed"].arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    try:
        given = ticket(platform, PNG)
        post(given, PNG)
        told: list[dict] = []

        def heard() -> bool:
            told.extend(json.loads(each["Body"]) for each in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []))
            return any(each["upload_id"] == given["upload_id"] for each in told)

        assert within(SECONDS, heard)
        assert {"status": "kept", "size_bytes": len(PNG)}.items() <= next(each for each in told if each["upload_id"] == given["upload_id"]).items()
    finally:
        sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        sqs.delete_queue(QueueUrl=url)
    listeners = sns.list_subscriptions_by_topic(TopicArn=workload.topics["processed"].arn)["Subscriptions"]
    assert [each["Endpoint"] for each in listeners if each["Protocol"] == "email"] == ["media-desk@example.com"]


def test_a_file_that_is_not_what_it_says_goes_into_quarantine(platform, workload):
    script = b"#!/bin/sh\nrm -rf /\n" + b"#" * 100
    given = ticket(platform, script)
    assert 200 <= post(given, script) < 300
    upload = given["upload_id"]
    assert within(SECONDS, lambda: state(platform, upload)["status"] == "quarantined")
    assert "of no type that is taken by its first bytes" in state(platform, upload)["reason"]
    assert upload in keys(platform, workload, "quarantine") and upload not in keys(platform, workload, "media")


def test_a_ticket_is_for_one_file_of_its_size_and_type(platform):
    given = ticket(platform, PNG)
    assert post(given, PNG * 2) >= 400, "larger than announced"
    assert post(given, PNG, **{"Content-Type": "text/html"}) >= 400, "another type"
    assert post(given, PNG, key="incoming/somewhere/else") >= 400, "another place"
    assert state(platform, given["upload_id"])["status"] == "expected"


def test_a_plain_put_works_as_well(platform, workload):
    given = ticket(platform, PNG, method="PUT")
    assert answered(urllib.request.Request(given["url"], PNG, {"content-type": "image/png"}, method="PUT")) == 200
    assert within(SECONDS, lambda: state(platform, given["upload_id"])["status"] == "kept")


def test_nobody_else_learns_of_a_file(platform):
    given = ticket(platform, PNG)
    assert send(api_url(platform, "media", f"/uploads/{given['upload_id']}"), "GET", token_of(platform))[0] == 404


@pytest.mark.parametrize("change", [{"size_bytes": 0}, {"size_bytes": 10_000_001}, {"content_type": "text/html"}, {"file_name": "../x"}])
def test_a_ticket_for_what_is_not_taken_is_refused(platform, change):
    body = {"file_name": "a.png", "content_type": "image/png", "size_bytes": 10, **change}
    status, told, _ = send(api_url(platform, "media", "/uploads"), "POST", platform.token, body)
    assert (status, json.loads(told)["field"]) == (400, next(iter(change)))
