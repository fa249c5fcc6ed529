"""What an API says of itself besides its manifest: for each route the models of what it takes and answers.

`handlers/WORKLOAD/description.py` has a `Described` for every route of the workload; `make docs` makes an OpenAPI description of it
(`local/openapi.py`). Imported by people's tools and tests, by no function: models that only describe cost no INIT.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from shared.paging import DEFAULT_LIMIT, LONGEST_CURSOR, MAXIMUM_LIMIT

IDEMPOTENT = {"Idempotency-Key": True}
"""Header of what must not be done twice."""


@dataclass(frozen=True)
class Described:
    """One route."""

    answers: Mapping[int, type[BaseModel]]
    """Status of a success -> the body's model. Every refusal is a `Problem`."""
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    headers: Mapping[str, bool] = field(default_factory=dict)
    """Name -> whether a request must have it."""


class Problem(BaseModel):
    """A request that cannot be served. What API Gateway refuses by itself, before the function, has a message only."""

    message: str
    field: str | None = Field(default=None, description="Path of the field at fault, or the name of a header; null where no single one is")
    correlation_id: str | None = Field(default=None, description="By which the request is found in logs and traces")


class PageQuery(BaseModel):
    """Of a list in pages."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAXIMUM_LIMIT, description="Entries of a page")
    cursor: str | None = Field(default=None, max_length=LONGEST_CURSOR, description="The `next_cursor` of the page before; left out for the first")


class Answer(BaseModel):
    """An answer that only its description needs a model for."""

    model_config = ConfigDict(extra="forbid")
