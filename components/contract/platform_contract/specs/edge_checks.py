"""What is wrong with what a manifest asks to stand before its APIs."""

from collections.abc import Iterator

from ..standards import waf
from .loose_ends import Broken
from .manifest import Manifest


def check_edge(manifest: Manifest) -> Iterator[Broken]:
    """Everything that is wrong with firewall and distribution."""
    yield from _firewall(manifest)


def fastest_tier(manifest: Manifest) -> tuple[str, int]:
    """(tier of the REST API, requests that one of its clients may send within the window of the rate limit); none of zero without tiers."""
    within = {name: int(tier.requests_per_second * waf.WINDOW_SECONDS) + tier.burst for name, tier in manifest.rest_api.tiers.items()}
    return max(within.items(), key=lambda each: each[1], default=("", 0))


def _firewall(manifest: Manifest) -> Iterator[Broken]:
    if "firewall" not in manifest.model_fields_set:
        return
    if not protected(manifest):
        yield ("firewall", None, "stands before nothing: WAF protects REST APIs and GraphQL APIs, no HTTP or WebSocket API",
               "remove it, or give the workload such an API")  # fmt: skip
    given, (tier, promised) = manifest.firewall.requests_per_address, fastest_tier(manifest)
    if given is not None and given < promised:
        spec = manifest.rest_api.tiers[tier]
        yield ("firewall.requests_per_address", given,
               f"is less than the tier '{tier}' is promised: {spec.requests_per_second:g} a second x {waf.WINDOW_SECONDS} s and a burst of {spec.burst} are {promised}, "
               "and a client may call from one address", f"raise it to {promised}, lower the tier, or leave it out")  # fmt: skip


def protected(manifest: Manifest) -> bool:
    """Whether the workload has anything that WAF protects."""
    return manifest.graphql is not None or any("rest" in function.kinds() for function in manifest.functions.values())
