"""FIFO queues on the embedded cloud: order within a group, a group that is held up, its dead letters, and their way back.

The embedded cloud runs one batch of a FIFO queue at a time, with several groups in it; on AWS the groups run beside each other. That
two runs of one group at once change nothing is shown on the same store in tests/handlers/test_corrections.py.
"""

import json
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.checkout import ROOT
from tests.end_to_end.calls import log_lines, waiting, within
from tests.end_to_end.drivers import PAID

pytestmark = pytest.mark.end_to_end

SECONDS = 60
"""Measured: 2 s for a message that fails ten times, 8 s for one that waits for its receipt."""
RECEIVES = 10
"""max_receive_count of the queue."""


def queue_of(platform, name: str = "corrections"):
    return platform.inventory.workloads["receipts"].queues[name]


def correction(order_id: str, sequence: int, **more) -> dict:
    line = {"sku": "BOOK-1", "quantity": sequence, "unit_price": 1000}
    return {"order_id": order_id, "sequence": sequence, "corrected_at": "2026-01-02T00:00:00Z", "reason": "test", "lines": [line], **more}


def paid(platform, *order_ids: str) -> None:
    """Sends paid orders, and waits until their receipts are written."""
    queue, sqs = queue_of(platform, "paid-orders"), platform.cloud.client("sqs")
    for order_id in order_ids:
        sqs.send_message(QueueUrl=queue.url, MessageBody=json.dumps({**PAID, "order_id": order_id}))
    assert within(SECONDS, lambda: waiting(platform, queue.url) == 0)


def send(platform, *corrections: dict) -> list[str]:
    """Sends corrections, each in the group of its order; ids of the messages."""
    queue, sqs = queue_of(platform), platform.cloud.client("sqs")
    return [
        sqs.send_message(
            QueueUrl=queue.url, MessageBody=json.dumps(one), MessageGroupId=one["order_id"],
            MessageAttributes={"correlation_id": {"DataType": "String", "StringValue": f"corr-{one['order_id']}-{one['sequence']}"}},
        )["MessageId"]
        for one in corrections
    ]  # fmt: skip


def applied(platform, order_id: str) -> list[int]:
    """Numbers of the corrections that are in the table."""
    table = platform.inventory.workloads["receipts"].tables["corrected-receipts"].physical_name
    items = platform.cloud.client("dynamodb").query(
        TableName=table, KeyConditionExpression="order_id = :order", ExpressionAttributeValues={":order": {"S": order_id}},
        ConsistentRead=True,
    )["Items"]  # fmt: skip
    return [int(item["sequence"]["S"]) for item in items]


def done(platform) -> bool:
    return waiting(platform, queue_of(platform).url) == 0


def lines_of(platform, order_ids: set[str]) -> list[dict]:
    """What the function logged of corrections of these orders, in the order of the log."""
    prefixes = tuple(f"corr-{order_id}-" for order_id in order_ids)
    lines = log_lines(platform, "receipts", "corrections")
    return [line for line in lines if str(line.get("correlation_id", "")).startswith(prefixes)]


@pytest.fixture
def orders(platform) -> list[str]:
    """Three orders with receipts, of this test alone. The dead-letter queue is empty before and after."""
    names = [f"order-{uuid.uuid4().hex[:8]}" for _ in range(3)]
    paid(platform, *names)
    dead = queue_of(platform).dead_letter_url
    platform.cloud.client("sqs").purge_queue(QueueUrl=dead)
    yield names
    platform.cloud.client("sqs").purge_queue(QueueUrl=dead)


def operate(platform, tmp_path, *arguments: str) -> list[str]:
    """`python -m operations` as on-call runs it; the lines it prints."""
    file = tmp_path / "inventory.json"
    file.write_text(platform.inventory.model_dump_json())
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": platform.cloud.endpoint, "AWS_ACCESS_KEY_ID": platform.inventory.account_id, "AWS_SECRET_ACCESS_KEY": "local",
    }  # fmt: skip
    command = [sys.executable, "-m", "operations", *arguments, "--inventory", str(file)]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_each_group_stays_in_order_while_senders_send_at_once(platform, orders):
    """60 corrections of three orders by three senders, each number twice."""
    for more in ({}, {"sent_by": "again"}):  # another body, or the queue itself would know it for a duplicate
        with ThreadPoolExecutor(3) as senders:
            list(senders.map(lambda order, more=more: send(platform, *(correction(order, n, **more) for n in range(1, 21))), orders))
    assert within(SECONDS, lambda: done(platform))
    assert waiting(platform, queue_of(platform).dead_letter_url) == 0
    lines = lines_of(platform, set(orders))
    for order in orders:
        assert applied(platform, order) == list(range(1, 21))
        told = [line["sequence"] for line in lines if line["order_id"] == order and line["message"] == "correction applied"]
        assert told == list(range(1, 21)), "in this order, and once"
        assert sum(line["message"] == "correction was applied before" for line in lines if line["order_id"] == order) == 20


