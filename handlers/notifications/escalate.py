"""Second rule of the bus, high priority only: notes what somebody on call must look at.

An exception leaves the function: Lambda tries an asynchronous invocation twice more, then the event goes to the
function's dead-letter queue.
"""

from functools import cache
from typing import Any

from pydantic import Field

from notifications import logic
from notifications.contracts import NotificationRequested
from notifications.store import EscalationStore
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.events import read_event
from shared.observability import correlation_id, count, instrumented, logger


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_escalations: str = Field(min_length=3)


@cache
def parts() -> EscalationStore:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    return EscalationStore(client("dynamodb"), load_config(Config).table_escalations)


@instrumented
def handler(event: dict[str, Any], context: Any) -> None:
    arrived = read_event(event, NotificationRequested)
    asked = arrived.detail.data
    new = logic.escalate(asked, arrived.id, correlation_id(), parts())
    if new:
        count("NotificationsEscalated")
    logger.info(
        "notification escalated" if new else "notification was escalated already",
        notification_id=asked.notification_id, event_id=arrived.id,
    )  # fmt: skip


if in_lambda():
    parts()
