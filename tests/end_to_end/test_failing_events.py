"""A handler that raises or hangs, or for which there is no concurrency, while nobody waits: queues, uploads, events, streams.

One stack whose functions' calls to AWS go wrong as a test says (tests/end_to_end/faults.py), with timeouts of seconds; what follows from a
timeout, the visibility of queues above all, is computed by the platform from it, as ever. Where the embedded cloud does something in
another way than AWS the test says so.
"""

import gzip
import json
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.end_to_end.calls import api_url, send, waiting, within
from tests.end_to_end.drivers import PAID
from tests.end_to_end.faults import (
    SECONDS,
    asynchronous_settings,
    cut_off,
    entry,
    given_up,
    invoke,
    lines,
    no_concurrency,
    notification,
)

pytestmark = pytest.mark.end_to_end

RECEIVES = 5
"""max_receive_count of the queues."""

GIVEN_UP_SECONDS = 180
"""Measured: 95 s, which are five visibility timeouts of 19 s."""


def receipts(access, mark: str) -> list[str]:
    """Keys of all versions of receipts of orders whose id begins so."""
    bucket = access.inventory.workloads["receipts"].buckets["receipts"].physical_name
    versions = access.cloud.client("s3").list_object_versions(Bucket=bucket, Prefix=f"receipts/{mark}")
    return [version["Key"] for version in versions.get("Versions", [])]


def pay(access, *order_ids: str) -> None:
    queue = access.inventory.workloads["receipts"].queues["paid-orders"]
    entries = [{"Id": str(number), "MessageBody": json.dumps({**PAID, "order_id": order_id})} for number, order_id in enumerate(order_ids)]
    access.cloud.client("sqs").send_message_batch(QueueUrl=queue.url, Entries=entries)


def dead_orders(access) -> dict[str, int]:
    """Order ids of the dead letters, and how often each was received, the look itself included."""
    queue = access.inventory.workloads["receipts"].queues["paid-orders"]
    reply = access.cloud.client("sqs").receive_message(
        QueueUrl=queue.dead_letter_url, MaxNumberOfMessages=10, VisibilityTimeout=0, AttributeNames=["ApproximateReceiveCount"],
    )  # fmt: skip
    return {json.loads(each["Body"])["order_id"]: int(each["Attributes"]["ApproximateReceiveCount"]) for each in reply.get("Messages", [])}


@pytest.fixture(scope="module", autouse=True)
def stuck(access, faults) -> str:
    """An order whose receipt S3 never takes, sent first of all: it takes five visibility timeouts until it is given up."""
    order_id = f"stuck-{uuid.uuid4().hex[:8]}"
    faults.begin("PutObject", order_id)
    pay(access, order_id)
    assert within(SECONDS, lambda: cut_off(access, "receipts.worker") == 1)
    return order_id


def test_while_one_message_is_hidden_after_a_timeout_the_others_are_done(access, stuck, mark):
    pay(access, *(f"{mark}-{number}" for number in range(10)))
    assert within(SECONDS, lambda: len(receipts(access, mark)) == 10)
    assert receipts(access, stuck) == []


def test_a_message_that_fails_is_tried_again_by_itself_and_done(access, faults, mark):
    """S3 refuses it once; the other message of its batch does not wait for it."""
    with faults.during("PutObject", f"{mark}-1", "refused"):
        pay(access, f"{mark}-1", f"{mark}-2")
        assert within(SECONDS, lambda: receipts(access, mark) == [f"receipts/{mark}-2.json"])
        assert within(SECONDS, lambda: any("of this test: refused" in line.get("reason", "") for line in lines(access, "receipts.worker")))
    assert within(SECONDS, lambda: len(receipts(access, mark)) == 2)


def test_a_message_that_is_done_but_not_told_so_is_redelivered_and_not_done_twice(access, faults, mark):
    """The receipt is written, then the worker hangs and is cut off: the batch comes again after the visibility timeout."""
    with faults.during("PutObject", mark, moment="after"):
        pay(access, mark)
        assert within(SECONDS, lambda: bool(lines(access, "receipts.worker", message="receipt was there already", order_id=mark)))
    assert receipts(access, mark) == [f"receipts/{mark}.json"], "one version"
    assert not lines(access, "receipts.worker", message="receipt written", order_id=mark), "the first run did not get to say so"
    assert mark not in dead_orders(access)


