"""Rule of the bus, input transformed: puts one notification into its recipient's inbox.

An exception leaves the function: Lambda tries an asynchronous invocation twice more, then the event goes to the
function's dead-letter queue.
"""

from functools import cache
from typing import Any

from pydantic import Field

from notifications import logic
from notifications.models import TransformedEvent
from notifications.store import DeliveryStore
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.events import parse
from shared.observability import CORRELATION_ATTRIBUTE, accept_correlation_id, count, instrumented, logger, sent_id


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_deliveries: str = Field(min_length=3)


@cache
def parts() -> DeliveryStore:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    return DeliveryStore(client("dynamodb"), load_config(Config).table_deliveries)


@instrumented
def handler(event: dict[str, Any], context: Any) -> None:
    accepted = accept_correlation_id(sent_id(event, CORRELATION_ATTRIBUTE), sent_id(event, "event_id"))
    transformed = parse(event, TransformedEvent)
    asked = transformed.notification
    outcome = logic.deliver(asked, transformed.event_id, accepted, parts())
    if outcome == "new":
        count("NotificationsDelivered")
    logger.info(
        "notification delivered" if outcome == "new" else "notification was delivered already",
        notification_id=asked.notification_id, event_id=transformed.event_id, outcome=outcome,
    )  # fmt: skip


if in_lambda():
    parts()