def test_a_message_that_waits_holds_up_its_group_and_no_other(platform, orders):
    late, other = f"late-{uuid.uuid4().hex[:8]}", orders[0]
    send(platform, *(correction(late, number) for number in (1, 2, 3)), *(correction(other, number) for number in (1, 2, 3)))
    assert within(SECONDS, lambda: applied(platform, other) == [1, 2, 3])
    assert applied(platform, late) == [], "its receipt is not written"
    paid(platform, late)
    assert within(SECONDS, lambda: done(platform))
    assert applied(platform, late) == [1, 2, 3]
    tried = [line for line in lines_of(platform, {late}) if line["message"] in ("message failed", "correction applied")]
    first = [line["message"] for line in tried].index("correction applied")
    assert {line["correlation_id"] for line in tried[:first]} == {f"corr-{late}-1"}, "nothing behind the first one was tried before it"
    assert [line.get("sequence") for line in tried[first:]] == [1, 2, 3]


def test_a_poisoned_group_ends_as_dead_letters_and_comes_back_in_order(platform, orders, tmp_path):
    """The order's second correction is no JSON object that can be used; its third and fourth would leave a gap."""
    poisoned, *others = orders
    ids = send(platform, correction(poisoned, 1), correction(poisoned, 2, reason=""), correction(poisoned, 3), correction(poisoned, 4))
    send(platform, *(correction(order, number) for order in others for number in range(1, 6)))
    queue = queue_of(platform)
    assert within(SECONDS, lambda: done(platform))
    assert [applied(platform, order) for order in orders] == [[1], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]
    assert waiting(platform, queue.dead_letter_url) == 3
    failures = [line for line in lines_of(platform, set(orders)) if line["level"] == "ERROR"]
    assert {line["correlation_id"] for line in failures} <= {f"corr-{poisoned}-{number}" for number in (2, 3, 4)}
    assert [line["receive_count"] for line in failures if line["message_id"] == ids[1]] == list(range(1, RECEIVES + 1))

    # Why each is there, without a word of what is in it.
    told = operate(platform, tmp_path, "redrive", "receipts", "corrections", "--dry-run")
    assert told[0] == f"3 messages in {queue.dead_letter_name}:"
    assert [line.split()[0] for line in told[1:4]] == ids[1:], "in their order"
    assert told[1].endswith(f"group {poisoned}  corrections, receive 10: reason: String should have at least 1 character")
    assert waiting(platform, queue.dead_letter_url) == 3

    # The cause is gone: the sender sends the correction again, as it should be. The old one finds it applied.
    send(platform, correction(poisoned, 2))
    assert within(SECONDS, lambda: done(platform))
    assert applied(platform, poisoned) == [1, 2]
    moved = operate(platform, tmp_path, "redrive", "receipts", "corrections")
    assert moved == [f"3 messages moved from {queue.dead_letter_name} to {queue.physical_name}, 0 left"]
    assert within(SECONDS, lambda: done(platform))
    assert applied(platform, poisoned) == [1, 2, 3, 4]
    assert waiting(platform, queue.dead_letter_url) == 0
    last = [line for line in lines_of(platform, {poisoned}) if line.get("sequence")][-3:]
    assert [(line["sequence"], line["correlation_id"]) for line in last] == [
        (number, f"corr-{poisoned}-{number}") for number in (2, 3, 4)
    ], "their attributes came back with them"  # fmt: skip


def test_what_is_discarded_no_longer_holds_up_its_group(platform, orders, tmp_path):
    """A message of which nothing can be read fails whenever it comes back."""
    order, queue = orders[0], queue_of(platform)
    platform.cloud.client("sqs").send_message(QueueUrl=queue.url, MessageBody="{", MessageGroupId=order)
    send(platform, correction(order, 2))
    assert within(SECONDS, lambda: done(platform) and waiting(platform, queue.dead_letter_url) == 2)
    send(platform, correction(order, 1))
    assert within(SECONDS, lambda: done(platform))
    told = operate(platform, tmp_path, "redrive", "receipts", "corrections", "--dry-run")
    unreadable = next(line.split()[0] for line in told if line.endswith("the body is not JSON"))
    moved = operate(platform, tmp_path, "redrive", "receipts", "corrections", "--discard", unreadable)
    assert moved[1] == f"1 message discarded: {unreadable}"
    assert within(SECONDS, lambda: done(platform))
    assert applied(platform, order) == [1, 2]
    assert waiting(platform, queue.dead_letter_url) == 0
