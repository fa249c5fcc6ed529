"""Runs of a function that are kept ready, so that nobody waits for one to start."""

from pydantic import Field, model_validator

from platform_contract.kinds.schedule.trigger import Expression
from platform_contract.languages import schedules
from platform_contract.languages.clocks import time_zones
from platform_contract.platform import lambda_
from platform_contract.platform.diagnostics import broken, did_you_mean
from platform_contract.platform.text_types import Strict

MOST = lambda_.MAXIMUM_RESERVED_CONCURRENCY


class ProvisionedSchedule(Strict):
    """From a time on, other bounds: before a peak that comes by the clock."""

    expression: Expression = Field(description="When: cron(minutes hours day month weekday year), rate(1 hour), or at(time).")
    timezone: str = Field(default="UTC", description="Time zone in which it is meant, such as Europe/Berlin.")
    minimum: int = Field(ge=0, le=MOST, description="Kept ready from then on, however few callers there are.")

    @model_validator(mode="after")
    def _meant(self) -> "ProvisionedSchedule":
        if self.timezone not in time_zones():
            raise broken("is no time zone", did_you_mean(self.timezone, time_zones()) or "write it like Europe/Berlin", field="timezone")
        if wrong := schedules.wrong_expression(self.expression):
            raise broken(*wrong, field="expression")
        return self


class ProvisionedConcurrencySpec(Strict):
    """Runs that are kept ready and paid for by the hour, from the phase `scale` on."""

    minimum: int = Field(ge=1, le=MOST, description="Kept ready at all times.")
    maximum: int | None = Field(
        default=None, ge=1, le=MOST, description="Kept ready at most, as load grows; without it and without schedules always as many as `minimum`."
    )
    utilization_percent: int = Field(
        default=lambda_.PROVISIONED_UTILIZATION_PERCENT, ge=10, le=90, description="Share of what is ready that is in use when more is made ready, or less."
    )
    schedules: list[ProvisionedSchedule] = Field(default=[], max_length=10, description="Times from which another minimum holds.")

    @property
    def most(self) -> int:
        """Kept ready at the most, whatever the reason."""
        return max(self.minimum, self.maximum or 0, *(each.minimum for each in self.schedules))

    @property
    def scaled(self) -> bool:
        """Whether the number changes outside of updates."""
        return bool(self.schedules) or self.most > self.minimum
