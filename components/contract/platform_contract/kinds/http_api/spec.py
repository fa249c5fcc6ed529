"""What holds for a workload's HTTP API as a whole."""

from typing import Annotated

from pydantic import AfterValidator, Field

from platform_contract.kinds.http_api.cdn import CdnSpec
from platform_contract.platform.text_types import Origin, Strict, once

Origins = Annotated[
    list[Origin], AfterValidator(once),
    Field(max_length=20, description="Web origins whose pages may call it from a browser (CORS); without one, none may."),
]  # fmt: skip


class HttpApiSpec(Strict):
    """What holds for the workload's HTTP API as a whole."""

    allowed_origins: Origins = []
    cdn: CdnSpec | None = Field(default=None, description="A distribution before it: write `cdn: {}` for one that caches nothing.")
