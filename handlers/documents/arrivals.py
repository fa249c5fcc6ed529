"""A message of the topic `arrived`, as it comes out of a queue: S3's own notice, as S3 wrote it."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote_plus

from pydantic import BaseModel, Field, ValidationError

from documents.contracts import Kind
from documents.store import Documents, Results
from shared.batch import Message, process_batch
from shared.clients import client
from shared.config import FunctionConfig, load_config
from shared.errors import PermanentFailure
from shared.observability import accept_correlation_id, correlation_id, logger

Settings = TypeVar("Settings", bound=FunctionConfig)
TEST_EVENT = "s3:TestEvent"
"""What S3 sends when the notification is set up; there is no document behind it."""


class _Object(BaseModel):
    key: str
    sequencer: str | None = Field(default=None, pattern=r"^[0-9A-Fa-f]{1,64}$", description="Hexadecimal; grows with each change of a key")


class _S3(BaseModel):
    object: _Object


class _Record(BaseModel):
    s3: _S3


class _Notice(BaseModel):
    Records: list[_Record]


SEQUENCER_DIGITS = 64


class Arrival(NamedTuple):
    """An object that a notice tells of."""

    key: str
    sequencer: str | None
    """Of two of one key the greater one is the later. None in a notice that somebody wrote by hand."""


def arrivals(body: str) -> Iterator[Arrival]:
    """What a notice tells of. Raises PermanentFailure if it is none."""
    try:
        content = json.loads(body)
        if isinstance(content, dict) and content.get("Event") == TEST_EVENT:
            return
        notice = _Notice.model_validate(content)
    except (ValueError, ValidationError, RecursionError):
        raise PermanentFailure("the message is no notice of S3") from None
    for record in notice.Records:
        sequencer = record.s3.object.sequencer
        # S3's rule: of two lengths the shorter one is filled up with zeros on the right, then they compare as text.
        yield Arrival(unquote_plus(record.s3.object.key), sequencer.upper().ljust(SEQUENCER_DIGITS, "0") if sequencer else None)


@cache
def stores(bucket: str, table: str) -> tuple[Documents, Results]:
    return Documents(client("s3"), bucket), Results(client("dynamodb"), table)


@cache
def settings(model: type[Settings]) -> Settings:
    """Read once. Raises ConfigurationError naming every variable that is missing."""
    return load_config(model)


def work(
    event: dict[str, Any], context: Any, queue_url: str, places: tuple[Documents, Results], kind: Kind, find: Callable[[bytes], BaseModel]
) -> dict[str, Any]:
    """Partial batch response of a worker that finds out one kind of thing about each document that its messages tell of."""
    documents, results = places

    def one(message: Message) -> None:
        for key, sequencer in arrivals(message.body):
            document = documents.get(key)
            # S3's notice carries no id of ours: the object does.
            accept_correlation_id(document.correlation_id, message.message_id)
            kept = results.keep(key, kind, find(document.content), correlation_id(), sequencer)
            logger.info("document looked at" if kept else "a newer document was looked at already", document_key=key, kind=kind)

    return process_batch(event, one, queue_url, context)
