"""`POST /documents`: small documents for callers who would rather not deal with S3."""

from functools import cache
from typing import Any

from pydantic import Field

from documents import logic
from documents.contracts import DocumentAccepted, NewDocument
from documents.store import Documents
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.http import answer, caller, read_body, serve
from shared.observability import correlation_id, count, instrumented, logger
from shared.routes import Response, Routes

app = Routes()


class Config(FunctionConfig):
    """What the platform must set for this function."""

    bucket_documents: str = Field(min_length=3)


@cache
def documents() -> Documents:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    return Documents(client("s3"), load_config(Config).bucket_documents)


@app.post("/documents")
def submit() -> Response:
    sender = caller(app.current_event)
    new = read_body(app.current_event, NewDocument)
    content = new.text.encode()
    key = logic.document_key(sender, new.name, content)
    documents().put(key, content, correlation_id())
    count("DocumentsAccepted")
    logger.info("document accepted", document_key=key)
    return answer(202, DocumentAccepted(document_key=key).model_dump(mode="json"))


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)


if in_lambda():
    documents()
