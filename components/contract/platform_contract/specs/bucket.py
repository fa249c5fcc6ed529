"""An S3 bucket."""

from pydantic import Field

from ..standards import s3
from ..words import Strict
from .table import Generation


class BucketSpec(Strict):
    """A private bucket: versioned, encrypted with the workload's key, TLS only."""

    expire_after_days: int | None = Field(
        default=None, ge=s3.MINIMUM_EXPIRY_DAYS, le=s3.MAXIMUM_EXPIRY_DAYS,
        description="Days after which an object is deleted; without it, objects are kept.",
    )  # fmt: skip
    generation: int = Generation
