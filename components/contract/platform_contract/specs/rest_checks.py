"""What is wrong with a manifest's REST API as a whole."""

from collections.abc import Iterator

from .connections import Broken
from .manifest import Manifest
from .rest_trigger import RestTrigger


def check_rest(manifest: Manifest) -> Iterator[Broken]:
    """Keys without clients, caches without a size, paths that API Gateway refuses."""
    routes = list(_routes(manifest))
    spec = manifest.rest_api
    for path, trigger in routes:
        if not trigger.public and trigger.authorizer == "key" and not spec.clients:
            yield (f"{path}.authorizer", "key", "needs clients that have a key, and there is none",
                   "add `rest_api: {tiers: ..., clients: ...}`, or choose another authorizer")  # fmt: skip
        if trigger.cache_seconds and spec.cache_gb is None:
            yield f"{path}.cache_seconds", trigger.cache_seconds, "needs a cache, and there is none", "add `rest_api: {cache_gb: ...}`"
    if spec.cache_gb and not any(trigger.cache_seconds for _, trigger in routes):
        yield "rest_api.cache_gb", spec.cache_gb, "is billed by the hour, and no route caches", "add cache_seconds to a route, or remove it"
    if (spec.clients or spec.tiers) and not routes:
        yield "rest_api", None, "belongs to no route", "add a trigger `rest` to a function, or remove it"
    yield from _parameters(routes)


def _routes(manifest: Manifest) -> Iterator[tuple[str, RestTrigger]]:
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            if trigger.rest:
                yield f"functions.{name}.triggers[{index}].rest", trigger.rest


def _parameters(routes: list[tuple[str, RestTrigger]]) -> Iterator[Broken]:
    """A REST API has a tree of paths, in which one place has one parameter."""
    names: dict[str, str] = {}
    for path, trigger in routes:
        parent = ""
        for segment in trigger.route.partition(" ")[2].strip("/").split("/"):
            if segment.startswith("{"):
                first = names.setdefault(parent, segment)
                if first != segment:
                    yield (f"{path}.route", trigger.route, f"calls {segment} what another route calls {first}, and API Gateway takes one name",
                           f"write {first}")  # fmt: skip
            parent += f"/{segment}"
