"""An EventBridge bus: who publishes does not know who listens."""

from typing import Annotated

from pydantic import AfterValidator, Field

from ..standards import events
from ..words import Form, Strict, once

ModelName = Annotated[
    str,
    Form(r"[A-Z][A-Za-z0-9]{0,63}", "must be the name of a model: letters and digits, beginning with a capital", "write it like OrderPaid"),
]


class BusSpec(Strict):
    """A bus of the workload, encrypted with its key, with an archive from which events can be replayed."""

    archive_days: int = Field(
        default=events.DEFAULT_ARCHIVE_DAYS, ge=1, le=events.MAXIMUM_ARCHIVE_DAYS,
        description="Days for which events can be replayed.",
    )  # fmt: skip
    events: Annotated[list[ModelName], AfterValidator(once)] = Field(
        default=[], max_length=100,
        description="Events that are published here: models in handlers/WORKLOAD/contracts.py, whose JSON schemas go into the registry.",
    )  # fmt: skip
