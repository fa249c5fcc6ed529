"""Files in a bucket that can be queried."""

from typing import Annotated, Literal

from pydantic import Field

from platform_contract.kinds.dataset import limits
from platform_contract.platform.text_types import Form, Name, Strict

Prefix = Annotated[
    str,
    Form(r"([A-Za-z0-9_.-]+/)+", "must be a folder in the bucket: letters, digits, `_`, `-` and `.`, ending with a slash", "write it like `clicks/`"),
]

Column = Annotated[
    str,
    Form("[a-z][a-z0-9_]{0,254}", "must be the name of a column: lower-case letters, digits and `_`, beginning with a letter", "write it like `session_id`"),
]

ColumnType = Literal["string", "boolean", "int", "bigint", "double"]
"""Times stay text: `from_iso8601_timestamp(occurred_at)` reads them, and ISO 8601 in UTC sorts as it is."""


class DatasetSpec(Strict):
    """Gzip JSON lines under `PREFIXyear=YYYY/month=MM/day=DD/hour=HH/`, as a table for SQL queries (Athena)."""

    bucket: Name = Field(description="Bucket of this workload that holds the files; the same for all of its datasets.")
    prefix: Prefix = Field(description="Folder above the years.")
    columns: dict[Column, ColumnType] = Field(
        min_length=1, max_length=limits.MAXIMUM_COLUMNS, description="Keys of a line, and their types."
    )
    first_year: int = Field(
        ge=limits.MINIMUM_YEAR, le=limits.MAXIMUM_YEAR,
        description=f"Year of the oldest files; queries see {limits.YEARS} years from it on.",
    )  # fmt: skip