def test_messages_wait_while_there_is_no_concurrency(access, faults, mark):
    """A batch that Lambda refuses comes back after the visibility timeout, and that counts as a receive."""
    with no_concurrency(access, faults):
        pay(access, *(f"{mark}-{number}" for number in range(3)))
        assert not within(3, lambda: bool(receipts(access, mark)))
    assert within(SECONDS, lambda: len(receipts(access, mark)) == 3)


@pytest.mark.parametrize(("does", "moment"), [("refused", "before"), ("hang", "before"), ("hang", "after")])
def test_a_worker_that_fails_holds_up_no_other_worker_and_goes_on_once_it_can(access, faults, mark, does, moment):
    """Fan-out: `preview` raises or is cut off where it keeps its result, or when it has; the other two have done their part by then."""
    workload, key = access.inventory.workloads["documents"], f"incoming/{mark}/letter.txt"
    table, aws = workload.tables["results"].physical_name, access.cloud.client("dynamodb")

    def found() -> set[str]:
        reply = aws.query(TableName=table, KeyConditionExpression="document_key = :key", ExpressionAttributeValues={":key": {"S": key}})
        return {item["kind"]["S"] for item in reply["Items"]}

    def failures() -> int:
        return cut_off(access, "documents.preview") + len(lines(access, "documents.preview", message="message failed"))

    before = failures()
    with faults.during("PutItem", f"{key}'}}, 'kind': {{'S': 'preview'", does, moment):
        access.cloud.client("s3").put_object(Bucket=workload.buckets["documents"].physical_name, Key=key, Body=b"Dear Anna, it arrives.")
        assert within(SECONDS, lambda: found() >= {"text", "metadata"} and failures() > before)
        assert ("preview" in found()) == (moment == "after")
    assert within(SECONDS, lambda: found() == {"text", "metadata", "preview"})
    assert within(SECONDS, lambda: waiting(access, workload.queues["preview"].url) == 0)
    assert waiting(access, workload.queues["preview"].dead_letter_url) == 0


# Asynchronous calls: uploads, and what listeners of a bus are called with.


PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


def ticket(access) -> dict:
    body = {"file_name": "holiday.png", "content_type": "image/png", "size_bytes": len(PNG), "method": "PUT"}
    status, told, _ = send(api_url(access, "media", "/uploads"), "POST", access.token, body)
    assert status == 201, told
    return json.loads(told)


def upload(given: dict) -> str:
    """Sends the file; the upload's id."""
    assert send(given["url"], "PUT", None, PNG, content_type="image/png")[0] == 200
    return given["upload_id"]


def state(access, upload_id: str) -> str:
    return json.loads(send(api_url(access, "media", f"/uploads/{upload_id}"), "GET", access.token)[1])["status"]


def copies(access, bucket: str, text: str) -> list[str]:
    """Keys of objects."""
    name = access.inventory.workloads["media"].buckets[bucket].physical_name
    return [each["Key"] for each in access.cloud.client("s3").list_objects_v2(Bucket=name).get("Contents", []) if text in each["Key"]]


@pytest.mark.parametrize("does", ["hang", "refused"])
def test_an_upload_that_cannot_be_looked_at_is_tried_three_times_and_kept_for_repair(access, faults, does):
    """S3's call of the alias here is tried three times and forgotten; so the event is sent once more by Lambda's own asynchronous call."""
    def failures() -> int:
        return cut_off(access, "media.process") + len(lines(access, "media.process", message="the function failed"))

    before, name = failures(), faults.begin("CopyObject", "incoming/", does)
    try:
        upload_id = upload(ticket(access))
        assert within(SECONDS, lambda: failures() == before + 3)
        assert not within(6, lambda: failures() > before + 3)
        assert state(access, upload_id) == "expected"
        (key,) = copies(access, "uploads", upload_id)
        with asynchronous_settings(access, "media.process"):
            event, function = {"Records": [{"s3": {"object": {"key": key}}}]}, entry(access, "media.process").physical_name
            invoke(access, "media.process", event, FunctionName=function, InvocationType="Event")
            assert within(SECONDS, lambda: bool(given_up(access, "media.process", upload_id)))
    finally:
        faults.end(name)
    (kept,) = given_up(access, "media.process", upload_id)
    assert kept["requestContext"]["condition"] == "RetriesExhausted"
    # The repair, as the page says.
    invoke(access, "media.process", kept["requestPayload"])
    assert (state(access, upload_id), copies(access, "uploads", upload_id)) == ("kept", [])
    assert len(copies(access, "media", upload_id)) == 1


