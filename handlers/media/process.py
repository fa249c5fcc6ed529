"""S3 event: looks what a file really is, keeps it or puts it into quarantine, and tells of it.

The order makes a run that dies harmless: the file is copied, told of, what became of it is kept, and only then is it removed from where it
came in. Whoever finds it there does all of it again, which changes nothing but that it may be told of twice. An exception leaves the function: Lambda tries twice more, then the event is in the
function's queue of failures.
"""

from functools import cache
from typing import Any
from urllib.parse import unquote_plus

from pydantic import BaseModel, Field

from media import logic
from media.contracts import FileProcessed
from media.store import Files, Uploads
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
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
    with correlated(known[2] if known else None):
        arrived = uploads.look(key)
        if arrived is None:
            logger.info("file was dealt with already", upload_id=upload_id)
            return
        expected = logic.Expected(known[0].content_type, known[0].size_bytes) if known else None
        reason = logic.objection(expected, arrived)
        name = upload_id or key.replace("/", "_")[:200]
        uploads.copy(key, name, good=reason is None)
        status = "quarantined" if reason else "kept"
        if upload_id and known:
            tell(config.topic_processed, FileProcessed.model_validate({
                "upload_id": upload_id, "status": status, "content_type": arrived.content_type, "size_bytes": arrived.size_bytes, "reason": reason,
            }))  # fmt: skip
            files.decide(upload_id, status, reason)
        uploads.remove(key)
        count("FilesQuarantined" if reason else "FilesKept")
        logger.info("file looked at", upload_id=upload_id, status=status, reason=reason)


def tell(topic: str, message: FileProcessed) -> None:
    client("sns").publish(
        TopicArn=topic, Subject=f"File {message.status}", Message=message.model_dump_json(),
        MessageAttributes={CORRELATION_ATTRIBUTE: {"DataType": "String", "StringValue": correlation_id()}},
    )  # fmt: skip


@instrumented
def handler(event: dict[str, Any], context: Any) -> None:
    for record in Notice.model_validate(event).Records:
        process(unquote_plus(record.s3.object.key))


if in_lambda():
    parts()
