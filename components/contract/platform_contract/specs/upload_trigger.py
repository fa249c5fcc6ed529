"""An object that arrives in a bucket and invokes a function."""

from typing import Annotated

from pydantic import Field

from ..words import Form, Name, Strict

KeyPart = Annotated[
    str,
    Form(
        r"(?!/)[A-Za-z0-9!_.'()/-]{0,512}",
        "must be a part of an object's key: letters, digits, `/`, and `!_.'()-`, without `*`, and no `/` at its begin",
        "write it like incoming/ or .jpg",
    ),
]


class UploadTrigger(Strict):
    """A bucket of the same workload whose new objects invoke the function, at least once each."""

    bucket: Name = Field(description="Name of the bucket, as under `buckets`.")
    prefix: KeyPart = Field(default="", description="Begin of the keys that count; what the function itself writes must not begin so.")
    suffix: KeyPart = Field(default="", description="End of the keys that count.")
