"""Batches from SQS: every message succeeds or fails alone, and says why.

A message that can never succeed becomes visible again at once, so that it reaches the dead-letter queue within seconds
instead of a visibility timeout per attempt; one that may succeed later waits longer after every attempt (`retry_after_seconds`).

SQS counts a receive of every message that it hands over, tried or not, and gives a message up by that count. So that none is
given up for what another one does:

- those that were received most often are tried first;
- the batch ends when its first attempts all ended without an answer: what all of them need is away. The others would wait for
  it in vain and be cut off. They wait as long as if they had been tried;
- it also ends when the function's time does not suffice for another message. The rest comes again at once if all went well so
  far, because another invocation has the time; otherwise it waits as if it had been tried.

In a FIFO queue a message that may succeed later holds up those behind it in its group, and no other group. They are reported
as failed without having been tried and come with it, each time for one receive of their own. Messages behind one that can
never succeed are tried: SQS hands them over without it in the end, too. Where a message must not share the receives of the
one before it, `batch_size: 1`.
"""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from shared.clients import client
from shared.errors import PermanentFailure
from shared.observability import CORRELATION_ATTRIBUTE, correlated, count_by_function, logger, sent_id
from shared.refusals import Kind, kind_of

FIRST_RETRY_SECONDS, GROWTH, LONGEST_RETRY_SECONDS = 5, 8, 900
CHANCE = 0.25
"""Share of a wait that is left to chance. The waits are 5, 40, 320 and then 900 s, a quarter less at the least: with the 5 receives
that AWS asks for at the least they add up to 949 s, so a queue survives 15 minutes without what its messages need. SQS allows
43,200 s from the first receive on."""
STOP_AFTER = 2
"""Attempts without an answer, the first ones of a batch, that end it: one may be the message's own."""
ENTRIES_PER_CALL = 10  # SQS: entries of one ChangeMessageVisibilityBatch
RESERVE_SECONDS = 2.0
"""Kept back of the function's time for what comes after the last message: telling SQS, metrics, the answer."""


class Message:
    """One message of a batch, whatever somebody has put into it: what cannot be read raises when it is read, or is left out."""

    def __init__(self, raw: Any) -> None:
        self._raw: dict[str, Any] = raw if isinstance(raw, dict) else {}

    @property
    def message_id(self) -> str:
        """SQS's id of the message; empty for what no queue has sent, because there it is never missing."""
        return sent_id(self._raw, "messageId") or ""

    @property
    def body(self) -> str:
        """Raises PermanentFailure where there is none."""
        body = sent_id(self._raw, "body")
        if body is None:
            raise PermanentFailure("body: is missing or no text")
        return body

    @property
    def message_group_id(self) -> str:
        """Of a FIFO queue. A message without one is a group by itself."""
        return sent_id(self._raw, "attributes", "MessageGroupId") or self.message_id

    @property
    def receive_count(self) -> int:
        """How often it was received, this time included: at least 1."""
        told = sent_id(self._raw, "attributes", "ApproximateReceiveCount") or ""
        return max(1, int(told)) if told.isascii() and told.isdigit() and len(told) <= 9 else 1

    @property
    def receipt_handle(self) -> str | None:
        return sent_id(self._raw, "receiptHandle")

    @property
    def correlation_id(self) -> str | None:
        return sent_id(self._raw, "messageAttributes", CORRELATION_ATTRIBUTE, "stringValue")

    @property
    def queue_arn(self) -> str:
        return sent_id(self._raw, "eventSourceARN") or ""


def process_batch(
    event: dict[str, Any], handle: Callable[[Message], None], queue_url: str, context: Any | None = None
) -> dict[str, Any]:
    """Calls `handle` with every message; returns Lambda's partial batch response.

    `shared.refusals` tells what an exception means for another attempt. The invocation itself succeeds even if all messages
    fail: the dead-letter queue's alarm watches those, and `BatchItemFailures` counts them. Messages that were not tried are one
    WARNING each and not counted.

    `context` is Lambda's. Its remaining time ends the batch before the timeout does; without it only the timeout does.
    The first message is tried however little time there is, so that a batch always gets on.
    """
    batch = _Batch([Message(raw) for raw in event["Records"]], handle, context)
    batch.process()
    if batch.failed:
        count_by_function("BatchItemFailures", batch.failed)
    _set_visibility(queue_url, batch.retries)
    return {"batchItemFailures": [{"itemIdentifier": message.message_id} for message, _ in batch.retries]}


def retry_after_seconds(receive_count: int, permanent: bool) -> int:
    """Seconds until a failed message is tried again: 0 if that cannot help, else growing with every receive."""
    if permanent:
        return 0
    ceiling = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * GROWTH ** min(receive_count - 1, 16))
    return round(ceiling * (1 - random.uniform(0, CHANCE)))


