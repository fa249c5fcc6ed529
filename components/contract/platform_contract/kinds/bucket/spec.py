"""An S3 bucket."""

from typing import Annotated

from pydantic import AfterValidator, Field

from platform_contract.kinds.bucket import limits
from platform_contract.platform.text_types import Generation, Origin, Strict, once


class BucketSpec(Strict):
    """A private bucket: versioned, encrypted with the workload's key, TLS only."""

    expire_after_days: int | None = Field(
        default=None, ge=limits.MINIMUM_EXPIRY_DAYS, le=limits.MAXIMUM_EXPIRY_DAYS,
        description="Days after which an object is deleted; without it, objects are kept.",
    )  # fmt: skip
    upload_origins: Annotated[list[Origin], AfterValidator(once)] = Field(
        default=[], max_length=20, description="Web origins whose pages may send objects here with a signed request (CORS)."
    )
    generation: int = Generation
