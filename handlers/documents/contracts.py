"""What callers send and are told, and what is kept of each document."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Kind = Literal["text", "preview", "metadata"]
DocumentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}$")]

LONGEST_TEXT = 200_000
"""Characters that `POST /documents` takes: at most 800 kB, well below the 6 MB of a request; larger ones are put into the bucket directly."""


class NewDocument(BaseModel):
    """The body of `POST /documents`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: DocumentName = Field(description="As the sender calls it; becomes the end of its key")
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)


class DocumentAccepted(BaseModel):
    """The answer of `POST /documents`."""

    model_config = ConfigDict(frozen=True)

    document_key: str
    status: Literal["accepted"] = "accepted"


class TextFacts(BaseModel):
    """What the worker `text` finds out."""

    model_config = ConfigDict(frozen=True)

    characters: int
    words: int
    lines: int
    frequent: list[str] = Field(description="At most ten words of four letters or more, most frequent first")


class Preview(BaseModel):
    """What the worker `preview` makes."""

    model_config = ConfigDict(frozen=True)

    lines: list[str] = Field(description="The first five lines that are not empty, at most 200 characters each, without control characters")


class Metadata(BaseModel):
    """What the worker `metadata` finds out; it reads any file, text or not."""

    model_config = ConfigDict(frozen=True)

    size_bytes: int
    sha256: str
    kind: Literal["text", "binary"]
    language: str = Field(description="ISO 639-1 code, guessed from frequent words; `und` where that says nothing")
