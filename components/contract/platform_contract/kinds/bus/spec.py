"""An EventBridge bus: who publishes does not know who listens."""

from typing import Annotated

from pydantic import AfterValidator, Field

from platform_contract.kinds.bus import limits
from platform_contract.platform.text_types import ModelName, Strict, once

ArchiveDays = Annotated[int, Field(ge=1, le=limits.MAXIMUM_ARCHIVE_DAYS, description="Days for which events can be replayed.")]


class BusSpec(Strict):
    """A bus of the workload, encrypted with its key, with an archive from which events can be replayed."""

    archive_days: ArchiveDays = limits.DEFAULT_ARCHIVE_DAYS
    events: Annotated[list[ModelName], AfterValidator(once)] = Field(
        default=[], max_length=100,
        description="Events that are published here: models in handlers/WORKLOAD/contracts.py, whose JSON schemas go into the registry.",
    )  # fmt: skip