def test_an_upload_whose_run_is_cut_off_half_done_is_finished_by_the_next_try(access, faults):
    """The copy is made; before the state is kept the run hangs, once."""
    before = cut_off(access, "media.process")
    with faults.during("CopyObject", "incoming/", moment="after"):
        upload_id = upload(ticket(access))
        assert within(SECONDS, lambda: cut_off(access, "media.process") > before)
    assert within(SECONDS, lambda: state(access, upload_id) == "kept")
    assert within(SECONDS, lambda: copies(access, "uploads", upload_id) == [])  # the last step, after the state
    assert len(copies(access, "media", upload_id)) == 1


def test_uploads_wait_while_there_is_no_concurrency(access, faults):
    """Lambda tries for an hour; the embedded cloud counts a refusal as one of its three tries, a second and two apart."""
    given = ticket(access)
    with no_concurrency(access, faults):
        upload_id = upload(given)
    assert within(SECONDS, lambda: state(access, upload_id) == "kept")


@pytest.mark.parametrize("does", ["hang", "refused"])
def test_an_event_that_a_listener_cannot_handle_is_tried_three_times_and_kept_for_repair(access, faults, does):
    """EventBridge here calls once and forgets; Lambda's own asynchronous call, with the alias's settings, is what AWS makes of it."""
    mark = uuid.uuid4().hex
    event = {"event_id": str(uuid.uuid4()), "correlation_id": mark, "notification": notification(mark)}
    deliveries = access.inventory.workloads["notifications"].tables["deliveries"].physical_name

    def delivered() -> bool:
        key = {"notification_id": {"S": f"ntf_{mark}"}}
        return "Item" in access.cloud.client("dynamodb").get_item(TableName=deliveries, Key=key, ConsistentRead=True)

    before = cut_off(access, "notifications.deliver")
    with asynchronous_settings(access, "notifications.deliver"), faults.during("PutItem", mark, does):
        name = entry(access, "notifications.deliver").physical_name
        invoke(access, "notifications.deliver", event, FunctionName=name, InvocationType="Event")
        assert within(SECONDS, lambda: bool(given_up(access, "notifications.deliver", mark)))
    assert cut_off(access, "notifications.deliver") - before == (3 if does == "hang" else 0)
    assert not delivered()
    (kept,) = given_up(access, "notifications.deliver", mark)
    assert "errorMessage" not in invoke(access, "notifications.deliver", kept["requestPayload"])
    assert delivered()


# Ordered sources. The embedded cloud tries a run that fails again without end, as AWS does within its bounds.


