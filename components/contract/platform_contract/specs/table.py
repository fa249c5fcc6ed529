"""A DynamoDB table."""

from pydantic import Field, model_validator

from ..problems import broken
from ..words import Attribute, Strict

Generation = Field(
    default=1, ge=1, le=99, description="Count it up to replace the resource by a new, empty one on purpose; 1 at first."
)


class TableSpec(Strict):
    """A table: on demand, encrypted with the workload's key, with point-in-time recovery. Keys are text."""

    partition_key: Attribute = Field(description="Attribute that an item is found by.")
    sort_key: Attribute | None = Field(default=None, description="Attribute that orders the items of one partition key.")
    expires_at: Attribute | None = Field(
        default=None, description="Attribute that holds when an item may be deleted, in seconds since 1970."
    )
    generation: int = Generation

    @model_validator(mode="after")
    def _different_attributes(self) -> "TableSpec":
        used = [name for name in (self.partition_key, self.sort_key, self.expires_at) if name]
        twice = next((name for name in used if used.count(name) > 1), None)
        if twice:
            raise broken(f"uses the attribute '{twice}' for two things", "partition_key, sort_key and expires_at must differ")
        return self
