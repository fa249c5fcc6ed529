"""What triggers and blocks of one manifest name of each other: it has to be there, fit, and lead in no circle."""

from collections.abc import Iterator, Mapping

from .. import naming
from ..problems import choices, did_you_mean
from ..standards import apigateway
from ..standards.iam import VERBS
from .manifest import SECTIONS, Manifest
from .workflow import steps_of

Broken = tuple[str, object, str, str]
"""Field path, value, rule, fix."""


def check_connections(manifest: Manifest) -> Iterator[Broken]:
    """Everything that is wrong with what its parts name of each other."""
    yield from _named(manifest)
    yield from _changes(manifest)
    yield from _invoked(manifest)
    yield from _authorizers(manifest)
    yield from _sockets(manifest)
    yield from _graphql(manifest)
    yield from _topics(manifest)
    yield from _uploads(manifest)
    yield from _circles(manifest)


def _named(manifest: Manifest) -> Iterator[Broken]:
    for path, section, name in _references(manifest):
        known: Mapping[str, object] = manifest.section(section)
        if name not in known:
            kind = "bus" if section == "buses" else section.removesuffix("s")
            hint = did_you_mean(name, known)
            yield (path, name, f"is no {kind} of this workload; there is {choices(known)}", hint or f"add it under `{section}`, or correct it")


def _references(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """(path, section, name) of every resource that a trigger or block names; queue triggers are checked with their consumers."""
    for function, spec in manifest.functions.items():
        for index, trigger in enumerate(spec.triggers):
            path = f"functions.{function}.triggers[{index}]"
            if trigger.event:
                yield f"{path}.event.bus", "buses", trigger.event.bus
            if trigger.upload:
                yield f"{path}.upload.bucket", "buckets", trigger.upload.bucket
            if trigger.changes:
                yield f"{path}.changes.table", "tables", trigger.changes.table
            if trigger.stream:
                yield f"{path}.stream.stream", "streams", trigger.stream.stream
    for queue, queue_spec in manifest.queues.items():
        if queue_spec.from_topic:
            yield f"queues.{queue}.from_topic", "topics", queue_spec.from_topic
    for topic, topic_spec in manifest.topics.items():
        if topic_spec.from_bucket:
            yield f"topics.{topic}.from_bucket.bucket", "buckets", topic_spec.from_bucket.bucket


def _changes(manifest: Manifest) -> Iterator[Broken]:
    for function, spec in manifest.functions.items():
        for index, trigger in enumerate(spec.triggers):
            table = trigger.changes.table if trigger.changes else ""
            if table in manifest.tables and not manifest.tables[table].stream:
                yield (f"functions.{function}.triggers[{index}].changes.table", table, "does not tell its changes",
                       f"add `stream: true` to tables.{table}")  # fmt: skip


def _invoked(manifest: Manifest) -> Iterator[Broken]:
    for name, function in manifest.functions.items():
        if not function.triggers and name not in manifest.authorizer_functions | manifest.steps:
            yield (f"functions.{name}.triggers", None, "is empty, and nothing else invokes the function", "add a trigger, or remove it")


def _authorizers(manifest: Manifest) -> Iterator[Broken]:
    longest = apigateway.MAXIMUM_AUTHORIZER_TIMEOUT_SECONDS
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.http_triggers):
            decides = trigger.authorizer_function
            if decides and decides not in manifest.functions:
                yield (f"functions.{name}.triggers[{index}].http.authorizer_function", decides,
                       f"is no function of this workload; there is {choices(manifest.functions)}",
                       did_you_mean(decides, manifest.functions) or "correct it")  # fmt: skip
            elif decides == name:
                yield (f"functions.{name}.triggers[{index}].http.authorizer_function", decides,
                       "decides for itself: API Gateway asks the authorizer first, and it alone may know who calls",
                       "give the decision a function of its own")  # fmt: skip
    for name in sorted(manifest.authorizer_functions & set(manifest.functions)):
        seconds = manifest.functions[name].timeout_seconds
        if seconds > longest:
            yield (f"functions.{name}.timeout_seconds", seconds,
                   f"must be at most {longest} s for an authorizer: API Gateway gives up then and answers 500", "lower it")  # fmt: skip


def _sockets(manifest: Manifest) -> Iterator[Broken]:
    """Somebody decides who may connect, every route has one function, and no resource takes the API's name."""
    routes, spec = manifest.socket_routes, manifest.websocket_api
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            if trigger.websocket and routes[trigger.websocket.route] != name:
                yield (f"functions.{name}.triggers[{index}].websocket.route", trigger.websocket.route,
                       f"is a route of the function '{routes[trigger.websocket.route]}' already, and a route has one owner",
                       "remove one of the two, or rename the action")  # fmt: skip
    if not routes:
        if spec.model_fields_set:
            yield "websocket_api", None, "belongs to no route", "add a trigger `websocket` to a function, or remove it"
        return
    if "$connect" not in routes:
        yield "websocket_api", None, "has no route $connect, at which API Gateway asks who may connect", "add `websocket: {route: $connect}`"
    if spec.access == "lambda" and spec.authorizer_function is None:
        yield ("websocket_api.authorizer_function", None, "is required: somebody has to decide who may connect",
               "name a function of the workload, or write `authorizer: iam`, or `public: true` with a reason")  # fmt: skip
    elif spec.authorizer_function and spec.authorizer_function not in manifest.functions:
        yield ("websocket_api.authorizer_function", spec.authorizer_function,
               f"is no function of this workload; there is {choices(manifest.functions)}",
               did_you_mean(spec.authorizer_function, manifest.functions) or "correct it")  # fmt: skip
    for section in SECTIONS:
        if naming.SOCKET in manifest.section(section):
            yield (f"{section}.{naming.SOCKET}", None, f"has the name by which `uses` calls the WebSocket API, {naming.SOCKET}", "rename it")


