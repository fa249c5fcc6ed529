"""An object that arrives in a bucket and invokes a function."""

from pydantic import Field

from platform_contract.platform.text_types import KeyPart, Name, Strict


class UploadTrigger(Strict):
    """A bucket of the same workload whose new objects invoke the function, at least once each."""

    bucket: Name = Field(description="Name of the bucket, as under `buckets`.")
    prefix: KeyPart = Field(default="", description="Begin of the keys that count; what the function itself writes must not begin so.")
    suffix: KeyPart = Field(default="", description="End of the keys that count.")
