"""`POST /uploads` and `GET /uploads/{upload_id}`: who may send which file, and what became of it."""

import uuid
from functools import cache
from typing import Any

from pydantic import Field

from media import logic
from media.contracts import UploadRequest
from media.store import Files, Uploads
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import Problem
from shared.http import answer, caller, read_body, serve
from shared.observability import correlation_id, count, instrumented, logger
from shared.routes import Response, Routes

app = Routes()


class Config(FunctionConfig):
    """What the platform must set for this function."""

    bucket_uploads: str = Field(min_length=3)
    table_files: str = Field(min_length=3)


@cache
def parts() -> tuple[Files, Uploads]:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    return Files(client("dynamodb"), config.table_files), Uploads(client("s3"), config.bucket_uploads)


@app.post("/uploads")
def create() -> Response:
    sender = caller(app.current_event)
    asked = read_body(app.current_event, UploadRequest)
    files, uploads = parts()
    upload_id = f"upl_{uuid.uuid4().hex}"
    ticket = uploads.ticket(upload_id, logic.incoming_key(sender, upload_id), asked)
    files.expect(upload_id, sender, asked, correlation_id())
    count("TicketsGiven")
    logger.info("ticket given", upload_id=upload_id, content_type=asked.content_type, size_bytes=asked.size_bytes)
    return answer(201, ticket.model_dump(mode="json"), {"location": f"/uploads/{upload_id}"})


@app.get("/uploads/{upload_id}")
def get(upload_id: str) -> Response:
    known = parts()[0].find(upload_id)
    if known is None or known[1] != caller(app.current_event):
        raise Problem(404, "you have no upload of this id", "upload_id")
    logger.info("upload read", upload_id=upload_id, status=known[0].status)
    return answer(200, known[0].model_dump(mode="json"))


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)


if in_lambda():
    parts()
