"""The names in AWS that a manifest leads to, with the place in the manifest that each comes from."""

from collections.abc import Callable, Iterator
from functools import partial

from platform_contract.kinds.function.spec import ASYNCHRONOUS, ORDERED, FunctionSpec
from platform_contract.kinds.schedule.plan import SCHEDULES
from platform_contract.kinds.table import limits as dynamodb
from platform_contract.manifest.model import Manifest
from platform_contract.platform import flag_names, naming, rotation_names
from platform_contract.platform.settings import Settings
from platform_contract.registry import ALARMS

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
        yield "queue", f"queues.{queue}", partial(naming.queue_name, settings, name, queue, queue_spec.generation, fifo=queue_spec.fifo)
        yield "queue", f"queues.{queue}", partial(naming.dead_letter_name, settings, name, queue, queue_spec.generation, fifo=queue_spec.fifo)
    for bucket, bucket_spec in manifest.buckets.items():
        yield "bucket", f"buckets.{bucket}", partial(naming.bucket_name, settings, name, bucket, bucket_spec.generation)
    yield from _sources(manifest, settings)
    if any(function.http_triggers for function in manifest.functions.values()):
        yield "api", "name", partial(naming.api_name, settings, name)
    if manifest.graphql:
        yield "api", "name", partial(naming.api_name, settings, name, naming.GRAPHQL)
        for service in (naming.GRAPHQL, f"{naming.GRAPHQL}-logs"):
            yield "role", "name", partial(naming.service_role_name, settings, name, service)
    if manifest.socket_routes:
        yield "api", "name", partial(naming.api_name, settings, name, naming.SOCKET)
    if any("rest" in function.kinds() for function in manifest.functions.values()):
        yield "api", "name", partial(naming.api_name, settings, name, naming.REST)
    if asking := _asks_for_idempotency(manifest):
        yield "table", asking, partial(naming.table_name, settings, name, dynamodb.IDEMPOTENCY_TABLE)
    if manifest.flags and manifest.phase != "pilot":
        yield "configuration application", "name", partial(flag_names.application_name, settings, name)
        yield "role", "flags", partial(flag_names.monitor_role_name, settings, name)
    yield "key alias", "name", partial(naming.key_alias, settings, name)
    yield "trace group", "name", partial(naming.trace_group_name, settings, name)
    yield "budget", "name", partial(naming.budget_name, settings, name)
    for kind, path, component in _watched(manifest):
        for row in ALARMS[kind]:
            yield "alarm", path, partial(naming.alarm_name, settings, name, component, row.suffix)


def _sources(manifest: Manifest, settings: Settings) -> Iterator[tuple[str, str, Make]]:
    name = manifest.name
    for topic in manifest.topics:
        yield "topic", f"topics.{topic}", partial(naming.topic_name, settings, name, topic)
    for bus in manifest.buses:
        yield "bus", f"buses.{bus}", partial(naming.bus_name, settings, name, bus)
        yield "queue", f"buses.{bus}", partial(naming.dead_letter_name, settings, name, bus)
        yield "archive", f"buses.{bus}", partial(naming.archive_name, settings, name, bus)
        yield "schema registry", f"buses.{bus}", partial(naming.registry_name, settings, name, bus)
    for stream, spec in manifest.streams.items():
        yield "stream", f"streams.{stream}", partial(naming.stream_name, settings, name, stream, spec.generation)
    for workflow in manifest.workflows:
        yield "workflow", f"workflows.{workflow}", partial(naming.workflow_name, settings, name, workflow)
        yield "role", f"workflows.{workflow}", partial(naming.workflow_role_name, settings, name, workflow)
    for dataset in manifest.datasets:
        yield f"table of {name}", f"datasets.{dataset}", partial(naming.catalog_table_name, dataset)
    if manifest.datasets:
        yield "database", "name", partial(naming.database_name, settings, name)
        yield "workgroup", "name", partial(naming.workgroup_name, settings, name)
    for secret, secret_spec in manifest.secrets.items():
        yield "secret", f"secrets.{secret}", partial(naming.secret_name, settings, name, secret)
        if secret_spec.rotation:
            yield "function", f"secrets.{secret}", partial(rotation_names.function_name, settings, name, secret)
            yield "role", f"secrets.{secret}", partial(rotation_names.role_name, settings, name, secret)
    for parameter in manifest.parameters:
        yield "parameter", f"parameters.{parameter}", partial(naming.parameter_name, settings, name, parameter)
    scheduled = ""
    for function, function_spec in manifest.functions.items():
        if function_spec.gives_up:
            yield "queue", f"functions.{function}", partial(naming.failures_name, settings, name, function)
        for index, trigger in enumerate(function_spec.triggers):
            path = f"functions.{function}.triggers[{index}]"
            if trigger.event:
                yield "rule", path, partial(naming.rule_name, settings, name, function, index)
            if trigger.schedule:
                scheduled = scheduled or path
                yield "schedule", path, partial(naming.schedule_name, settings, name, function, index)
    if scheduled:
        yield "schedule group", "name", partial(naming.schedule_group_name, settings, name)
        yield "role", scheduled, partial(naming.service_role_name, settings, name, "scheduler")


