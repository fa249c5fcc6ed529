"""Drives receipts."""

import json
import uuid

from local.smoke import Access
from tests.end_to_end.calls import waiting
from tests.end_to_end.drivers import PAID, eventually


def drive(access: Access) -> None:
    """A message that becomes a receipt, one that is sent twice, and one that never can; then a correction of that receipt, and one that never is one."""
    queues = access.inventory.workloads["receipts"].queues
    good = {**PAID, "order_id": f"driven-{uuid.uuid4().hex[:8]}"}
    settle(access, queues["paid-orders"], good, good, {**good, "currency": "euro"})
    line = {"sku": "BOOK-1", "quantity": 2, "unit_price": 1000}
    one = {"order_id": good["order_id"], "sequence": 1, "corrected_at": "2026-01-02T00:00:00Z", "reason": "driven", "lines": [line]}
    settle(access, queues["corrections"], one, {**one, "sequence": 3}, MessageGroupId=good["order_id"])


def settle(access: Access, queue, *bodies: dict, **options: str) -> None:
    """Sends the bodies, of which the last can never be used, and waits until the queue has got rid of all."""
    dead = waiting(access, queue.dead_letter_url)
    for body in bodies:
        access.cloud.client("sqs").send_message(QueueUrl=queue.url, MessageBody=json.dumps(body), **options)
    eventually(f"{queue.physical_name} was done with its messages", lambda: waiting(access, queue.url) == 0)
    assert waiting(access, queue.dead_letter_url) == dead + 1, "the dead-letter queue does not hold just the bad message"
