"""What the workload keeps, and the shape in which the rule hands over an event."""

from pydantic import BaseModel, ConfigDict, Field

from notifications.contracts import NotificationId, NotificationRequested, Priority


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class TransformedEvent(_Model):
    """What the rule's input transformer makes of an event for `deliver`."""

    event_id: str = Field(min_length=1, description="EventBridge's id: a redelivered or replayed event keeps it")
    correlation_id: str = ""
    notification: NotificationRequested


class Delivery(_Model):
    """A notification in its recipient's inbox."""

    notification_id: NotificationId
    event_id: str = Field(description="Of the event that was delivered first")
    correlation_id: str
    recipient: str
    subject: str
    text: str
    priority: Priority
    content_digest: str = Field(description="SHA-256: tells a repeated request from another content under the same id")
    delivered_at: str = Field(description="UTC, ISO 8601")


class Escalation(_Model):
    """Something that somebody on call must look at. The text stays in the inbox."""

    notification_id: NotificationId
    event_id: str
    correlation_id: str
    recipient: str
    subject: str
    escalated_at: str = Field(description="UTC, ISO 8601")
