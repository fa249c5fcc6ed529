"""An SNS topic: one message, several receivers."""

from typing import Annotated

from pydantic import AfterValidator, Field

from platform_contract.platform.text_types import Email, KeyPart, Name, Strict, once


class FromBucketSpec(Strict):
    """Objects whose arrival is published."""

    bucket: Name = Field(description="Name of a bucket of this workload.")
    prefix: KeyPart = Field(default="", description="Begin of the keys that count; empty: all.")
    suffix: KeyPart = Field(default="", description="End of the keys that count; empty: all.")


Emails = Annotated[
    list[Email], AfterValidator(once), Field(max_length=20, description="Addresses that get each message; each person has to confirm once, by e-mail.")
]


class TopicSpec(Strict):
    """A topic, encrypted with the workload's key."""

    emails: Emails = []
    from_bucket: FromBucketSpec | None = Field(
        default=None, description="Bucket whose new objects are published here: how one upload reaches several queues."
    )
