"""Batches from SQS: every message succeeds or fails alone, and says why.

A message that can never succeed becomes visible again at once, so that it reaches the dead-letter queue within seconds
instead of a visibility timeout per attempt; one that may succeed later waits longer after every attempt.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared.clients import client
from shared.errors import PermanentFailure
from shared.observability import CORRELATION_ATTRIBUTE, correlated, count, logger

FIRST_RETRY_SECONDS = 5
LONGEST_RETRY_SECONDS = 900
"""Of 43,200 s that SQS allows from the first receive on; with 5 receives the waits add up to 155 s at most."""
ENTRIES_PER_CALL = 10  # SQS: entries of one ChangeMessageVisibilityBatch

RecordHandler = Callable[[SQSRecord], None]


def process_batch(event: dict[str, Any], record_handler: RecordHandler, queue_url: str) -> dict[str, Any]:
    """Calls `record_handler` with every message; returns Lambda's partial batch response.

    PermanentFailure marks a message that will never succeed; any other exception is taken for a passing one. The
    invocation itself succeeds even if all messages fail: the dead-letter queue's alarm watches those, and
    `BatchItemFailures` counts them.
    """
    processor = _Processor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def one(record: SQSRecord) -> None:
        with correlated(_correlation_id(record), record.message_id, message_id=record.message_id):
            try:
                record_handler(record)
            except Exception as error:
                _tell(record, error)
                raise

    with processor(records=event["Records"], handler=one):
        processor.process()
    if processor.fail_messages:
        count("BatchItemFailures", len(processor.fail_messages))
        _set_visibility(queue_url, processor.retries)
    return dict(processor.response())


def retry_after_seconds(receive_count: int, permanent: bool) -> int:
    """Seconds until a failed message is tried again: 0 if that cannot help, else exponential with half of it by chance."""
    if permanent:
        return 0
    ceiling = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(receive_count - 1, 16))
    return round(ceiling / 2 + random.uniform(0, ceiling / 2))


class _Processor(BatchProcessor):
    """Remembers how long each failed message should stay hidden."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.retries: list[tuple[SQSRecord, int]] = []

    def failure_handler(self, record: Any, exception: Any) -> Any:
        permanent = isinstance(exception[1], PermanentFailure)
        receives = int(record.attributes.approximate_receive_count)
        self.retries.append((record, retry_after_seconds(receives, permanent)))
        return super().failure_handler(record, exception)


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
