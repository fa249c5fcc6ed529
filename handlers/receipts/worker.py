"""One receipt in S3 for every message of the queue; a message that cannot become one fails alone."""

from functools import cache
from typing import Any

from pydantic import Field

from receipts import logic
from receipts.store import ReceiptStore
from shared.batch import Message, process_batch
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.observability import correlation_id, count, instrumented, logger


class Config(FunctionConfig):
    """What the platform must set for this function."""

    queue_paid_orders: str = Field(pattern=r"^https?://", description="URL of the queue that triggers the function")
    bucket_receipts: str = Field(min_length=3)


@cache
def parts() -> tuple[Config, ReceiptStore]:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    return config, ReceiptStore(client("s3"), config.bucket_receipts)


def write_receipt(message: Message) -> None:
    receipt = logic.receipt_for(logic.read(message.body))
    written = parts()[1].add(logic.object_key(receipt.order_id), receipt.model_dump_json(), correlation_id())
    if written:
        count("ReceiptsWritten")
    logger.info("receipt written" if written else "receipt was there already", order_id=receipt.order_id)


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return process_batch(event, write_receipt, parts()[0].queue_paid_orders, context)


if in_lambda():
    parts()
