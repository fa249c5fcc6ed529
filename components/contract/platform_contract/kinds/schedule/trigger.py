"""A time at which a function runs."""

from typing import Annotated

from pydantic import Field, model_validator

from platform_contract.kinds.schedule import limits
from platform_contract.languages import schedules
from platform_contract.languages.clocks import time_zones
from platform_contract.platform import retry_policy
from platform_contract.platform.diagnostics import broken, did_you_mean
from platform_contract.platform.text_types import Form, Strict

Expression = Annotated[
    str, Form(schedules.FORM, "must be rate(...), cron(...) with six fields, or at(...)", f"write it like {schedules.EXAMPLES}")
]


class ScheduleTrigger(Strict):
    """A schedule of the function; it may come twice, and the next run may begin before the last one has ended."""

    expression: Expression = Field(description="When: rate(1 hour), cron(minutes hours day month weekday year), or at(time).")
    timezone: str = Field(default="UTC", description="Time zone in which it is meant, such as Europe/Berlin: summer time is followed.")
    window_minutes: int = Field(
        default=0, ge=0, le=limits.MAXIMUM_WINDOW_MINUTES, description="Minutes within which it may start, to spread load; 0: on time."
    )
    maximum_age_seconds: int = Field(
        default=retry_policy.DEFAULT_AGE_SECONDS, ge=retry_policy.MINIMUM_AGE_SECONDS, le=retry_policy.MAXIMUM_AGE_SECONDS,
        description="How long a run that cannot be started is tried.",
    )  # fmt: skip
    maximum_retries: int = Field(
        default=limits.DEFAULT_RETRIES, ge=0, le=retry_policy.MAXIMUM_RETRIES, description="How often it is tried again."
    )

    @model_validator(mode="after")
    def _meant(self) -> "ScheduleTrigger":
        if self.timezone not in time_zones():
            hint = did_you_mean(self.timezone, time_zones())
            raise broken("is no time zone", hint or "write it like Europe/Berlin", field="timezone")
        if wrong := schedules.wrong_expression(self.expression):
            raise broken(*wrong, field="expression")
        return self
