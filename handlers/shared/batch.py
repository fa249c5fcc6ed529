"""Batches from SQS: every message succeeds or fails alone, and says why.

A message that can never succeed becomes visible again at once, so that it reaches the dead-letter queue within seconds
instead of a visibility timeout per attempt; one that may succeed later waits longer after every attempt.

In a FIFO queue a message that fails holds up those behind it in its group, and no other group. They are reported as failed
without having been tried, which SQS counts as a receive of theirs: what was in one batch behind a message that lasts in
failing goes to the dead-letter queue with it, in their order. Give such a queue more receives, and redrive the whole group.

A batch also ends when the function's time does not suffice for another message: the rest comes again at once, untouched.
"""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, SqsFifoPartialProcessor
from aws_lambda_powertools.utilities.batch.exceptions import SQSFifoMessageGroupCircuitBreakerError
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared.clients import client
from shared.errors import PermanentFailure
from shared.observability import CORRELATION_ATTRIBUTE, correlated, count_by_function, logger

FIRST_RETRY_SECONDS = 5
LONGEST_RETRY_SECONDS = 900
"""Of 43,200 s that SQS allows from the first receive on; with 5 receives the waits add up to 155 s at most."""
ENTRIES_PER_CALL = 10  # SQS: entries of one ChangeMessageVisibilityBatch
RESERVE_SECONDS = 2.0
"""Kept back of the function's time for what comes after the last message: telling SQS, metrics, the answer."""

RecordHandler = Callable[[SQSRecord], None]


def process_batch(
    event: dict[str, Any], record_handler: RecordHandler, queue_url: str, context: Any | None = None
) -> dict[str, Any]:
    """Calls `record_handler` with every message; returns Lambda's partial batch response.

    PermanentFailure marks a message that will never succeed; any other exception is taken for a passing one. The
    invocation itself succeeds even if all messages fail: the dead-letter queue's alarm watches those, and
    `BatchItemFailures` counts them. Messages that were not tried (behind a failed one of their group, or for want of
    time) are one WARNING each and not counted.

    `context` is Lambda's. Its remaining time ends the batch before the timeout does; without it only the timeout does.
    The first message is tried however little time there is, so that a batch always gets on.
    """
    processor: _Batch = (_InOrder if _is_fifo(event) else _Batch)(context)

    def one(record: SQSRecord) -> None:
        with correlated(_correlation_id(record), record.message_id, message_id=record.message_id):
            try:
                record_handler(record)
            except Exception as error:
                _tell(record, error)
                raise

    with processor(records=event["Records"], handler=one):
        processor.process()
    if processor.failed:
        count_by_function("BatchItemFailures", processor.failed)
    _set_visibility(queue_url, processor.retries)
    return dict(processor.response())


def retry_after_seconds(receive_count: int, permanent: bool) -> int:
    """Seconds until a failed message is tried again: 0 if that cannot help, else exponential with half of it by chance."""
    if permanent:
        return 0
    ceiling = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(receive_count - 1, 16))
    return round(ceiling / 2 + random.uniform(0, ceiling / 2))


class OutOfTime(Exception):
    """Not a failure of the message: the function's time would not have sufficed for it."""


NOT_TRIED = (SQSFifoMessageGroupCircuitBreakerError, OutOfTime)
"""Exceptions under which Powertools is told of messages that `record_handler` was not called with."""


