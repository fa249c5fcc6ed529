"""Worker `preview`: one of three that look at every document, in its own time."""

from typing import Any

from pydantic import Field

from documents import logic
from documents.arrivals import settings, stores, work
from shared.clients import in_lambda
from shared.config import FunctionConfig
from shared.observability import instrumented


class Config(FunctionConfig):
    """What the platform must set for this function."""

    queue_preview: str = Field(pattern=r"^https?://", description="URL of the queue that triggers the function")
    bucket_documents: str = Field(min_length=3)
    table_results: str = Field(min_length=3)


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    config = settings(Config)
    return work(event, context, config.queue_preview, stores(config.bucket_documents, config.table_results), "preview", logic.preview)


if in_lambda():
    settings(Config)
