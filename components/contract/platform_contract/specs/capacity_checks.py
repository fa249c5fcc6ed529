"""That what differs by environment is there, and that streams of a fixed size are large enough."""

from collections.abc import Iterator

from ..problems import choices, did_you_mean
from ..standards import kinesis
from .connections import Broken
from .manifest import Manifest


def check_environments(manifest: Manifest) -> Iterator[Broken]:
    """Every environment names functions and streams that there are, and a REST API where there is one."""
    for environment, spec in manifest.environments.items():
        path = f"environments.{environment}"
        for section, named in (("functions", spec.functions), ("streams", spec.streams)):
            known = manifest.section(section)
            for name in named:
                if name not in known:
                    yield f"{path}.{section}.{name}", None, f"is none of the {section} of this workload; there is {choices(known)}", did_you_mean(name, known) or "correct it"
        if spec.rest_api.model_fields_set and not any("rest" in function.kinds() for function in manifest.functions.values()):
            yield f"{path}.rest_api", None, "is for a REST API, and no function has a route of one", "remove it"


def check_shards(manifest: Manifest) -> Iterator[Broken]:
    """A stream of a fixed size takes the peak that the profile expects."""
    if manifest.profile.trigger != "stream":
        return
    for name, stream in manifest.streams.items():
        if stream.shards and manifest.profile.peak_per_second > (most := stream.shards * kinesis.RECORDS_PER_SHARD):
            needed = -(-int(manifest.profile.peak_per_second) // kinesis.RECORDS_PER_SHARD)
            yield (f"streams.{name}.shards", stream.shards,
                   f"takes {most:,} records a second, and the peak of the profile is {manifest.profile.peak_per_second:g}",
                   f"raise it to {needed}, or leave it out: a stream on demand grows by itself")  # fmt: skip


def told_at(manifest: Manifest, environment: str, path: str) -> str:
    """Where the reader finds a field: what an environment sets stands below it."""
    spec = manifest.environments.get(environment)
    return f"environments.{environment}.{path}" if spec and path in spec.paths() else path
