"""The names in AWS that a manifest leads to, with the place in the manifest that each comes from."""

from collections.abc import Callable, Iterator
from functools import partial

from .. import naming
from ..settings import Settings
from ..standards import dynamodb
from ..standards.alarms import ALARMS, Kind
from .manifest import Manifest

Make = Callable[[], str]


def physical_names(manifest: Manifest, settings: Settings) -> Iterator[tuple[str, Make]]:
    """(field path, how to make the name); making raises PhysicalNameError if AWS would refuse it."""
    for _, path, make in services(manifest, settings):
        yield path, make


def services(manifest: Manifest, settings: Settings) -> Iterator[tuple[str, str, Make]]:
    """(what must not occur twice, field path, how to make the name)."""
    name = manifest.name
    for function in manifest.functions:
        yield "function", f"functions.{function}", partial(naming.function_name, settings, name, function)
        yield "role", f"functions.{function}", partial(naming.role_name, settings, name, function)
    for table, spec in manifest.tables.items():
        yield "table", f"tables.{table}", partial(naming.table_name, settings, name, table, spec.generation)
    for queue, queue_spec in manifest.queues.items():
        yield "queue", f"queues.{queue}", partial(naming.queue_name, settings, name, queue, queue_spec.generation)
        yield "queue", f"queues.{queue}", partial(naming.dead_letter_name, settings, name, queue, queue_spec.generation)
    for bucket, bucket_spec in manifest.buckets.items():
        yield "bucket", f"buckets.{bucket}", partial(naming.bucket_name, settings, name, bucket, bucket_spec.generation)
    if any(function.http_triggers for function in manifest.functions.values()):
        yield "api", "name", partial(naming.api_name, settings, name)
    if asking := _asks_for_idempotency(manifest):
        yield "table", asking, partial(naming.table_name, settings, name, dynamodb.IDEMPOTENCY_TABLE)
    yield "key alias", "name", partial(naming.key_alias, settings, name)
    yield "trace group", "name", partial(naming.trace_group_name, settings, name)
    yield "budget", "name", partial(naming.budget_name, settings, name)
    for kind, path, component in _watched(manifest):
        for row in ALARMS[kind]:
            yield "alarm", path, partial(naming.alarm_name, settings, name, component, row.suffix)


def _watched(manifest: Manifest) -> Iterator[tuple[Kind, str, str]]:
    """(kind of alarms, field path, component in the alarms' names)."""
    for function, spec in manifest.functions.items():
        yield "function", f"functions.{function}", function
        if spec.queue_triggers:
            yield "queue_consumer", f"functions.{function}", function
    for table in manifest.tables:
        yield "table", f"tables.{table}", table
    for queue in manifest.queues:
        yield "queue", f"queues.{queue}", queue
        yield "dead_letter_queue", f"queues.{queue}", f"{queue}-dead"
    if any(function.http_triggers for function in manifest.functions.values()):
        yield "http_api", "name", naming.API
    if asking := _asks_for_idempotency(manifest):
        yield "table", asking, dynamodb.IDEMPOTENCY_TABLE


def _asks_for_idempotency(manifest: Manifest) -> str:
    """Where a function asks for the table that the platform adds; empty if none does, or if the name is taken, which is told."""
    if dynamodb.IDEMPOTENCY_TABLE in manifest.tables:
        return ""
    return next((f"functions.{name}.idempotency" for name, function in manifest.functions.items() if function.idempotency), "")
