"""Drives receipts."""

import json
import uuid

from local.smoke import Access
from tests.end_to_end.calls import waiting
from tests.end_to_end.drivers import PAID, eventually


def drive(access: Access) -> None:
    """A message that becomes a receipt, and one that never can."""
    queue = access.inventory.workloads["receipts"].queues["paid-orders"]
    good = {**PAID, "order_id": f"driven-{uuid.uuid4().hex[:8]}"}
    dead = waiting(access, queue.dead_letter_url)
    for body in (good, {**good, "currency": "euro"}):
        access.cloud.client("sqs").send_message(QueueUrl=queue.url, MessageBody=json.dumps(body))
    eventually("one message became a receipt and the other a dead letter", lambda: waiting(access, queue.url) == 0)
    assert waiting(access, queue.dead_letter_url) == dead + 1, "the dead-letter queue does not hold just the bad message"
