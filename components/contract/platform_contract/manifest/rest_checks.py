"""What is wrong with a manifest's REST API as a whole."""

import re
from collections.abc import Iterator

from platform_contract.kinds.rest_api.spec import RestTrigger
from platform_contract.manifest.connection_checks import Broken
from platform_contract.manifest.model import Manifest


def check_rest(manifest: Manifest) -> Iterator[Broken]:
    """Keys without clients, a cache that nothing uses, paths that API Gateway refuses."""
    routes = list(_routes(manifest))
    spec = manifest.rest_api
    if not routes:
        if spec.model_fields_set:
            yield "rest_api", None, "belongs to no route", "add a trigger `rest` to a function, or remove it"
        return
    keyed = [path for path, trigger in routes if not trigger.public and trigger.authorizer == "key"]
    if keyed and not spec.clients:
        yield (f"{keyed[0]}.authorizer", "key", "needs clients that have a key, and there is none",
               "add `rest_api: {tiers: ..., clients: ...}`, or choose another authorizer")  # fmt: skip
    if spec.clients and not keyed:
        yield "rest_api.clients", None, "have keys that no route asks for", "remove them, or let a route have `authorizer: key`"
    if spec.cache_gb and not any(trigger.cache_seconds for _, trigger in routes):
        yield "rest_api.cache_gb", spec.cache_gb, "is billed by the hour, and no route caches", "add cache_seconds to a route, or remove it"
    yield from _parameters(routes)
    yield from _places(routes)


def check_cache(written: Manifest) -> Iterator[Broken]:
    """A route that caches needs a cache, be it in some environments only: then the others do without."""
    sizes = [written.rest_api.cache_gb, *(it.rest_api.cache_gb for it in written.environments.values())]
    caching = [(path, trigger) for path, trigger in _routes(written) if trigger.cache_seconds]
    if caching and not any(sizes):
        yield (f"{caching[0][0]}.cache_seconds", caching[0][1].cache_seconds, "needs a cache, and there is none",
               "add `rest_api: {cache_gb: ...}`")  # fmt: skip


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


def _places(routes: list[tuple[str, RestTrigger]]) -> Iterator[Broken]:
    """Each place of the tree is a resource, whose name in the program has neither braces nor slashes."""
    places: dict[str, str] = {}
    for path, trigger in routes:
        so_far = ""
        for segment in trigger.route.partition(" ")[2].strip("/").split("/"):
            so_far += f"/{segment}"
            first = places.setdefault(re.sub(r"[^a-z0-9.~]+", "-", so_far.lower()).strip("-"), so_far)
            # Places of one place's parameters under two names are told as such.
            if re.sub(r"\{\w+", "{", first) != re.sub(r"\{\w+", "{", so_far):
                yield (f"{path}.route", trigger.route, f"holds {so_far}, which differs from {first} only in capitals, signs and braces",
                       "change one of the two paths")  # fmt: skip
                break