def _graphql(manifest: Manifest) -> Iterator[Broken]:
    if not manifest.functions and manifest.graphql is None:
        yield "functions", None, "is empty, and there is no GraphQL API either: nothing would run", "add a function, or `graphql: {...}`"
    if manifest.graphql is None:
        return
    if manifest.graphql.table not in manifest.tables:
        hint = did_you_mean(manifest.graphql.table, manifest.tables)
        yield ("graphql.table", manifest.graphql.table, f"is no table of this workload; there is {choices(manifest.tables)}", hint or "correct it")
    for verb in manifest.graphql.verbs:
        if verb not in VERBS["table"] or verb == "follow":
            known = [each for each in VERBS["table"] if each != "follow"]
            yield ("graphql.verbs", verb, f"'{verb}' is no verb for resolvers on a table; there is {choices(known)}",
                   did_you_mean(verb, known) or "choose one of them")  # fmt: skip


def _topics(manifest: Manifest) -> Iterator[Broken]:
    for name, queue in manifest.queues.items():
        if queue.from_topic and queue.fifo:
            yield (f"queues.{name}.from_topic", queue.from_topic, "has no order, so it cannot feed a FIFO queue, which SNS refuses",
                   "remove `fifo`, or send to the queue directly")  # fmt: skip
    for function, spec in manifest.functions.items():
        for index, trigger in enumerate(spec.triggers):
            if not (trigger.queue and trigger.queue.queue in manifest.queues and manifest.queues[trigger.queue.queue].fifo):
                continue
            path = f"functions.{function}.triggers[{index}].queue"
            if trigger.queue.batching_window_seconds:
                yield (f"{path}.batching_window_seconds", trigger.queue.batching_window_seconds,
                       "is not for FIFO queues, Lambda's rule", "remove it")  # fmt: skip
            if trigger.queue.batch_size > 10:
                yield f"{path}.batch_size", trigger.queue.batch_size, "must be at most 10 for a FIFO queue, Lambda's rule", "lower it"


def _uploads(manifest: Manifest) -> Iterator[Broken]:
    """S3 refuses two notifications for one object: filters of one bucket must not overlap."""
    taken: dict[str, list[tuple[str, str, str]]] = {}
    listeners = [
        (f"functions.{name}.triggers[{index}].upload", trigger.upload)
        for name, function in manifest.functions.items()
        for index, trigger in enumerate(function.triggers)
        if trigger.upload
    ]
    named = [(path, upload.bucket, upload.prefix, upload.suffix) for path, upload in listeners]
    named += [
        (f"topics.{name}.from_bucket", topic.from_bucket.bucket, topic.from_bucket.prefix, topic.from_bucket.suffix)
        for name, topic in manifest.topics.items()
        if topic.from_bucket
    ]
    for path, bucket, prefix, suffix in named:
        for other, other_prefix, other_suffix in taken.get(bucket, []):
            if _overlap(prefix, other_prefix, str.startswith) and _overlap(suffix, other_suffix, str.endswith):
                yield (path, None, f"takes objects that {other} takes as well, and S3 tells one receiver of each object",
                       "give them different prefixes, or publish to a topic with `from_bucket` and let both listen there")  # fmt: skip
                break
        taken.setdefault(bucket, []).append((path, prefix, suffix))


def _overlap(one: str, other: str, test: object) -> bool:
    return bool(test(one, other) or test(other, one))  # type: ignore[operator]


def _circles(manifest: Manifest) -> Iterator[Broken]:
    """A function whose own work invokes it again never ends, and is paid for until somebody notices."""
    follows = {name: set(_invokes(manifest, name)) for name in manifest.functions}
    for name in follows:
        path = _way_back(follows, name)
        if path and name == min(path):
            yield (f"functions.{name}", None, f"leads back to itself: {' -> '.join([*path, name])}; one event would go round for ever",
                   "send to another resource, or narrow the trigger (prefix, source) so that own work does not match it")  # fmt: skip


def _way_back(follows: Mapping[str, set[str]], start: str) -> list[str]:
    """The shortest way from `start` back to it; empty if there is none."""
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop(0)
        for following in sorted(follows[way[-1]]):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


WAKING = {"send", "publish", "write", "put", "update", "delete", "batch-write", "start", "run"}
"""Verbs after which something may be invoked."""


def _invokes(manifest: Manifest, name: str) -> Iterator[str]:
    """Functions that are invoked for what function `name` does."""
    wakes = {resource for resource, verbs in manifest.functions[name].uses.items() if WAKING & set(verbs)}
    wakes |= {queue for queue, spec in manifest.queues.items() if spec.from_topic in wakes}
    for workflow in wakes & set(manifest.workflows):
        yield from sorted(steps_of(manifest.workflows[workflow].states) & set(manifest.functions))
    for other, function in manifest.functions.items():
        for trigger in function.triggers:
            woken = (
                (trigger.queue and trigger.queue.queue in wakes)
                or (trigger.changes and trigger.changes.table in wakes)
                or (trigger.stream and trigger.stream.stream in wakes)
                # Who publishes names its workload as source, and a prefix keeps what is written from what arrives.
                or (trigger.event and trigger.event.bus in wakes and manifest.name in trigger.event.pattern.source)
                or (trigger.upload and trigger.upload.bucket in wakes and not trigger.upload.prefix)
            )
            if woken:
                yield other