def _watched(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """(kind of alarms, field path, component in the alarms' names)."""
    for function, spec in manifest.functions.items():
        yield "function", f"functions.{function}", function
        yield from _watched_triggers(function, spec)
    if any("schedule" in spec.kinds() for spec in manifest.functions.values()):
        yield "schedule", "name", SCHEDULES
    for secret, secret_spec in manifest.secrets.items():
        if secret_spec.rotation:
            yield "function", f"secrets.{secret}", rotation_names.component(secret)
            yield "rotation", f"secrets.{secret}", rotation_names.component(secret)
    for topic in manifest.topics:
        yield "topic", f"topics.{topic}", topic
    for bus in manifest.buses:
        yield "bus", f"buses.{bus}", f"{bus}-dead"
    for workflow in manifest.workflows:
        yield "workflow", f"workflows.{workflow}", workflow
    for stream in manifest.streams:
        yield "stream", f"streams.{stream}", stream
    for table, table_spec in manifest.tables.items():
        yield "table", f"tables.{table}", table
        for index in table_spec.indexes:
            yield "index", f"tables.{table}.indexes.{index}", f"{table}-{index}-index"
    for queue in manifest.queues:
        yield "queue", f"queues.{queue}", queue
        yield "dead_letter_queue", f"queues.{queue}", f"{queue}-dead"
    if any(function.http_triggers for function in manifest.functions.values()):
        yield "http_api", "name", naming.API
    if manifest.graphql:
        yield "graphql_api", "name", naming.GRAPHQL
    if manifest.socket_routes:
        yield "websocket_api", "name", naming.SOCKET
    if any("rest" in spec.kinds() for spec in manifest.functions.values()):
        yield "rest_api", "name", naming.REST
    if asking := _asks_for_idempotency(manifest):
        yield "table", asking, dynamodb.IDEMPOTENCY_TABLE


def _watched_triggers(function: str, spec: FunctionSpec) -> Iterator[tuple[str, str, str]]:
    path, kinds = f"functions.{function}", spec.kinds()
    if "queue" in kinds:
        yield "queue_consumer", path, function
    if kinds & ASYNCHRONOUS:
        yield "asynchronous", path, function
    if kinds & ORDERED:
        yield "ordered_consumer", path, function
    if spec.gives_up:
        yield "failures", path, f"{function}-failed"
    for index, trigger in enumerate(spec.triggers):
        if trigger.event:
            yield "rule", f"{path}.triggers[{index}]", f"{function}-{index}"


def _asks_for_idempotency(manifest: Manifest) -> str:
    """Where a function asks for the table that the platform adds; empty if none does, or if the name is taken, which is told."""
    if dynamodb.IDEMPOTENCY_TABLE in manifest.tables:
        return ""
    return next((f"functions.{name}.idempotency" for name, function in manifest.functions.items() if function.idempotency), "")