class _Batch:
    """One batch at work."""

    def __init__(self, messages: Sequence[Message], handle: Callable[[Message], None], context: Any | None) -> None:
        self.failed = 0
        self.retries: list[tuple[Message, int]] = []
        """What is not done, in its order, and for how many seconds each stays hidden."""
        self._handle, self._context = handle, context
        # By the queue's name, SQS's rule: a group id alone says nothing, because messages of other queues may have one.
        self._fifo = any(message.queue_arn.endswith(".fifo") for message in messages)
        self._messages = self._in_turn(messages)
        self._longest_seconds = 0.0
        self._attempts, self._unanswered, self._troubled = 0, 0, False
        self._held: dict[str, tuple[str, int]] = {}
        """Group -> id of its first message that is not done, and for how many seconds that one stays hidden."""

    def _in_turn(self, messages: Sequence[Message]) -> Iterable[Message]:
        """Those that were received most often first; of a FIFO queue, groups by their message that was, each in its order."""
        most: dict[str, int] = {}
        for message in messages:
            most[self._group(message)] = max(message.receive_count, most.get(self._group(message), 0))
        return sorted(messages, key=lambda message: -most[self._group(message)])

    def _group(self, message: Message) -> str:
        return message.message_group_id if self._fifo else message.message_id

    def process(self) -> None:
        for message in self._messages:
            held_by, _ = self._held.get(self._group(message), ("", 0))
            if self._unanswered >= STOP_AFTER:
                self._leave(message, "what the messages before it need does not answer")
            elif self._attempts and self._is_out_of_time():
                self._leave(message, "the function's time would not suffice for it")
            elif held_by and held_by != message.message_id:
                self._leave(message, f"message {held_by} of its group failed before it")
            else:
                self._try(message)

    def _try(self, message: Message) -> None:
        begun = time.monotonic()
        self._attempts += 1
        try:
            with correlated(message.correlation_id, message.message_id, message_id=message.message_id):
                try:
                    self._handle(message)
                except Exception as error:
                    _tell(message, error, kind_of(error) == "permanent")
                    raise  # so that the message's part of the trace has it, too
        except Exception as error:
            self._fail(message, kind_of(error))
        self._longest_seconds = max(self._longest_seconds, time.monotonic() - begun)

    def _fail(self, message: Message, kind: Kind) -> None:
        permanent = kind == "permanent"
        self.failed += 1
        self._troubled = self._troubled or not permanent
        if kind == "away" and self._unanswered == self._attempts - 1:
            self._unanswered += 1
        if not message.message_id:
            return  # nothing that SQS could keep
        seconds = retry_after_seconds(message.receive_count, permanent)
        self.retries.append((message, seconds))
        if not permanent:
            self._held[self._group(message)] = (message.message_id, seconds)

    def _leave(self, message: Message, reason: str) -> None:
        logger.warning(
            "message left for the next attempt",
            message_id=message.message_id,
            correlation_id=message.correlation_id or message.message_id,
            reason=reason,
            receive_count=message.receive_count,
        )
        if not message.message_id:
            return
        # As if it had been tried; at once where all went well, because another invocation has the time. Behind another one of its group
        # as long as that: a shorter time would gain nothing, a longer one would hold up the group.
        seconds = retry_after_seconds(message.receive_count, permanent=False) if self._troubled else 0
        _, seconds = self._held.setdefault(self._group(message), (message.message_id, seconds))
        self.retries.append((message, seconds))

    def _is_out_of_time(self) -> bool:
        """Whether a message that takes as long as the longest so far would leave less than the reserve."""
        if self._context is None:
            return False
        return bool(self._context.get_remaining_time_in_millis() / 1000 < self._longest_seconds + RESERVE_SECONDS)


def _tell(message: Message, error: Exception, permanent: bool) -> None:
    """The ERROR record that `redrive --dry-run` joins to a dead letter by `message_id`."""
    named = isinstance(error, PermanentFailure)
    logger.error(
        "message failed",
        reason=str(error) if named else f"{type(error).__name__}: {error}",
        permanent=permanent,
        receive_count=message.receive_count,
        exc_info=not named,  # where the code may be at fault, the place matters
    )


def _set_visibility(queue_url: str, retries: Sequence[tuple[Message, int]]) -> None:
    """Best effort: where it fails, the queue's own visibility timeout brings the message back, only later."""
    known = [(message.receipt_handle, seconds) for message, seconds in retries if message.receipt_handle]
    for start in range(0, len(known), ENTRIES_PER_CALL):
        entries = [
            {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
            for number, (handle, seconds) in enumerate(known[start : start + ENTRIES_PER_CALL])
        ]
        try:
            failed = client("sqs").change_message_visibility_batch(QueueUrl=queue_url, Entries=entries).get("Failed", [])
            if failed:
                logger.warning("retry time of messages not set", codes=sorted({item["Code"] for item in failed}))
        except Exception as error:
            logger.warning("retry time of messages not set", codes=[type(error).__name__])
