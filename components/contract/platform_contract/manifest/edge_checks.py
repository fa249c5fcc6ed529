"""What is wrong with what a manifest asks to stand before its APIs."""

import re
from collections.abc import Iterator
from functools import cache

from platform_contract.kinds.http_api.trigger import HttpTrigger
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.unused import Broken
from platform_contract.platform import waf
from platform_contract.platform.diagnostics import choices, did_you_mean
from platform_contract.platform.settings import Settings


def check_edge(manifest: Manifest) -> Iterator[Broken]:
    """Everything that is wrong with firewall and distribution."""
    yield from _firewall(manifest)
    yield from _cached(manifest)


def check_domain(manifest: Manifest, settings: Settings) -> Iterator[Broken]:
    """A distribution needs a name and a certificate, which the stack has."""
    if manifest.http_api.cdn is not None and settings.cdn is None:
        yield ("http_api.cdn", None, f"needs a domain and its certificate, and the settings of {settings.environment} name none",
               "add `cdn: {domain: ..., certificate_arn: ...}` to the stack's settings, or remove it")  # fmt: skip


def fastest_tier(manifest: Manifest) -> tuple[str, int]:
    """(tier of the REST API, requests that one of its clients may send within the window of the rate limit); none of zero without tiers."""
    within = {name: int(tier.requests_per_second * waf.WINDOW_SECONDS) + tier.burst for name, tier in manifest.rest_api.tiers.items()}
    return max(within.items(), key=lambda each: each[1], default=("", 0))


def _firewall(manifest: Manifest) -> Iterator[Broken]:
    if "firewall" not in manifest.model_fields_set:
        return
    if not protected(manifest):
        yield ("firewall", None, "stands before nothing: WAF protects REST APIs, GraphQL APIs and distributions, no HTTP or WebSocket API",
               "remove it, or write `http_api: {cdn: {}}` for a distribution before the HTTP API")  # fmt: skip
    given, (tier, promised) = manifest.firewall.requests_per_address, fastest_tier(manifest)
    if given is not None and given < promised:
        spec = manifest.rest_api.tiers[tier]
        yield ("firewall.requests_per_address", given,
               f"is less than the tier '{tier}' is promised: {spec.requests_per_second:g} a second x {waf.WINDOW_SECONDS} s and a burst of {spec.burst} are {promised}, "
               "and a client may call from one address", f"raise it to {promised}, lower the tier, or leave it out")  # fmt: skip


def protected(manifest: Manifest) -> bool:
    """Whether the workload has anything that WAF protects."""
    return manifest.graphql is not None or manifest.http_api.cdn is not None or any("rest" in function.kinds() for function in manifest.functions.values())


def path_pattern(route: str) -> str:
    """The path of a route as CloudFront matches it: `*` stands for anything, slashes too."""
    return re.sub(r"\{\w+\+?\}", "*", route.partition(" ")[2])


def _cached(manifest: Manifest) -> Iterator[Broken]:
    """What is cached is the same for everybody, and nothing else comes by its path: CloudFront does not look at methods, and what it caches gets no token."""
    cdn = manifest.http_api.cdn
    routes: dict[str, HttpTrigger] = {trigger.route: trigger for function in manifest.functions.values() for trigger in function.http_triggers}
    for route, seconds in (cdn.cached if cdn else {}).items():
        path = f"http_api.cdn.cached.{route}"
        if route not in routes:
            yield path, seconds, f"is no route of the HTTP API; there is {choices(routes)}", did_you_mean(route, routes) or "correct it"
            continue
        if not routes[route].public:
            yield (path, seconds, f"would tell one caller another's answer: its authorizer is {routes[route].authorizer}, and the cache knows no callers",
                   "remove it; only what is `public: true` can be cached")  # fmt: skip
            continue
        for other in routes:
            if other != route and (cdn.cached.get(other) if cdn else None) != seconds and _meet(path_pattern(route), _segments(other)):
                yield (path, seconds, f"would take requests of `{other}` as well: CloudFront goes by the path alone, {path_pattern(route)}",
                       "change one of the two paths, or cache both for the same time")  # fmt: skip


_SEGMENT = "\0"
"""Stands for a {parameter} of a path: anything but a slash."""


def _segments(route: str) -> str:
    return re.sub(r"\{\w+\}", _SEGMENT, re.sub(r"\{\w+\+\}", "*", route.partition(" ")[2]))


@cache
def _meet(pattern: str, path: str) -> bool:
    """Whether a request may fit both: `*` is any text, _SEGMENT any without a slash."""
    if not pattern or not path:
        return set(pattern + path) <= {"*", _SEGMENT}
    if pattern[0] == "*":
        return _meet(pattern[1:], path) or _meet(pattern, path[1:])
    if path[0] in ("*", _SEGMENT):
        return _meet(pattern, path[1:]) or ((path[0] == "*" or pattern[0] != "/") and _meet(pattern[1:], path))
    return pattern[0] == path[0] and _meet(pattern[1:], path[1:])
