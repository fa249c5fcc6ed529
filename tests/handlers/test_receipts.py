"""The receipts worker with real messages of the embedded cloud's SQS, and what S3 keeps after them."""

import json
import os

import pytest
from handler_support import ACCOUNT, REGION, Context, numbers

from shared.batch import retry_after_seconds

PAID = {
    "order_id": "o-1", "currency": "EUR", "paid_at": "2026-01-01T00:00:00Z",
    "lines": [{"sku": "BOOK-1", "quantity": 2, "unit_price": 1250}, {"sku": "PEN-1", "quantity": 1, "unit_price": 99}],
}  # fmt: skip


class Queue:
    """A queue with a long visibility timeout: what can be received again at once was made visible by the worker."""

    def __init__(self, cloud, bucket: str, visibility_seconds: int = 600) -> None:
        self.bucket = bucket
        self.sqs = cloud.client("sqs")
        self.url = self.sqs.create_queue(
            QueueName=f"queue-{next(numbers)}", Attributes={"VisibilityTimeout": str(visibility_seconds)}
        )["QueueUrl"]

    def send(self, *bodies, correlation_id: str | None = None) -> None:
        attributes = {"correlation_id": {"DataType": "String", "StringValue": correlation_id}} if correlation_id else {}
        for body in bodies:
            text = body if isinstance(body, str) else json.dumps(body)
            self.sqs.send_message(QueueUrl=self.url, MessageBody=text, MessageAttributes=attributes)

    def receive(self) -> list[dict]:
        """Records in the shape that the event source mapping hands to a function."""
        got = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
        )
        return [
            {
                "messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
                "attributes": message["Attributes"], "md5OfBody": message["MD5OfBody"], "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.url.rsplit('/', 1)[1]}", "awsRegion": REGION,
                "messageAttributes": {
                    name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
                    for name, value in message.get("MessageAttributes", {}).items()
                },
            }
            for message in got.get("Messages", [])
        ]  # fmt: skip


@pytest.fixture
def queue(aws, monkeypatch):
    from receipts import worker

    bucket = f"bucket-{next(numbers)}"
    queue = Queue(aws, bucket)
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for name, value in {"WORKLOAD": "receipts", "QUEUE_PAID_ORDERS": queue.url, "BUCKET_RECEIPTS": bucket}.items():
        monkeypatch.setenv(name, value)
    worker.parts.cache_clear()
    yield queue
    worker.parts.cache_clear()


def work(records: list[dict]) -> list[str]:
    """Ids of the messages that the worker reports as failed."""
    from receipts.worker import handler

    reply = handler({"Records": records}, Context())
    assert list(reply) == ["batchItemFailures"]
    return [item["itemIdentifier"] for item in reply["batchItemFailures"]]


def objects(aws, queue) -> dict[str, dict]:
    s3 = aws.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=queue.bucket).get("Contents", [])]
    return {key: json.loads(s3.get_object(Bucket=queue.bucket, Key=key)["Body"].read()) for key in keys}


def test_one_receipt_for_every_message(aws, queue, log, metric_values):
    queue.send(PAID, {**PAID, "order_id": "o-2", "sent_by": "a field of tomorrow"})
    assert work(queue.receive()) == []
    assert objects(aws, queue) == {f"receipts/{name}.json": {**PAID, "order_id": name, "total": 2599} for name in ("o-1", "o-2")}
    assert metric_values() == {"ReceiptsWritten": 2}
    assert sorted((line["message"], line["order_id"]) for line in log.all()) == [
        ("receipt written", "o-1"), ("receipt written", "o-2"),
    ]  # fmt: skip


