"""What it means to ask for, to deliver and to escalate a notification. No Lambda, no AWS: callers hand in stores and clocks."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal, Protocol

from notifications.contracts import NewNotification, NotificationRequested
from notifications.models import Delivery, Escalation
from shared.errors import PermanentFailure

Outcome = Literal["new", "redelivered", "repeated"]
"""A first event; the same event again; another event of the same request."""


class Bus(Protocol):
    """Where events go."""

    def publish(self, data: NotificationRequested, correlation_id: str) -> str:
        """Sends the event and returns the id that it got."""


class Deliveries(Protocol):
    """Where deliveries are kept, one for a notification."""

    def add(self, delivery: Delivery) -> bool:
        """Keeps a new delivery. False, and nothing written, if its notification has one."""

    def find(self, notification_id: str) -> Delivery | None:
        """The delivery as last written, or None."""


class Escalations(Protocol):
    """Where escalations are kept, one for a notification."""

    def add(self, escalation: Escalation) -> bool:
        """Keeps a new escalation. False, and nothing written, if its notification has one."""


def now() -> datetime:
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def notification_id(caller: str, key: str | None, request: NewNotification) -> str:
    """The id of what this caller asks for with this key; without a key every request is a new one.

    Derived, so that a retried request becomes the same notification, of which consumers keep one, with no memory of
    requests at the edge. The content is part of it: a key that is used for two contents by mistake loses neither.
    """
    if key is None:
        return f"ntf_{uuid.uuid4().hex}"
    parts = (caller, key, request.model_dump_json())
    # Lengths keep ("a", "bc") and ("ab", "c") apart.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return "ntf_" + hashlib.sha256(text.encode()).hexdigest()[:32]


def ask(
    request: NewNotification,
    caller: str,
    key: str | None,
    bus: Bus,
    correlation_id: str,
    clock: Callable[[], datetime] = now,
) -> tuple[NotificationRequested, str]:
    """Publishes the request; returns the event and its id. What the bus raises passes through: nothing was accepted then."""
    event = NotificationRequested(
        notification_id=notification_id(caller, key, request),
        requested_by=caller,
        requested_at=timestamp(clock()),
        **request.model_dump(),
    )
    return event, bus.publish(event, correlation_id)


def digest(asked: NotificationRequested) -> str:
    """Of what is delivered. The moment of the request is left out: a retry asks for the same at another one."""
    return hashlib.sha256(asked.model_dump_json(exclude={"requested_at"}).encode()).hexdigest()


def deliver(
    asked: NotificationRequested, event_id: str, correlation_id: str, store: Deliveries, clock: Callable[[], datetime] = now
) -> Outcome:
    """Puts the notification into the recipient's inbox, once, however often events of it arrive.

    Raises PermanentFailure if another content was delivered under this id: one of two senders would be ignored silently.
    """
    delivery = Delivery(
        notification_id=asked.notification_id,
        event_id=event_id,
        correlation_id=correlation_id,
        recipient=asked.recipient,
        subject=asked.subject,
        text=asked.text,
        priority=asked.priority,
        content_digest=digest(asked),
        delivered_at=timestamp(clock()),
    )
    if store.add(delivery):
        return "new"
    earlier = store.find(asked.notification_id)
    if earlier is None:  # removed between the two calls
        raise RuntimeError("the delivery was there and is gone")
    if earlier.event_id == event_id:
        return "redelivered"
    if earlier.content_digest != delivery.content_digest:
        raise PermanentFailure("notification_id: another content was delivered under this id")
    return "repeated"


def escalate(
    asked: NotificationRequested, event_id: str, correlation_id: str, store: Escalations, clock: Callable[[], datetime] = now
) -> bool:
    """Notes that somebody on call must look at this; False if that was noted before.

    Raises PermanentFailure for what is not urgent: the rule in front lets only high priority through, so an event of
    another one means that the rule is wrong.
    """
    if asked.priority != "high":
        raise PermanentFailure(f"priority: only high is escalated, this is {asked.priority}")
    return store.add(
        Escalation(
            notification_id=asked.notification_id,
            event_id=event_id,
            correlation_id=correlation_id,
            recipient=asked.recipient,
            subject=asked.subject,
            escalated_at=timestamp(clock()),
        )
    )
