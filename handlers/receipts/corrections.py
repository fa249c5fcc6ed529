"""Corrections of receipts from a FIFO queue: those of one order in their order, those of others meanwhile."""

from functools import cache
from typing import Any

from pydantic import Field

from receipts import logic
from receipts.models import Receipt
from receipts.store import CorrectionStore, ReceiptStore
from shared.batch import Message, process_batch
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.observability import correlation_id, count, instrumented, logger

TOLD = {
    "applied": "correction applied",
    "repeated": "correction was applied before",
    "conflicting": "another correction of this number was applied; this one changes nothing",
}
"""Outcome -> what the log tells of it."""


class Config(FunctionConfig):
    """What the platform must set for this function."""

    queue_corrections: str = Field(pattern=r"^https?://", description="URL of the FIFO queue that triggers the function")
    bucket_receipts: str = Field(min_length=3)
    table_corrected_receipts: str = Field(min_length=3)


@cache
def parts() -> tuple[Config, ReceiptStore, CorrectionStore]:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    receipts = ReceiptStore(client("s3"), config.bucket_receipts)
    return config, receipts, CorrectionStore(client("dynamodb"), config.table_corrected_receipts)


def original(order_id: str) -> Receipt | None:
    return parts()[1].get(logic.object_key(order_id))


def apply(message: Message) -> None:
    number, outcome = logic.correct(message.body, message.message_group_id, parts()[2], original, correlation_id())
    if outcome == "applied":
        count("CorrectionsApplied")
    elif outcome == "conflicting":
        count("CorrectionsConflicting")
    tell = logger.warning if outcome == "conflicting" else logger.info
    tell(TOLD[outcome], extra={"order_id": number.order_id, "sequence": number.sequence})


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return process_batch(event, apply, parts()[0].queue_corrections, context)


if in_lambda():
    parts()
