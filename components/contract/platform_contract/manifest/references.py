"""What manifests say about each other: `uses`, `shares`, and names that would clash in AWS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from platform_contract.manifest.checks import Broken
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.names import services
from platform_contract.platform import naming
from platform_contract.platform.diagnostics import choices, did_you_mean
from platform_contract.platform.name_limits import PhysicalNameError
from platform_contract.platform.settings import Settings
from platform_contract.registry import VERBS


@dataclass(frozen=True)
class Used:
    """A resource that a name in `uses` stands for."""

    workload: str
    name: str
    kind: str


NOT_SHARED_YET = "is not built yet: a workload uses its own resources only"


def resolve(manifest: Manifest, name: str, others: Mapping[str, Manifest]) -> Used | None:
    """What `name` in `uses` of `manifest` stands for: a resource of its own, else WORKLOAD.RESOURCE that its owner shares with it."""
    kind = manifest.kind_of(name)
    if kind:
        return Used(manifest.name, name, kind)
    owner_name, _, resource = name.partition(".")
    owner = others.get(owner_name)
    if owner is None or manifest.name not in owner.shares.get(resource, []):
        return None
    kind = owner.kind_of(resource)
    return Used(owner.name, resource, kind) if kind else None


def check_uses(manifest: Manifest, others: Mapping[str, Manifest], unreadable: frozenset[str]) -> Iterator[Broken]:
    """Every `uses` names a resource that it may use, and verbs that fit it. `unreadable`: workloads whose manifests are broken."""
    for function_name, function in manifest.functions.items():
        for name, verbs in function.uses.items():
            path = f"functions.{function_name}.uses.{name}"
            if name.partition(".")[0] in unreadable and "." in name:
                continue
            used = resolve(manifest, name, others)
            if used is None:
                yield path, None, *_unknown(manifest, name, others)
                continue
            yield from _verbs(path, verbs, used, manifest)
            if used.workload != manifest.name:
                yield path, None, NOT_SHARED_YET, "send it what it needs over its API"


def _unknown(manifest: Manifest, name: str, others: Mapping[str, Manifest]) -> tuple[str, str]:
    owner_name, dot, resource = name.partition(".")
    if not dot:
        hint = did_you_mean(name, manifest.resources)
        return (f"is no resource of this workload; there is {choices(manifest.resources)}",
                hint or "add it, or write WORKLOAD.RESOURCE for one that another workload shares")  # fmt: skip
    owner = others.get(owner_name)
    if owner is None:
        return f"names the workload '{owner_name}', which is not here; there is {choices(sorted(others))}", did_you_mean(
            owner_name, others
        ) or "correct it"
    if owner.kind_of(resource) is None:
        return (f"'{owner_name}' has no resource '{resource}'; it has {choices(owner.resources)}",
                did_you_mean(resource, owner.resources) or "correct it")  # fmt: skip
    return (f"'{owner_name}' does not share '{resource}' with '{manifest.name}'",
            f"ask its owner, {owner.owner}, to add `shares: {{{resource}: [{manifest.name}]}}` to {owner_name}.yaml")  # fmt: skip


def _verbs(path: str, verbs: list[str], used: Used, manifest: Manifest) -> Iterator[Broken]:
    known = VERBS[used.kind]
    if not verbs:
        yield path, None, "names no verb", f"write one of {choices(known)}, or remove it"
    for verb in verbs:
        if verb not in known:
            fitting = [kind for kind, of_kind in VERBS.items() if verb in of_kind]
            belongs = f", that is a verb for a {fitting[0]}" if fitting else ""
            yield (
                path,
                verb,
                f"'{verb}' is no verb for a {used.kind}{belongs}; a {used.kind} knows {choices(known)}",
                did_you_mean(verb, known) or "choose one of them",
            )
        elif verbs.count(verb) > 1:
            yield path, verb, f"names '{verb}' twice", "remove one"
        elif verb == "consume" and used.workload != manifest.name:
            yield (path, verb, f"the queue belongs to '{used.workload}', and only its owner consumes it: two consumers would each get a part",
                   "ask its owner to pass the messages on to a queue of yours")  # fmt: skip


def check_shares(manifest: Manifest, known: frozenset[str]) -> Iterator[Broken]:
    """Every `shares` names a resource of the workload and workloads that exist. What would be right is refused all the same, until
    a workload can use what another shares: accepted in silence, it would look as if it did something."""
    for resource, consumers in manifest.shares.items():
        if manifest.kind_of(resource) is None:
            hint = did_you_mean(resource, manifest.resources)
            yield (
                f"shares.{resource}",
                None,
                f"is no resource of this workload; there is {choices(manifest.resources)}",
                hint or "correct it",
            )
        for index, consumer in enumerate(consumers):
            path = f"shares.{resource}[{index}]"
            if consumer == manifest.name:
                yield path, consumer, "is this workload itself, which needs no share", "remove it"
            elif consumer not in known:
                yield (
                    path,
                    consumer,
                    f"is no workload; there is {choices(sorted(known - {manifest.name}))}",
                    did_you_mean(consumer, known) or "correct it",
                )
            elif manifest.kind_of(resource) is not None:
                yield path, consumer, NOT_SHARED_YET, f"remove it; {consumer} gets what it needs over an API of {manifest.name}"


def check_clashes(manifests: Mapping[str, Manifest], settings: Settings) -> Iterator[tuple[str, Broken]]:
    """(workload, problem) for every name in AWS that two things would have: workload `a`, function `b-c` and `a-b`, `c`."""
    platform = ("key alias", naming.key_alias(settings, naming.ALARMS_KEY))
    owners: dict[tuple[str, str], tuple[str, str]] = {platform: ("", "the key of the platform's alarm topic")}
    told: set[tuple[str, str, str, str]] = set()
    for manifest in manifests.values():
        for kind, path, make in services(manifest, settings):
            try:
                key = (kind, make())
            except PhysicalNameError:
                continue
            if key in owners:
                other, other_path = owners[key]
                if (pair := (manifest.name, path, other, other_path)) in told:
                    continue  # roles and alarms clash wherever their functions or queues do
                told.add(pair)
                where = "" if other in (manifest.name, "") else f" of workload '{other}'"
                yield (
                    manifest.name,
                    (
                        path,
                        None,
                        f"would have the {kind} name '{key[1]}' in AWS, like {other_path}{where}",
                        "rename one of the two",
                    ),
                )
            else:
                owners[key] = (manifest.name, path)