def lake(access, session: str) -> Counter:
    """click_id -> how often it is in the lake."""
    bucket, s3 = access.inventory.workloads["clickstream"].buckets["lake"].physical_name, access.cloud.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [each["Key"] for page in pages for each in page.get("Contents", []) if each["Key"].startswith(("clicks/", "late/"))]
    bodies = [gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
    found = [json.loads(line) for body in bodies for line in body.splitlines()]
    return Counter(line["click_id"] for line in found if line.get("session_id") == session)


def click(access, session: str, hours: int = 1) -> dict[str, int]:
    """One visitor's clicks, one an hour, put into the stream as `collect` does: an object for each in the lake; what it is to hold."""
    now, stream = datetime.now(UTC), access.inventory.workloads["clickstream"].streams["clicks"].physical_name
    clicks = [
        {"click_id": f"{session}-{number}", "session_id": session, "occurred_at": (now - timedelta(hours=number)).isoformat(), "page": "/tea"}
        for number in range(hours)
    ]
    records = [{"Data": json.dumps({"meta": {"correlation_id": session}, "data": one}).encode(), "PartitionKey": session} for one in clicks]
    assert access.cloud.client("kinesis").put_records(StreamName=stream, Records=records)["FailedRecordCount"] == 0
    return {one["click_id"]: 1 for one in clicks}


@pytest.mark.parametrize("does", ["hang", "refused"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_batch_of_a_stream_comes_again_until_it_is_done_and_is_there_once(access, faults, mark, does, moment):
    """Three hours, so three objects: the run fails at one of them, before or after it is written, with others written or not."""
    hour = f"{datetime.now(UTC) - timedelta(hours=1):month=%m/day=%d/hour=%H}"
    before = len(lines(access, "clickstream.transform", message="the function failed")) + cut_off(access, "clickstream.transform")

    def failures() -> int:
        told = len(lines(access, "clickstream.transform", message="the function failed"))
        return told + cut_off(access, "clickstream.transform") - before

    with faults.during("PutObject", hour, does, moment):
        wanted = click(access, mark, hours=3)
        assert within(SECONDS, lambda: failures() >= 2)
    assert within(SECONDS, lambda: lake(access, mark) == wanted), lake(access, mark)


def test_a_stream_keeps_what_comes_while_there_is_no_concurrency(access, faults, mark):
    with no_concurrency(access, faults):
        wanted = click(access, mark)
        assert not within(3, lambda: bool(lake(access, mark)))
    assert within(SECONDS, lambda: lake(access, mark) == wanted)


def product(access, mark: str, name: str) -> None:
    body = {"name": name, "price_cents": 1250}
    assert send(api_url(access, "search-index", f"/products/p-{mark}"), "PUT", access.token, body)[0] in (200, 201)


def indexed(access, word: str) -> bool:
    """Whether the index has the word, looked up beside the API."""
    table = access.inventory.workloads["search-index"].tables["terms"].physical_name
    asked = {"KeyConditionExpression": "term = :word", "ExpressionAttributeValues": {":word": {"S": word}}}
    return bool(access.cloud.client("dynamodb").query(TableName=table, ConsistentRead=True, **asked)["Items"])


@pytest.mark.parametrize("moment", ["before", "after"])
def test_changes_whose_run_is_cut_off_come_again_and_are_in_the_index_once(access, faults, mark, moment):
    """Of a change that fails the function reports the place, behind which the embedded cloud would go on; so here it is cut off."""
    before = cut_off(access, "search-index.index")
    with faults.during("TransactWriteItems", mark, moment=moment):
        product(access, mark, f"Tea {mark}")
        assert within(SECONDS, lambda: cut_off(access, "search-index.index") > before)
        assert indexed(access, mark) == (moment == "after")
    assert within(SECONDS, lambda: indexed(access, mark))
    if moment == "after":
        assert within(SECONDS, lambda: bool(lines(access, "search-index.index", message="index was newer")))


def test_changes_wait_while_there_is_no_concurrency(access, faults, mark):
    """The table is written beside the API, whose function would be refused as well."""
    product(access, mark, f"Tea {mark}")
    assert within(SECONDS, lambda: indexed(access, mark))
    table, aws = access.inventory.workloads["search-index"].tables["products"].physical_name, access.cloud.client("dynamodb")
    item = aws.get_item(TableName=table, Key={"product_id": {"S": f"p-{mark}"}})["Item"]
    with no_concurrency(access, faults):
        aws.put_item(TableName=table, Item={**item, "name": {"S": f"Tea {mark}new"}})
        assert not within(3, lambda: indexed(access, f"{mark}new"))
    assert within(SECONDS, lambda: indexed(access, f"{mark}new"))


# Last, because it was begun first and takes longest.


def test_a_message_whose_worker_always_times_out_ends_as_a_dead_letter(access, stuck):
    """Received five times, cut off five times, done never: then it is kept, and its queue is free."""
    assert within(GIVEN_UP_SECONDS, lambda: stuck in dead_orders(access))
    assert dead_orders(access)[stuck] > RECEIVES
    assert receipts(access, stuck) == []
    assert within(SECONDS, lambda: waiting(access, access.inventory.workloads["receipts"].queues["paid-orders"].url) == 0)