def test_a_message_delivered_twice_is_one_receipt_and_not_overwritten(aws, queue, metric_values):
    queue.send(PAID, {**PAID, "currency": "SEK"})  # redriven messages come with a new message id
    assert work(queue.receive()) == []
    assert [receipt["currency"] for receipt in objects(aws, queue).values()] in (["EUR"], ["SEK"])
    assert metric_values() == {"ReceiptsWritten": 1}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "the body is not JSON"),
        ("[" * 100_000, "the body is not JSON"),
        ("[]", "body: Input should be a valid dictionary or instance of PaidOrder"),
        ({**PAID, "currency": "euro"}, "currency: String should match pattern '^[A-Z]{3}$'"),
        ({**PAID, "order_id": "../x"}, "order_id: String should match pattern '^[A-Za-z0-9_-]{1,64}$'"),
        ({**PAID, "lines": []}, "lines: List should have at least 1 item after validation, not 0"),
        ({**PAID, "lines": [{"sku": "A", "quantity": 0, "unit_price": 1}]}, "lines.0.quantity: Input should be greater than or equal to 1"),
    ],
)  # fmt: skip
def test_a_poisoned_message_fails_alone_with_its_reason_and_comes_back_at_once(aws, queue, log, metric_values, body, reason):
    queue.send(PAID, body, {**PAID, "order_id": "o-2"})
    records = queue.receive()
    [poisoned] = [
        record["messageId"] for record in records if record["body"] not in map(json.dumps, (PAID, {**PAID, "order_id": "o-2"}))
    ]
    assert work(records) == [poisoned]
    assert sorted(objects(aws, queue)) == ["receipts/o-1.json", "receipts/o-2.json"]
    [line] = log.of("ERROR")
    told = {name: line[name] for name in ("message", "message_id", "reason", "permanent", "receive_count")}
    assert told == {
        "message": "message failed", "message_id": poisoned, "reason": reason, "permanent": True, "receive_count": 1,
    }  # fmt: skip
    assert "exception" not in line
    assert metric_values() == {"ReceiptsWritten": 2, "BatchItemFailures": 1}
    assert [record["messageId"] for record in queue.receive()] == [poisoned]  # the others stay hidden


def test_a_passing_failure_stays_hidden_and_tells_where_it_happened(aws, queue, log, monkeypatch):
    from receipts import worker

    monkeypatch.setenv("BUCKET_RECEIPTS", "gone-bucket")
    worker.parts.cache_clear()
    queue.send(PAID)
    records = queue.receive()
    assert work(records) == [records[0]["messageId"]]
    [line] = log.of("ERROR")
    assert line["permanent"] is False and line["reason"].startswith("NoSuchBucket: ") and "store.py" in line["exception"]
    assert queue.receive() == []


class RecordingSqs:
    def __init__(self, reply=None) -> None:
        self.calls: list[dict] = []
        self.reply = reply or {}

    def change_message_visibility_batch(self, **call):
        self.calls.append(call)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


@pytest.fixture
def sqs(monkeypatch):
    from shared import batch
    from shared.observability import metrics

    recording = RecordingSqs()
    monkeypatch.setattr(batch, "client", lambda service: {"sqs": recording}[service])
    monkeypatch.setattr(batch.random, "uniform", lambda low, high: low)
    yield recording
    metrics.clear_metrics()  # no handler is around the batch that would emit them


def records_of(count: int, receives: int = 1) -> list[dict]:
    return [
        {
            "messageId": f"m-{number}", "receiptHandle": f"r-{number}", "body": str(number), "messageAttributes": {},
            "attributes": {"ApproximateReceiveCount": str(receives)}, "eventSource": "aws:sqs",
        }
        for number in range(count)
    ]  # fmt: skip


def run(records, error):
    from shared.batch import process_batch

    def fail(record):
        raise error

    return process_batch({"Records": records}, fail, "https://sqs/queue")


def test_visibility_is_set_ten_messages_at_a_time(sqs, log):
    from shared.errors import PermanentFailure

    reply = run(records_of(23), PermanentFailure("no"))
    assert len(reply["batchItemFailures"]) == 23  # and the invocation itself has succeeded
    assert [len(call["Entries"]) for call in sqs.calls] == [10, 10, 3]
    assert [call["QueueUrl"] for call in sqs.calls] == ["https://sqs/queue"] * 3
    assert sqs.calls[2]["Entries"][2] == {"Id": "2", "ReceiptHandle": "r-22", "VisibilityTimeout": 0}


@pytest.mark.parametrize(("receives", "seconds"), [(1, 5), (2, 40), (3, 320), (4, 900), (1000, 900)])
def test_passing_failures_wait_longer_each_time(sqs, log, receives, seconds):
    run(records_of(1, receives), OSError("network"))
    assert sqs.calls[0]["Entries"][0]["VisibilityTimeout"] == seconds


def test_a_quarter_of_the_wait_is_by_chance():
    waits = {retry_after_seconds(3, permanent=False) for _ in range(500)}
    assert min(waits) >= 240 and max(waits) <= 320 and len(waits) > 20


@pytest.mark.parametrize("reply", [OSError("network"), {"Failed": [{"Id": "0", "Code": "ReceiptHandleIsInvalid"}]}])
def test_where_visibility_cannot_be_set_the_messages_fail_all_the_same(sqs, log, reply):
    sqs.reply = reply
    assert run(records_of(1), OSError("network")) == {"batchItemFailures": [{"itemIdentifier": "m-0"}]}
    code = "OSError" if isinstance(reply, OSError) else "ReceiptHandleIsInvalid"
    [line] = log.of("WARNING")
    assert (line["message"], line["codes"]) == ("retry time of messages not set", [code])


