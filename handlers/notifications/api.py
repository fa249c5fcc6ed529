"""`POST /notifications`: parse, one call into the logic, answer. Delivery happens behind the bus, so the answer is 202."""

from functools import cache
from typing import Any

from pydantic import Field

from notifications import logic
from notifications.contracts import NewNotification, NotificationAccepted
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.events import EventBus
from shared.http import answer, caller, read_body, serve
from shared.idempotency_keys import optional_key
from shared.observability import correlation_id, count, instrumented, logger
from shared.routes import Response, Routes

SOURCE = "notifications"
app = Routes()


class Config(FunctionConfig):
    """What the platform must set for this function."""

    bus_notices: str = Field(min_length=1, description="Name of the event bus")


@cache
def parts() -> EventBus:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    return EventBus(client("events"), load_config(Config).bus_notices, SOURCE)


@app.post("/notifications")
def create() -> Response:
    requested_by = caller(app.current_event)
    key = optional_key(app.current_event)
    request = read_body(app.current_event, NewNotification)
    asked, event_id = logic.ask(request, requested_by, key, parts(), correlation_id())
    count("NotificationsRequested")
    logger.info("notification requested", notification_id=asked.notification_id, event_id=event_id, priority=asked.priority)
    return answer(202, NotificationAccepted(notification_id=asked.notification_id).model_dump(mode="json"))


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)


if in_lambda():
    parts()
