"""What is wrong with the probe of a workload, and with names that it takes."""

from collections.abc import Iterator, Mapping
from typing import Any

from platform_contract.kinds.function.smoke import SmokeSpec
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.route_checks import routes_of
from platform_contract.manifest.unused import Broken
from platform_contract.platform import apigateway, lambda_, probe
from platform_contract.platform.diagnostics import choices, did_you_mean

Called = tuple[str, str, Any, SmokeSpec]
"""(function, http or rest, trigger, smoke request on its route)."""


def called(manifest: Manifest) -> Iterator[Called]:
    """What the probe sends: every smoke request with a status, on the route that takes it, unless the manifest leaves the route out."""
    for function, kind, _, trigger in routes_of(manifest):
        if trigger.route in manifest.probe.leaves_out:
            continue
        for smoke in manifest.functions[function].smoke:
            if smoke.status is not None and smoke.parameters_in(trigger.route) is not None and own_route(manifest, kind, smoke) == trigger.route:
                yield function, kind, trigger, smoke


def own_route(manifest: Manifest, kind: str, smoke: SmokeSpec) -> str | None:
    """The route, whichever function's, that API Gateway takes a request for: of several that fit, the one with the fewest parameters."""
    fitting = {given.route: len(smoke.parameters_in(given.route) or {}) for _, of_kind, _, given in routes_of(manifest)
               if of_kind == kind and smoke.parameters_in(given.route) is not None}  # fmt: skip
    return min(fitting, key=fitting.__getitem__, default=None)


def call_seconds(manifest: Manifest, function: str, kind: str) -> int:
    """How long the probe waits for an answer: as long as API Gateway waits for the function, and a little."""
    timeout = manifest.functions[function].timeout_seconds
    waits = apigateway.integration_timeout_ms(timeout) if kind == "http" else apigateway.rest_integration_timeout_ms(timeout)
    return -(-waits // 1000) + probe.PATIENCE_SECONDS


def run_seconds(manifest: Manifest) -> int:
    """The longest that a run takes, when every call is answered late."""
    return probe.START_SECONDS + sum(call_seconds(manifest, function, kind) for function, kind, _, _ in called(manifest))


def check_probe(manifest: Manifest) -> Iterator[Broken]:
    """Names in every phase, so that a workload climbs by one word; how long it takes where it is made."""
    routes = [given.route for _, _, _, given in routes_of(manifest)]
    for route in manifest.probe.leaves_out:
        if route not in routes:
            yield (f"probe.leaves_out.{route}", None, f"is no HTTP or REST route of the workload; there is {choices(routes)}",
                   did_you_mean(route, routes) or "remove it, or correct it")  # fmt: skip
    taken: dict[str, Mapping[str, Any]] = {"functions": manifest.functions, "secrets": manifest.secrets, "rest_api.clients": manifest.rest_api.clients,
             "rest_api.tiers": manifest.rest_api.tiers}  # fmt: skip
    for section, names in taken.items():
        if probe.COMPONENT in names:
            yield (f"{section}.{probe.COMPONENT}", None, "is what the platform calls its own probe, which calls the workload as a client does", "give it another name")
    longest, every = run_seconds(manifest), manifest.probe.every_minutes
    if manifest.phase == "scale" and longest > lambda_.MAXIMUM_TIMEOUT_SECONDS:
        calls = len(list(called(manifest)))
        yield ("probe", None, f"takes too long: a run with {calls} calls takes up to {longest} s where each is answered as late as its function may, and no "
               f"function runs for more than {lambda_.MAXIMUM_TIMEOUT_SECONDS} s", "lower timeouts of functions, or add routes to `probe.leaves_out`")  # fmt: skip
    elif manifest.phase == "scale" and longest > every * 60:
        calls = len(list(called(manifest)))
        yield ("probe.every_minutes", every,
               f"is too often: a run with {calls} calls takes up to {longest} s where each is answered as late as its function may, and the next would begin meanwhile",
               f"raise it to {-(-longest // 60)}, lower timeouts of functions, or leave routes out")  # fmt: skip
