"""A DynamoDB table."""

from typing import Annotated

from pydantic import Field, model_validator

from platform_contract.kinds.table import limits
from platform_contract.platform.diagnostics import broken
from platform_contract.platform.text_types import Attribute, Generation, Name, Strict

_FROM_SCALE = (
    f"from the phase scale on. What goes beyond is throttled, so it bounds what a loop can cost. To take it away write {limits.MAXIMUM_UNITS_PER_SECOND}, which is "
    "the account's quota: DynamoDB keeps the maximum of a table that names none."
)
MaximumReadUnits = Annotated[
    int, Field(ge=1, le=limits.MAXIMUM_UNITS_PER_SECOND, description=f"Read request units a second at most, and as many of each of its indexes, {_FROM_SCALE}")
]
MaximumWriteUnits = Annotated[int, Field(ge=1, le=limits.MAXIMUM_UNITS_PER_SECOND, description=f"Write request units a second at most, {_FROM_SCALE}")]


class IndexSpec(Strict):
    """A second way to find the items of a table; it follows the table within moments, not at once."""

    partition_key: Attribute = Field(description="Attribute that items are found by.")
    sort_key: Attribute | None = Field(default=None, description="Attribute that orders them.")


class TableSpec(Strict):
    """A table: on demand, encrypted with the workload's key, with point-in-time recovery. Keys are text."""

    partition_key: Attribute = Field(description="Attribute that an item is found by.")
    sort_key: Attribute | None = Field(default=None, description="Attribute that orders the items of one partition key.")
    expires_at: Attribute | None = Field(
        default=None, description="Attribute that holds when an item may be deleted, in seconds since 1970."
    )
    indexes: dict[Name, IndexSpec] = Field(
        default={}, max_length=limits.MAXIMUM_INDEXES, description="Further ways to find items; each is paid for by every write."
    )
    stream: bool = Field(default=False, description="Whether its changes can trigger functions: each with the item before and after.")
    maximum_read_units_per_second: MaximumReadUnits | None = None
    maximum_write_units_per_second: MaximumWriteUnits | None = None
    generation: int = Generation

    @model_validator(mode="after")
    def _different_attributes(self) -> "TableSpec":
        used = [name for name in (self.partition_key, self.sort_key, self.expires_at) if name]
        twice = next((name for name in used if used.count(name) > 1), None)
        if twice:
            raise broken(f"uses the attribute '{twice}' for two things", "partition_key, sort_key and expires_at must differ")
        for name, index in self.indexes.items():
            if index.partition_key == index.sort_key:
                raise broken(f"has the attribute '{index.sort_key}' twice in the index '{name}'", "remove its sort_key, or name another", field="indexes")
            if self.expires_at and self.expires_at in (index.partition_key, index.sort_key):
                raise broken(f"has '{self.expires_at}' as a key of '{name}': keys are text, and when an item expires is a number",
                             "keep the time as text in an attribute of its own, too", field="indexes")  # fmt: skip
            if len(name) < limits.MINIMUM_INDEX_NAME_CHARACTERS:
                raise broken(f"has an index '{name}', and the shortest name in DynamoDB has {limits.MINIMUM_INDEX_NAME_CHARACTERS} characters",
                             "name it by what it finds, such as by-customer", field="indexes")  # fmt: skip
        return self
