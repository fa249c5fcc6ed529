"""A time at which a function runs."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import Field, model_validator

from ..problems import broken, did_you_mean
from ..standards import events
from ..words import Form, Strict
from .cron import wrong_expression

Expression = Annotated[
    str,
    Form(
        r"rate\([1-9]\d{0,4} (minutes?|hours?|days?)\)|cron\(\S+( \S+){5}\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)",
        "must be rate(...), cron(...) with six fields, or at(...)",
        "write it like rate(1 hour), cron(30 3 * * ? *) or at(2027-01-31T08:00:00)",
    ),
]


class ScheduleTrigger(Strict):
    """A schedule of the function; it may come twice, and the next run may begin before the last one has ended."""

    expression: Expression = Field(description="When: rate(1 hour), cron(minutes hours day month weekday year), or at(time).")
    timezone: str = Field(default="UTC", description="Time zone in which it is meant, such as Europe/Berlin: summer time is followed.")
    window_minutes: int = Field(
        default=0, ge=0, le=events.MAXIMUM_WINDOW_MINUTES, description="Minutes within which it may start, to spread load; 0: on time."
    )
    maximum_age_seconds: int = Field(
        default=events.DEFAULT_AGE_SECONDS, ge=events.MINIMUM_AGE_SECONDS, le=events.MAXIMUM_AGE_SECONDS,
        description="How long a run that cannot be started is tried.",
    )  # fmt: skip
    maximum_retries: int = Field(
        default=events.DEFAULT_SCHEDULE_RETRIES, ge=0, le=events.MAXIMUM_RETRIES, description="How often it is tried again."
    )

    @model_validator(mode="after")
    def _meant(self) -> "ScheduleTrigger":
        if self.timezone not in available_timezones():
            hint = did_you_mean(self.timezone, available_timezones())
            raise broken("is no time zone", hint or "write it like Europe/Berlin", field="timezone")
        if wrong := wrong_expression(self.expression):
            raise broken(*wrong, field="expression")
        return self
