"""Corrections with real messages of the embedded cloud's FIFO queue, and what DynamoDB keeps after them."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from handler_support import ACCOUNT, REGION, Context, items, numbers

RECEIPT = {
    "order_id": "o-1", "currency": "EUR", "paid_at": "2026-01-01T00:00:00Z",
    "lines": [{"sku": "BOOK-1", "quantity": 2, "unit_price": 1250}, {"sku": "PEN-1", "quantity": 1, "unit_price": 99}],
    "total": 2599,
}  # fmt: skip


def correction(sequence: int, *lines: tuple[str, int, int], order_id: str = "o-1", **more) -> dict:
    changes = [{"sku": sku, "quantity": quantity, "unit_price": price} for sku, quantity, price in lines or [("BOOK-1", sequence, 1000)]]
    return {
        "order_id": order_id, "sequence": sequence, "corrected_at": "2026-01-02T00:00:00Z", "reason": "returned", "lines": changes, **more,
    }  # fmt: skip


class Fifo:
    """A FIFO queue with a long visibility timeout: what can be received again at once was made visible by the function."""

    def __init__(self, cloud) -> None:
        self.sqs = cloud.client("sqs")
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "DeduplicationScope": "messageGroup",
                      "FifoThroughputLimit": "perMessageGroupId", "VisibilityTimeout": "600"}  # fmt: skip
        self.url = self.sqs.create_queue(QueueName=f"queue-{next(numbers)}.fifo", Attributes=attributes)["QueueUrl"]

    def send(self, *bodies, group: str | None = None) -> list[str]:
        """Ids of the messages; each is one of its own, however alike they are. The group is the order unless given."""
        texts = [(body if isinstance(body, str) else json.dumps(body)) for body in bodies]
        return [
            self.sqs.send_message(
                QueueUrl=self.url, MessageBody=text, MessageDeduplicationId=str(next(numbers)),
                MessageGroupId=group or json.loads(text)["order_id"],
            )["MessageId"]
            for text in texts
        ]  # fmt: skip

    def receive(self) -> list[dict]:
        got = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"])
        return [
            {
                "messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
                "attributes": message["Attributes"], "messageAttributes": {}, "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs", "awsRegion": REGION, "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.url.rsplit('/', 1)[1]}",
            }
            for message in got.get("Messages", [])
        ]  # fmt: skip

    def work(self, records: list[dict], context: Context | None = None) -> list[str]:
        """Ids of the messages that the function reports as failed, in its order; the others are deleted, as Lambda does."""
        from receipts.corrections import handler

        reply = handler({"Records": records}, context or Context())
        failed = [item["itemIdentifier"] for item in reply["batchItemFailures"]]
        for record in records:
            if record["messageId"] not in failed:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=record["receiptHandle"])
        return failed


@pytest.fixture
def queue(aws, monkeypatch):
    from receipts import corrections

    fifo, bucket, table = Fifo(aws), f"bucket-{next(numbers)}", f"table-{next(numbers)}"
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    keys = {"order_id": "HASH", "sequence": "RANGE"}
    aws.client("dynamodb").create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
    )  # fmt: skip
    fifo.bucket, fifo.table = bucket, table
    values = {"WORKLOAD": "receipts", "QUEUE_CORRECTIONS": fifo.url, "BUCKET_RECEIPTS": bucket, "TABLE_CORRECTED_RECEIPTS": table}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    corrections.parts.cache_clear()
    write_receipt(aws, fifo, "o-1")
    yield fifo
    corrections.parts.cache_clear()


def write_receipt(aws, queue, order_id: str) -> None:
    content = json.dumps({**RECEIPT, "order_id": order_id})
    aws.client("s3").put_object(Bucket=queue.bucket, Key=f"receipts/{order_id}.json", Body=content.encode())


def kept(aws, queue) -> dict[str, dict[int, dict]]:
    """Corrected receipts by order and number."""
    found: dict[str, dict[int, dict]] = {}
    for item in items(aws, queue.table):
        content = json.loads(item["content"]["S"])
        assert item["sequence"]["S"] == f"{content['sequence']:04d}" and item["total"]["N"] == str(content["receipt"]["total"])
        found.setdefault(item["order_id"]["S"], {})[content["sequence"]] = content
    return found


def test_corrections_of_one_batch_are_applied_one_on_the_other(aws, queue, log, metric_values):
    queue.send(
        correction(1, ("BOOK-1", 1, 1250)),
        correction(2, ("BOOK-1", 3, 1000), ("CUP-1", 1, 500)),
        correction(3, ("PEN-1", 0, 0), reason="pen was never sent"),
    )
    assert queue.work(queue.receive()) == []
    states = kept(aws, queue)["o-1"]
    told = {number: [(line["sku"], line["quantity"], line["unit_price"]) for line in each["receipt"]["lines"]] for number, each in states.items()}
    assert told == {
        1: [("BOOK-1", 1, 1250), ("PEN-1", 1, 99)],
        2: [("BOOK-1", 3, 1000), ("PEN-1", 1, 99), ("CUP-1", 1, 500)],
        3: [("BOOK-1", 3, 1000), ("CUP-1", 1, 500)],
    }
    assert [states[number]["receipt"]["total"] for number in (1, 2, 3)] == [1349, 3599, 3500]
    assert states[3]["reason"] == "pen was never sent" and states[3]["receipt"]["paid_at"] == RECEIPT["paid_at"]
    assert metric_values() == {"CorrectionsApplied": 3}
    assert [(line["message"], line["sequence"]) for line in log.all()] == [("correction applied", number) for number in (1, 2, 3)]


def test_a_duplicate_and_an_older_one_change_nothing(aws, queue, log, metric_values):
    queue.send(correction(1), correction(2))
    queue.work(queue.receive())
    before = kept(aws, queue)
    queue.send(correction(2), {**correction(1), "sent_by": "a field of tomorrow"}, correction(2, ("BOOK-1", 9, 9)))
    assert queue.work(queue.receive()) == []
    assert kept(aws, queue) == before
    assert [line["message"] for line in log.all()[2:]] == [
        "correction was applied before", "correction was applied before",
        "another correction of this number was applied; this one changes nothing",
    ]  # fmt: skip
    assert metric_values() == {"CorrectionsApplied": 2, "CorrectionsConflicting": 1}


def test_a_gap_is_noticed_and_nothing_after_it_is_applied(aws, queue, log):
    ids = queue.send(correction(1), correction(3), correction(4))
    assert queue.work(queue.receive()) == ids[1:]
    assert list(kept(aws, queue)["o-1"]) == [1]
    assert [(line["message_id"], line["reason"], line["permanent"]) for line in log.of("ERROR")] == [
        (ids[1], "sequence: 3 came after 1, so 2 is missing; it has to be applied first", True),
        (ids[2], "sequence: 4 came after 1, so 2 is missing; it has to be applied first", True),
    ]
    assert [record["messageId"] for record in queue.receive()] == ids[1:], "both come back at once, in their order"


def test_a_poisoned_correction_holds_up_its_own_order_alone(aws, queue, log, metric_values):
    write_receipt(aws, queue, "o-2")
    ids = queue.send(
        correction(1), correction(2, reason=""), correction(1, order_id="o-2"), correction(3), correction(2, order_id="o-2"), correction(4),
    )  # fmt: skip
    assert queue.work(queue.receive()) == [ids[1], ids[3], ids[5]]
    assert {order: list(states) for order, states in kept(aws, queue).items()} == {"o-1": [1], "o-2": [1, 2]}
    told = [(line["message"], line["message_id"], line["reason"]) for line in log.all() if line["level"] != "INFO"]
    assert told == [
        ("message failed", ids[1], "reason: String should have at least 1 character"),
        ("message failed", ids[3], "sequence: 3 came after 1, so 2 is missing; it has to be applied first"),
        ("message failed", ids[5], "sequence: 4 came after 1, so 2 is missing; it has to be applied first"),
    ]
    assert metric_values() == {"CorrectionsApplied": 3, "BatchItemFailures": 3}
    assert [record["messageId"] for record in queue.receive()] == [ids[1], ids[3], ids[5]]


def test_a_poisoned_correction_that_was_sent_anew_is_harmless_when_it_comes_back(aws, queue):
    queue.send(correction(1, reason=""), correction(2))
    dead = queue.receive()
    assert len(queue.work(dead)) == 2
    for record in dead:  # as SQS does after the last receive
        queue.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=record["receiptHandle"])
    queue.send(correction(1))
    assert queue.work(queue.receive()) == []
    queue.send(*(record["body"] for record in dead))
    assert queue.work(queue.receive()) == []
    assert list(kept(aws, queue)["o-1"]) == [1, 2]


def test_a_correction_waits_for_its_receipt_and_no_other_order_waits_with_it(aws, queue, log):
    ids = queue.send(correction(1, order_id="late"), correction(1), correction(2, order_id="late"))
    records = queue.receive()
    assert queue.work(records) == [ids[0], ids[2]]
    assert list(kept(aws, queue)) == ["o-1"]
    [line] = log.of("ERROR")
    assert (line["permanent"], line["reason"]) == (False, "TransientFailure: the order has no receipt yet")
    assert queue.receive() == [], "hidden for seconds, those behind it as well"
    write_receipt(aws, queue, "late")
    assert queue.work([records[0], records[2]]) == []
    assert list(kept(aws, queue)["late"]) == [1, 2]


@pytest.mark.parametrize(
    ("body", "group", "reason"),
    [
        ("{", "o-1", "the body is not JSON"),
        (correction(1, order_id="o-2"), "o-1", "MessageGroupId is not the order_id, so nothing keeps the corrections of this order in order"),
        (correction(0), "o-1", "sequence: Input should be greater than or equal to 1"),
        ({**correction(1), "sequence": "1"}, "o-1", "sequence: Input should be a valid integer"),
        ({**correction(1), "lines": []}, "o-1", "lines: List should have at least 1 item after validation, not 0"),
        (correction(1, *((f"S-{number}", 1, 1) for number in range(99))), "o-1", "lines: the receipt would have 101 lines, of 100 that it may have"),
    ],
)  # fmt: skip
def test_what_is_no_correction_is_refused_with_its_reason(aws, queue, log, body, group, reason):
    ids = queue.send(body, group=group)
    assert queue.work(queue.receive()) == ids
    assert [line["reason"] for line in log.of("ERROR")] == [reason]
    assert kept(aws, queue) == {}


def test_eight_runs_at_once_apply_each_correction_once(aws, queue):
    """SQS keeps a group to one run at a time, until a run that is taken for dead goes on: the table decides then."""
    from receipts import corrections, logic

    def run(worker: int) -> list[str]:
        outcomes = []
        for sequence in range(1, 11):
            while True:
                try:
                    _, outcome = logic.correct(json.dumps(correction(sequence)), "o-1", corrections.parts()[2], corrections.original, "c")
                    break
                except Exception as error:  # the one before is another run's, and not there yet
                    assert "is missing" in str(error)
            outcomes.append(outcome)
        return outcomes

    corrections.parts()
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(run, range(8)))
    for sequence in range(10):
        assert sorted(each[sequence] for each in outcomes) == ["applied", *["repeated"] * 7]
    assert list(kept(aws, queue)["o-1"]) == list(range(1, 11))


class RunsOut(Context):
    """A context whose time goes by `each` milliseconds whenever it is asked for."""

    def __init__(self, milliseconds: int, each: int) -> None:
        super().__init__()
        self.left, self.each = milliseconds, each

    def get_remaining_time_in_millis(self) -> int:
        self.left -= self.each
        return self.left


def test_a_batch_stops_before_the_time_is_over_and_the_rest_comes_again_at_once(aws, queue, log, metric_values):
    ids = queue.send(*(correction(sequence) for sequence in range(1, 7)))
    assert queue.work(queue.receive(), RunsOut(10_000, each=3_000)) == ids[3:]
    assert list(kept(aws, queue)["o-1"]) == [1, 2, 3]
    assert [line["reason"] for line in log.of("WARNING")] == ["the function's time would not suffice for it"] * 3
    assert metric_values() == {"CorrectionsApplied": 3}, "they did not fail"
    assert queue.work(queue.receive()) == []
    assert list(kept(aws, queue)["o-1"]) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(("code", "missing"), [("NoSuchKey", True), ("AccessDenied", True), ("SlowDown", False)])
def test_a_receipt_that_is_not_there_is_told_apart_from_a_failure(code, missing):
    """To who may not list the bucket, S3 says AccessDenied of an object that is missing."""
    from botocore.exceptions import ClientError

    from receipts.store import ReceiptStore

    class S3:
        def get_object(self, **_):
            raise ClientError({"Error": {"Code": code}}, "GetObject")

    store = ReceiptStore(S3(), "bucket")
    if missing:
        assert store.get("receipts/o-1.json") is None
    else:
        with pytest.raises(ClientError):
            store.get("receipts/o-1.json")
