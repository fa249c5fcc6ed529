"""Business metrics: what a workload counts of its own business."""

from pydantic import Field, model_validator

from platform_contract.platform.diagnostics import broken
from platform_contract.platform.text_types import Sentence, Strict


class MetricAlarmSpec(Strict):
    """When somebody is told of a business metric."""

    at_least: int | None = Field(default=None, ge=1, description="Told when fewer are counted, or none: something that always happens has stopped.")
    at_most: int | None = Field(default=None, ge=0, description="Told when more are counted: something that seldom happens has begun.")
    within_minutes: int = Field(ge=1, le=1440, description="Time in which they are counted, in minutes. A day is the longest that CloudWatch looks back.")

    @model_validator(mode="after")
    def _one_bound(self) -> "MetricAlarmSpec":
        if (self.at_least is None) == (self.at_most is None):
            raise broken("must have exactly one of at_least and at_most", "write `at_least: 1` to be told when it stops, or `at_most` when it comes too often")
        return self


class MetricSpec(Strict):
    """One business metric. Its name in CloudWatch is its name here as one word: orders-accepted is OrdersAccepted."""

    description: Sentence = Field(description="What is counted.")
    alarm: MetricAlarmSpec | None = Field(default=None, description="When somebody is told; nobody is without it.")


def metric_name(name: str) -> str:
    """Name in CloudWatch, which the code counts under: OrdersAccepted for orders-accepted."""
    return "".join(word.capitalize() for word in name.split("-"))
