"""S3 event: looks what a file really is, keeps it or puts it into quarantine, and tells of it.

The order makes a run that dies harmless: the file is copied, what became of it is kept, it is told of, and only then is it
removed from where it came in. Whoever finds it there goes on, which changes nothing but that it may be told of twice. An
exception leaves the function: Lambda tries twice more, then the event is in the function's queue of failures.

A ticket can be used more than once while it holds. The first file that is looked at claims it by its ETag; only that content
is copied, so nobody can swap a file between the look and the copy, or replace one that was found good.
"""

from functools import cache
from typing import Any
from urllib.parse import unquote_plus

from pydantic import BaseModel, Field

from media import logic
from media.contracts import FileProcessed
from media.store import Files, Replaced, Uploads
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.events import parse
from shared.observability import CORRELATION_ATTRIBUTE, correlated, correlation_id, count, instrumented, logger


class Config(FunctionConfig):
    """What the platform must set for this function."""

    bucket_uploads: str = Field(min_length=3)
    bucket_media: str = Field(min_length=3)
    bucket_quarantine: str = Field(min_length=3)
    table_files: str = Field(min_length=3)
    topic_processed: str = Field(pattern=r"^arn:")


class _Object(BaseModel):
    key: str


class _S3(BaseModel):
    object: _Object


class _Record(BaseModel):
    s3: _S3


class Notice(BaseModel):
    """S3's event as far as it is read."""

    Records: list[_Record] = Field(min_length=1)


@cache
def parts() -> tuple[Config, Files, Uploads]:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    uploads = Uploads(client("s3"), config.bucket_uploads, config.bucket_media, config.bucket_quarantine)
    return config, Files(client("dynamodb"), config.table_files), uploads


def process(key: str) -> None:
    config, files, uploads = parts()
    upload_id = logic.upload_of(key)
    known = files.find(upload_id) if upload_id else None
    if upload_id and known and key != logic.incoming_key(known[1], upload_id):
        known = None  # somebody else's place
    with correlated(known[2] if known else None):
        arrived = uploads.look(key)
        if arrived is None:
            logger.info("file was dealt with already", upload_id=upload_id)
            return
        if not (upload_id and known):
            put_aside(key, logic.name_of(key), arrived, logic.objection(None, arrived))
            return
        if not files.claim(upload_id, arrived.etag):
            put_aside(key, f"{upload_id}-{arrived.etag}", arrived, "another file has come with this ticket before")
            return
        reason = logic.objection(logic.Expected(known[0].content_type, known[0].size_bytes), arrived)
        replaced = False
        try:
            if not uploads.copy(key, upload_id, arrived, correlation_id(), good=reason is None):
                logger.info("file was dealt with meanwhile", upload_id=upload_id)
                return
        except Replaced:  # the other file has a notice of its own
            replaced, reason = True, "was replaced by another file while it was looked at"
        status = "quarantined" if reason else "kept"
        first = files.decide(upload_id, status, reason)
        if not first and known[0].status == "expected":
            logger.info("file was dealt with meanwhile", upload_id=upload_id)
            return
        if first:  # here, because a run that dies from here on is made good by one that is not the first
            count("FilesQuarantined" if reason else "FilesKept")
        tell(config.topic_processed, FileProcessed.model_validate({
            "upload_id": upload_id, "status": status, "content_type": arrived.content_type, "size_bytes": arrived.size_bytes, "reason": reason,
        }))  # fmt: skip
        if not replaced:
            uploads.remove(key)
        logger.info("file looked at", upload_id=upload_id, status=status, reason=reason)


def put_aside(key: str, name: str, arrived: logic.Arrived, reason: str | None) -> None:
    """A file that belongs to nothing that is known: nobody is told but the log."""
    uploads = parts()[2]
    try:
        uploads.copy(key, name, arrived, correlation_id(), good=False)
    except Replaced:
        return  # the other file has a notice of its own
    uploads.remove(key)
    count("FilesQuarantined")
    logger.warning("file put aside", upload_id=logic.upload_of(key), quarantined_as=name, reason=reason)


def tell(topic: str, message: FileProcessed) -> None:
    client("sns").publish(
        TopicArn=topic, Subject=f"File {message.status}", Message=message.model_dump_json(),
        MessageAttributes={CORRELATION_ATTRIBUTE: {"DataType": "String", "StringValue": correlation_id()}},
    )  # fmt: skip


@instrumented
def handler(event: dict[str, Any], context: Any) -> None:
    for record in parse(event, Notice).Records:
        process(unquote_plus(record.s3.object.key))


if in_lambda():
    parts()
