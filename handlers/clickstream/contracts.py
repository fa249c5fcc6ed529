"""What browsers send, and what travels in the stream."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
CorrelationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._=-]{1,128}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Click(_Model):
    """One thing that a visitor did."""

    click_id: Name = Field(
        description="Made by the browser: who sends a click twice gives it the same id, and readers count it once"
    )
    session_id: Name = Field(description="Clicks of one session keep their order")
    occurred_at: AwareDatetime = Field(description="ISO 8601 with offset, by the browser's clock")
    page: str = Field(min_length=1, max_length=500, description="Path of the page, without its query")
    element: str | None = Field(default=None, min_length=1, max_length=100)
    referrer: str | None = Field(default=None, min_length=1, max_length=500)


class NewClicks(_Model):
    """The body of `POST /clicks`."""

    clicks: list[Click] = Field(min_length=1, max_length=100)


class Taken(_Model):
    """The answer: so many clicks are in the stream."""

    accepted: int


class Meta(_Model):
    """What every record carries besides its data."""

    correlation_id: CorrelationId


class ClickRecord(_Model):
    """One record of the stream, as JSON."""

    meta: Meta
    data: Click