class _Batch(BatchProcessor):
    """Remembers how long each failed message should stay hidden, and stops while there is time to say so."""

    options: dict[str, Any] = {"event_type": EventType.SQS}

    def __init__(self, context: Any | None) -> None:
        super().__init__(**self.options)
        self.raise_on_entire_batch_failure = False
        self.retries: list[tuple[SQSRecord, int]] = []
        self.failed = 0
        self._context = context
        self._longest_seconds = 0.0
        self._tried = False

    def _process_record(self, record: dict[str, Any]) -> Any:
        if self._tried and self._is_out_of_time():
            error = OutOfTime("the function's time would not suffice for it")
            return self.failure_handler(self._to_batch_type(record, event_type=self.event_type), (OutOfTime, error, None))
        self._tried = True
        begun = time.monotonic()
        try:
            return super()._process_record(record)
        finally:
            self._longest_seconds = max(self._longest_seconds, time.monotonic() - begun)

    def _is_out_of_time(self) -> bool:
        """Whether a message that takes as long as the longest so far would leave less than the reserve."""
        if self._context is None:
            return False
        return self._context.get_remaining_time_in_millis() / 1000 < self._longest_seconds + RESERVE_SECONDS

    def failure_handler(self, record: Any, exception: Any) -> Any:
        error = exception[1]
        if isinstance(error, NOT_TRIED):
            _tell_not_tried(record, self._why_not_tried(record, error))
            self.retries.append((record, self._seconds_untried(record)))
        else:
            self.failed += 1
            receives = int(record.attributes.approximate_receive_count)
            seconds = retry_after_seconds(receives, isinstance(error, PermanentFailure))
            self.retries.append((record, seconds))
            self._failed(record, seconds)
        return super().failure_handler(record, exception)

    def _failed(self, record: SQSRecord, seconds: int) -> None:
        """What follows for other messages of the batch: nothing."""

    def _seconds_untried(self, record: SQSRecord) -> int:
        """Another invocation has the time that this one lacks."""
        return 0

    def _why_not_tried(self, record: SQSRecord, error: Exception) -> str:
        return str(error)


class _InOrder(_Batch, SqsFifoPartialProcessor):
    """Of a FIFO queue: nothing of a group after its failed message. The other groups go on (`skip_group_on_error`): with the
    whole batch stopped, one group's poisoned message would use up the receives of all others."""

    options = {"skip_group_on_error": True}

    def __init__(self, context: Any | None) -> None:
        super().__init__(context)
        self._head: dict[str, tuple[str, int]] = {}
        """Group -> id of its failed message, and for how many seconds that one stays hidden."""

    def _failed(self, record: SQSRecord, seconds: int) -> None:
        self._head[_group(record)] = (record.message_id, seconds)

    def _seconds_untried(self, record: SQSRecord) -> int:
        """As long as the failed one before it. A shorter time would gain nothing, a longer one would hold up the group."""
        return self._head.get(_group(record), ("", 0))[1]

    def _why_not_tried(self, record: SQSRecord, error: Exception) -> str:
        message_id, _ = self._head.get(_group(record), ("", 0))
        return f"message {message_id} of its group failed before it" if message_id else str(error)


def _is_fifo(event: dict[str, Any]) -> bool:
    """By the queue's name, SQS's rule: a group id alone says nothing, because messages of other queues may have one."""
    return all(str(record.get("eventSourceARN", "")).endswith(".fifo") for record in event["Records"])


def _group(record: SQSRecord) -> str:
    return record.attributes.message_group_id or ""


def _tell_not_tried(record: SQSRecord, reason: str) -> None:
    logger.warning(
        "message left for the next attempt",
        message_id=record.message_id,
        correlation_id=_correlation_id(record) or record.message_id,
        reason=reason,
        receive_count=int(record.attributes.approximate_receive_count),
    )


def _tell(record: SQSRecord, error: Exception) -> None:
    """The ERROR record that `redrive --dry-run` joins to a dead letter by `message_id`."""
    permanent = isinstance(error, PermanentFailure)
    logger.error(
        "message failed",
        reason=str(error) if permanent else f"{type(error).__name__}: {error}",
        permanent=permanent,
        receive_count=int(record.attributes.approximate_receive_count),
        exc_info=not permanent,  # where the code is at fault, the place matters
    )


def _correlation_id(record: SQSRecord) -> str | None:
    attribute = record.message_attributes[CORRELATION_ATTRIBUTE]
    return attribute.string_value if attribute else None


def _set_visibility(queue_url: str, retries: Sequence[tuple[SQSRecord, int]]) -> None:
    """Best effort: where it fails, the queue's own visibility timeout brings the message back, only later."""
    for start in range(0, len(retries), ENTRIES_PER_CALL):
        entries = [
            {"Id": str(number), "ReceiptHandle": record.receipt_handle, "VisibilityTimeout": seconds}
            for number, (record, seconds) in enumerate(retries[start : start + ENTRIES_PER_CALL])
        ]
        try:
            failed = client("sqs").change_message_visibility_batch(QueueUrl=queue_url, Entries=entries).get("Failed", [])
            if failed:
                logger.warning("retry time of messages not set", codes=sorted({item["Code"] for item in failed}))
        except Exception as error:
            logger.warning("retry time of messages not set", codes=[type(error).__name__])
