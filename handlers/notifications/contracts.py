"""What others may rely on: bodies of the API and events on the bus `notices`. Published as JSON schema in `schemas/`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Priority = Literal["low", "normal", "high"]
NotificationId = Annotated[str, StringConstraints(pattern=r"^ntf_[0-9a-f]{32}$")]
# A subject becomes one line of a mail or a list, so it holds none of the characters that end a line.
Subject = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=120)]
Recipient = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._|@+-]{0,127}$")]


class NewNotification(BaseModel):
    """The body of `POST /notifications`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipient: Recipient = Field(description="Who is told: a user's id")
    subject: Subject
    text: str = Field(min_length=1, max_length=4000)
    priority: Priority = "normal"


class NotificationAccepted(BaseModel):
    """The answer of `POST /notifications`: it will be delivered, and has not been yet."""

    model_config = ConfigDict(frozen=True)

    notification_id: NotificationId
    status: Literal["accepted"] = "accepted"


class NotificationRequested(BaseModel):
    """Event: somebody asked that a notification be delivered. The id is the request's: a repeated request has the same.

    Fields that a sender adds later are ignored, so that senders can move first.
    """

    model_config = ConfigDict(frozen=True)

    notification_id: NotificationId
    requested_by: str = Field(min_length=1, max_length=256, description="The `sub` claim of the caller")
    requested_at: str = Field(min_length=20, max_length=40, description="UTC, ISO 8601")
    recipient: Recipient
    subject: Subject
    text: str = Field(min_length=1, max_length=4000)
    priority: Priority
