"""That what differs by environment is there, and that streams of a fixed size and tables with a maximum are large enough."""

import math
from collections.abc import Iterator

from platform_contract.kinds.stream import limits as kinesis
from platform_contract.kinds.table import limits as dynamodb
from platform_contract.manifest.connection_checks import Broken
from platform_contract.manifest.model import Manifest
from platform_contract.platform.diagnostics import choices, did_you_mean


def check_environments(manifest: Manifest) -> Iterator[Broken]:
    """Every environment names functions, tables and streams that there are, and a REST API where there is one."""
    for environment, spec in manifest.environments.items():
        path = f"environments.{environment}"
        for section, named in (("functions", spec.functions), ("tables", spec.tables), ("streams", spec.streams)):
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


READS, WRITES = frozenset({"read", "get", "query", "batch-get"}), frozenset({"write", "put", "update", "delete", "batch-write", "check"})
"""Verbs on a table that take read units, and write units."""


def check_maxima(manifest: Manifest) -> Iterator[Broken]:
    """The maximum of a table lets the peak that the profile expects pass, with one unit for each event: it is there for what nobody expects."""
    peak = manifest.profile.peak_per_second
    for name, table in manifest.tables.items():
        verbs = {verb for function in manifest.functions.values() for verb in function.uses.get(name, ())}
        for field, most, taking in (
            ("maximum_read_units_per_second", table.maximum_read_units_per_second, READS),
            ("maximum_write_units_per_second", table.maximum_write_units_per_second, WRITES),
        ):
            if most is None or most >= peak or not verbs & taking:
                continue
            enough = math.ceil(2 * peak)
            fix = f"raise it to {enough}, twice the peak" if enough <= dynamodb.MAXIMUM_UNITS_PER_SECOND else "remove it, and let AWS raise the account's quota for a table"
            yield (f"tables.{name}.{field}", most, f"throttles the expected: at the peak of the profile {peak:g} events a second come, and each takes one unit at least",
                   f"{fix}, or correct the profile")  # fmt: skip


def told_at(manifest: Manifest, environment: str, path: str) -> str:
    """Where the reader finds a field: what an environment sets stands below it."""
    spec = manifest.environments.get(environment)
    return f"environments.{environment}.{path}" if spec and path in spec.paths() else path
