"""What a schedule sends, what a draft is, and the report that a sweep leaves."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}$")]
"""Without `#`, which parts the keys of entries."""


class SweepRequest(BaseModel):
    """The input of the schedule: EventBridge Scheduler puts its context attributes in."""

    model_config = ConfigDict(frozen=True)

    schedule_arn: str = Field(min_length=1, max_length=2048)
    scheduled_time: AwareDatetime = Field(description="For when the run was planned; the same in every attempt")
    execution_id: str = Field(min_length=1, max_length=256, description="Of the schedule's invocation; taken as correlation id")
    attempt: int = Field(ge=0, description="Counts the schedule's attempts; arrives as text")


class Draft(BaseModel):
    """A draft as its producer keeps it. Further attributes belong to the producer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: Name
    draft_id: Name
    expires_at: int = Field(ge=0, lt=10**12, description="Seconds since 1970; from then on the sweep may remove it")
    title: str = Field(default="", max_length=200)


class SweepReport(BaseModel):
    """The object that every run leaves in the bucket `reports`."""

    model_config = ConfigDict(frozen=True)

    scheduled_time: datetime
    correlation_id: str | None = Field(default=None, description="Of the run: the schedule's execution id, as in its log lines")
    started_at: datetime
    finished_at: datetime
    fencing_token: int = Field(ge=1, description="Of the run; of two reports for one time the higher one is the later")
    removed: int = Field(ge=0, description="Drafts")
    kept: int = Field(ge=0, description="Drafts that were due, but whose time had been put off")
    owners: int = Field(ge=0, description="Different owners of the removed drafts")
    complete: bool = Field(description="False: the time was over before all was removed; the next run goes on")


class SweepOutcome(BaseModel):
    """What the function returns."""

    model_config = ConfigDict(frozen=True)

    outcome: Literal["swept", "already-running", "already-done"]
    removed: int = 0
    complete: bool = True
    report: str | None = Field(default=None, description="Key of the report in the bucket")
