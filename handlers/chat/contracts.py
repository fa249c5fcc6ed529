"""Frames that travel over the socket, both ways. All are JSON."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Room = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SendFrame(_Model):
    """What a client sends. Its first frame to a room joins the room."""

    action: Literal["send"]
    room: Room
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    correlation_id: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9._=-]{1,128}$", description="Found in the logs, and in the frames that it leads to"
    )


class MessageFrame(_Model):
    """What everybody in the room gets, the sender included: to the sender it says that the message was taken."""

    type: Literal["message"] = "message"
    room: Room
    sender: str = Field(description="The sender's user name")
    text: str
    sent_at: str = Field(description="UTC, ISO 8601")
    message_id: str
    correlation_id: str


class ProblemFrame(_Model):
    """What the sender of a frame gets that could not be taken."""

    type: Literal["problem"] = "problem"
    message: str
    field: str | None = None
    correlation_id: str