def test_the_correlation_id_of_a_message_is_in_its_lines_alone(aws, queue, log):
    queue.send(PAID, correlation_id="from-the-edge")
    queue.send({**PAID, "order_id": "o-2"}, "{", correlation_id="bad id\n")
    records = queue.receive()
    work(records)
    expected = {record["messageId"]: record["messageId"] for record in records}
    expected[records[0]["messageId"]] = "from-the-edge"
    assert {line["message_id"]: line["correlation_id"] for line in log.all()} == expected


def test_a_receipt_keeps_the_id_of_the_request_that_led_to_it(aws, queue):
    queue.send(PAID, correlation_id="from-the-edge")
    work(queue.receive())
    s3, bucket = aws.client("s3"), os.environ["BUCKET_RECEIPTS"]
    [key] = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert s3.head_object(Bucket=bucket, Key=key)["Metadata"]["correlation-id"] == "from-the-edge"


def test_no_log_line_holds_the_body(aws, queue, log):
    queue.send({**PAID, "currency": "secret-currency"}, {**PAID, "paid_at": "2026-01-01 secret-time"})
    work(queue.receive())
    assert "secret" not in log.stream.getvalue() and len(log.all()) == 2


def slow(context: Context, milliseconds: int):
    """A record handler that takes so long of the function's time, without waiting for it."""

    def handle(record) -> None:
        context.remaining_milliseconds -= milliseconds

    return handle


@pytest.mark.parametrize(("remaining", "done"), [(10_000, 3), (1_000, 1)])
def test_a_batch_stops_while_there_is_time_to_say_so(sqs, log, remaining, done):
    """After each of 3 s, 2 s of reserve are looked for: with 10 s three are done. The first is, however little time there is."""
    from shared.batch import process_batch

    context = Context(remaining_milliseconds=remaining)
    reply = process_batch({"Records": records_of(5)}, slow(context, 3_000), "https://sqs/queue", context)
    assert [item["itemIdentifier"] for item in reply["batchItemFailures"]] == [f"m-{number}" for number in range(done, 5)]
    assert {entry["VisibilityTimeout"] for call in sqs.calls for entry in call["Entries"]} == {0}
    assert [line["message"] for line in log.all()] == ["message left for the next attempt"] * (5 - done)


def test_a_message_that_would_take_as_long_as_the_longest_is_not_begun(sqs, log, monkeypatch):
    from shared import batch

    clock = iter([0, 4, 4, 5])  # the first takes 4 s, the second 1 s
    monkeypatch.setattr(batch.time, "monotonic", lambda: next(clock))
    left = iter([7.0, 5.9])  # 4 + 2 s fit into the first, not into the second

    class Lambda:
        def get_remaining_time_in_millis(self) -> float:
            return next(left) * 1000

    reply = batch.process_batch({"Records": records_of(3)}, lambda record: None, "https://sqs/queue", Lambda())
    assert reply == {"batchItemFailures": [{"itemIdentifier": "m-2"}]}


def test_a_group_id_alone_does_not_make_a_queue_fifo(sqs, log):
    """Standard queues share their time fairly by it; a failed message there holds up nobody."""
    from shared.batch import process_batch

    records = records_of(3)
    for record in records:
        record["attributes"]["MessageGroupId"] = "tenant"

    def fail_the_first(record) -> None:
        if record.message_id == "m-0":
            raise OSError("network")

    reply = process_batch({"Records": records}, fail_the_first, "https://sqs/queue")
    assert reply == {"batchItemFailures": [{"itemIdentifier": "m-0"}]}


def test_in_a_fifo_queue_what_follows_a_failed_message_waits_as_long_as_it_does(sqs, log):
    from shared.batch import process_batch

    records = records_of(6, receives=3)
    for number, record in enumerate(records):
        record["eventSourceARN"] = "arn:aws:sqs:eu-west-1:000000000000:queue.fifo"
        record["attributes"]["MessageGroupId"] = f"group-{number % 2}"
    tried = []

    def fail_the_first(record) -> None:
        tried.append(record.message_id)
        if record.message_id == "m-0":
            raise OSError("network")

    reply = process_batch({"Records": records}, fail_the_first, "https://sqs/queue")
    assert tried == ["m-0", "m-1", "m-3", "m-5"]
    assert [item["itemIdentifier"] for item in reply["batchItemFailures"]] == ["m-0", "m-2", "m-4"]
    told = [(entry["ReceiptHandle"], entry["VisibilityTimeout"]) for entry in sqs.calls[0]["Entries"]]
    assert told == [("r-0", 320), ("r-2", 320), ("r-4", 320)], "the failed one first, so that none overtakes it into the dead-letter queue"
