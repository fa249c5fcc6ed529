"""What callers send and are told, what is known of a file, and what is published of it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ContentType = Literal["image/png", "image/jpeg", "image/gif", "application/pdf", "video/mp4"]
FileName = Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f\x7f]{1,200}$")]
UploadId = Annotated[str, StringConstraints(pattern=r"^upl_[0-9a-f]{32}$")]

LARGEST_BYTES = 10_000_000
"""Of one file; also the most that the signature of an upload allows."""


class UploadRequest(BaseModel):
    """The body of `POST /uploads`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_name: FileName
    content_type: ContentType
    size_bytes: int = Field(ge=1, le=LARGEST_BYTES, strict=True)
    method: Literal["POST", "PUT"] = Field(default="POST", description="POST: a form, as browsers send it; PUT: the plain file")


class Ticket(BaseModel):
    """The answer of `POST /uploads`: how and until when the file may be sent, and no other file."""

    model_config = ConfigDict(frozen=True)

    upload_id: UploadId
    method: Literal["POST", "PUT"]
    url: str
    fields: dict[str, str] = Field(description="Of the form, before the file; for PUT the headers that have to be sent")
    expires_in_seconds: int


class FileState(BaseModel):
    """What a caller is told of a file: the answer of `GET /uploads/{upload_id}`."""

    model_config = ConfigDict(frozen=True)

    upload_id: UploadId
    status: Literal["expected", "kept", "quarantined"]
    file_name: str
    content_type: str
    size_bytes: int
    reason: str | None = Field(default=None, description="Why it is in quarantine")


class FileProcessed(BaseModel):
    """Message of the topic `processed`."""

    model_config = ConfigDict(frozen=True)

    upload_id: UploadId
    status: Literal["kept", "quarantined"]
    content_type: str
    size_bytes: int
    reason: str | None = None
