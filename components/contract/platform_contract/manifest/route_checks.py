"""What is wrong with the routes of HTTP and REST APIs, and with what stands behind them."""

import re
from collections.abc import Iterator

from platform_contract.kinds.http_api.trigger import HttpTrigger
from platform_contract.kinds.rest_api.spec import RestTrigger
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.unused import Broken
from platform_contract.platform import apigateway, naming


def check_routes(manifest: Manifest) -> Iterator[Broken]:
    """Everything that is wrong with routes, whichever API they belong to."""
    yield from _owners(manifest)
    yield from _taken(manifest)
    if "http_api" in manifest.model_fields_set and not any(function.http_triggers for function in manifest.functions.values()):
        yield "http_api", None, "belongs to no route", "add a trigger `http` to a function, or remove it"
    yield from _timeouts(manifest)
    yield from _promise(manifest)


def routes_of(manifest: Manifest) -> Iterator[tuple[str, str, str, HttpTrigger | RestTrigger]]:
    """(function, http or rest, field path, trigger) of every route."""
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            kind, given = ("http", trigger.http) if trigger.http else ("rest", trigger.rest)
            if given:
                yield name, kind, f"functions.{name}.triggers[{index}].{kind}", given


def _owners(manifest: Manifest) -> Iterator[Broken]:
    owners: dict[str, str] = {}
    called: dict[str, str] = {}
    for name, kind, path, given in routes_of(manifest):
        # API Gateway takes GET /orders/{id} and GET /orders/{order_id} for the same route.
        same = f"{kind} " + re.sub(r"\{\w+", "{", given.route)
        first = called.setdefault(f"{kind} {naming.route_suffix(given.route)}", given.route)
        if same in owners:
            yield (f"{path}.route", given.route, f"is a route of the function '{owners[same]}' already, and a route has one owner",
                   "remove one of the two, or change its path")  # fmt: skip
        elif first != given.route and kind == "http":
            yield f"{path}.route", given.route, f"differs from {first} only in capitals, signs and braces", "change one of the two paths"
        owners.setdefault(same, name)


def _taken(manifest: Manifest) -> Iterator[Broken]:
    """Paths that API Gateway answers itself."""
    for _, kind, path, given in routes_of(manifest):
        method, _, place = given.route.partition(" ")
        if place in apigateway.OWN_PATHS:
            yield f"{path}.route", given.route, "is a path that API Gateway keeps for its own health check", "choose another path"
        elif kind == "http" and method == "OPTIONS" and manifest.http_api.allowed_origins:
            yield (f"{path}.route", given.route, "would never be invoked: with allowed_origins, API Gateway answers OPTIONS itself",
                   "remove the route")  # fmt: skip


def _timeouts(manifest: Manifest) -> Iterator[Broken]:
    longest = apigateway.MAXIMUM_FUNCTION_TIMEOUT_SECONDS
    for name, function in manifest.functions.items():
        if function.http_triggers and function.timeout_seconds > longest:
            yield (f"functions.{name}.timeout_seconds", function.timeout_seconds,
                   f"must be at most {longest} s behind an HTTP route: API Gateway gives up then, its limit",
                   "lower it, or answer at once and do the work behind a queue")  # fmt: skip
        shorter = apigateway.MAXIMUM_REST_FUNCTION_TIMEOUT_SECONDS
        if function.kinds() & {"rest", "websocket"} and function.timeout_seconds > shorter:
            yield (f"functions.{name}.timeout_seconds", function.timeout_seconds,
                   f"must be at most {shorter} s behind a route of a REST or WebSocket API, its limit",
                   "lower it, or answer at once and do the work behind a queue")  # fmt: skip


def _promise(manifest: Manifest) -> Iterator[Broken]:
    """An alarm above what the API waits for would never fire."""
    kinds = {kind for _, kind, _, _ in routes_of(manifest)}
    longest = apigateway.REST_INTEGRATION_TIMEOUT_MS if "rest" in kinds else apigateway.INTEGRATION_TIMEOUT_MS
    if kinds and manifest.slo and manifest.slo.latency_ms_p99 >= longest:
        yield ("slo.latency_ms_p99", manifest.slo.latency_ms_p99, f"is no promise: the API itself gives up after {longest} ms, and its alarm would never fire",
               "lower it to what callers are promised")  # fmt: skip
