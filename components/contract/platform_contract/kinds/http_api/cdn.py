"""A distribution before the workload's HTTP API."""

from typing import Annotated

from pydantic import AfterValidator, Field

from platform_contract.platform import cloudfront
from platform_contract.platform.diagnostics import broken
from platform_contract.platform.routes import Route
from platform_contract.platform.text_types import Strict


def _reads(route: str) -> str:
    method = route.partition(" ")[0]
    if method != "GET":
        raise broken(f"is for GET, and {method} changes something" if method != "HEAD" else "is for GET, which caches HEAD with it", "remove it")
    return route


CachedRoute = Annotated[Route, AfterValidator(_reads)]
CacheSeconds = Annotated[int, Field(ge=cloudfront.LEAST_CACHE_SECONDS, le=cloudfront.MOST_CACHE_SECONDS)]


class CdnSpec(Strict):
    """Amazon CloudFront before the HTTP API, with a firewall, under a name of the stack's domain. From the phase scale on; the API's own address goes on
    answering."""

    cached: dict[CachedRoute, CacheSeconds] = Field(
        default={}, max_length=cloudfront.MOST_CACHED_ROUTES,
        description="Route that everybody may call -> seconds for which its answer is given again, told apart by path and query alone. Nothing else is cached.",
    )  # fmt: skip
