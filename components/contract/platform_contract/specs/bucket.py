"""An S3 bucket."""

from typing import Annotated

from pydantic import AfterValidator, Field

from ..standards import s3
from ..words import Strict, once
from .http_trigger import Origin
from .table import Generation


class BucketSpec(Strict):
    """A private bucket: versioned, encrypted with the workload's key, TLS only."""

    expire_after_days: int | None = Field(
        default=None, ge=s3.MINIMUM_EXPIRY_DAYS, le=s3.MAXIMUM_EXPIRY_DAYS,
        description="Days after which an object is deleted; without it, objects are kept.",
    )  # fmt: skip
    upload_origins: Annotated[list[Origin], AfterValidator(once)] = Field(
        default=[], max_length=20, description="Web origins whose pages may send objects here with a signed request (CORS)."
    )
    generation: int = Generation
