"""What triggers and resources of one manifest name of each other: it has to be there, fit, and lead in no circle."""

from collections.abc import Iterator, Mapping

from platform_contract.kinds.stream import limits as kinesis
from platform_contract.manifest.cycles import check_circles
from platform_contract.manifest.flag_checks import check_flags
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.rotation_checks import check_rotations
from platform_contract.manifest.unused import Broken, check_loose_ends
from platform_contract.platform import apigateway, naming
from platform_contract.platform.diagnostics import choices, did_you_mean
from platform_contract.registry import SECTIONS, VERBS


def check_connections(manifest: Manifest) -> Iterator[Broken]:
    """Everything that is wrong with what its parts name of each other."""
    yield from _named(manifest)
    yield from _events(manifest)
    yield from _changes(manifest)
    yield from _invoked(manifest)
    yield from _authorizers(manifest)
    yield from check_rotations(manifest)
    yield from _sockets(manifest)
    yield from _graphql(manifest)
    yield from _twice(manifest)
    yield from _uploads(manifest)
    yield from _ordered(manifest)
    yield from check_flags(manifest)
    yield from check_circles(manifest)
    yield from check_loose_ends(manifest)


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


def _events(manifest: Manifest) -> Iterator[Broken]:
    """A rule that waits for an event which the bus does not know waits for ever."""
    for function, spec in manifest.functions.items():
        for index, trigger in enumerate(spec.triggers):
            if not trigger.event or trigger.event.bus not in manifest.buses:
                continue
            bus, known = trigger.event.bus, manifest.buses[trigger.event.bus].events
            for source in trigger.event.pattern.source:
                if source != manifest.name and (hint := did_you_mean(source, [manifest.name])):
                    yield (f"functions.{function}.triggers[{index}].event.pattern.source", source,
                           "is not this workload, which alone publishes on its bus", hint)  # fmt: skip
            for event in trigger.event.pattern.detail_type if known else ():
                if event not in known:
                    yield (f"functions.{function}.triggers[{index}].event.pattern.detail_type", event,
                           f"is no event of the bus '{bus}'; there is {choices(known)}",
                           did_you_mean(event, known) or f"add it to buses.{bus}.events, or correct it")  # fmt: skip


def _changes(manifest: Manifest) -> Iterator[Broken]:
    for function, spec in manifest.functions.items():
        for index, trigger in enumerate(spec.triggers):
            table = trigger.changes.table if trigger.changes else ""
            if table in manifest.tables and not manifest.tables[table].stream:
                yield (f"functions.{function}.triggers[{index}].changes.table", table, "does not tell its changes",
                       f"add `stream: true` to tables.{table}")  # fmt: skip


def _invoked(manifest: Manifest) -> Iterator[Broken]:
    rotating = set(manifest.rotating_functions)
    if not rotating <= set(manifest.functions):
        return  # one of those that nothing invokes may be the one that was meant, which is told
    for name, function in manifest.functions.items():
        if not function.triggers and name not in manifest.authorizer_functions | manifest.steps | rotating:
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
    yield from _socket_routes(manifest)
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
    elif spec.authorizer_function and spec.authorizer_function == routes.get("$connect"):
        yield ("websocket_api.authorizer_function", spec.authorizer_function,
               "decides for itself: API Gateway asks the authorizer first, and it alone may know who calls",
               "give the decision a function of its own")  # fmt: skip
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


def _socket_routes(manifest: Manifest) -> Iterator[Broken]:
    seen: dict[str, tuple[str, str]] = {}
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            if not trigger.websocket:
                continue
            path, route = f"functions.{name}.triggers[{index}].websocket.route", trigger.websocket.route
            called = route.strip("$").lower()  # in the program, so two of them would be one there
            if called not in seen:
                seen[called] = (route, name)
            elif seen[called][0] == route:
                yield (path, route, f"is a route of the function '{seen[called][1]}' already, and a route has one owner",
                       "remove one of the two, or rename the action")  # fmt: skip
            else:
                yield path, route, f"differs from {seen[called][0]} in `$` or capitals only", "rename the action"


def _twice(manifest: Manifest) -> Iterator[Broken]:
    """Two rules or schedules that are the same invoke twice for one event; other triggers that come twice are told as such."""
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            first = function.triggers.index(trigger)
            if first < index and (trigger.event or trigger.schedule):
                yield (f"functions.{name}.triggers[{index}]", None, f"is the same as triggers[{first}], so the function would run twice for one event",
                       "remove one of the two")  # fmt: skip


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
            if path.startswith("functions.") and path.rpartition(".triggers[")[0] == other.rpartition(".triggers[")[0]:
                yield (f"{path}.bucket", bucket, f"tells the function already, by {other}",
                       "keep one trigger, with a prefix that both have in common, or give each prefix a function of its own")  # fmt: skip
                break
            if _overlap(prefix, other_prefix, str.startswith) and _overlap(suffix, other_suffix, str.endswith):
                yield (path, None, f"takes objects that {other} takes as well, and S3 tells one receiver of each object",
                       "give them different prefixes, or publish to a topic with `from_bucket` and let both listen there")  # fmt: skip
                break
        taken.setdefault(bucket, []).append((path, prefix, suffix))


def _overlap(one: str, other: str, test: object) -> bool:
    return bool(test(one, other) or test(other, one))  # type: ignore[operator]


def _ordered(manifest: Manifest) -> Iterator[Broken]:
    """Lambda refuses to read one source twice for one function; a record that outlives its stream is lost instead of given up."""
    readers: dict[str, list[str]] = {}
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            given = trigger.changes or trigger.stream
            if not given:
                continue
            kind, source = ("changes.table", trigger.changes.table) if trigger.changes else ("stream.stream", trigger.stream.stream)  # type: ignore[union-attr]
            path = f"functions.{name}.triggers[{index}].{kind}"
            others = readers.setdefault(f"{kind}.{source}", [])
            if name in others:
                yield path, source, "is read by this function already, and Lambda takes it once", "remove one of the two"
            elif trigger.changes and len(others) >= kinesis.TABLE_READERS:
                yield (path, source, f"is read by {' and '.join(others)} already, and DynamoDB serves {kinesis.TABLE_READERS} readers of one stream",
                       "let one of them publish to a topic or a bus, and the others listen there")  # fmt: skip
            others.append(name)
            kept = manifest.streams[source].retention_hours if source in manifest.streams and trigger.stream else kinesis.TABLE_RETENTION_HOURS
            if given.maximum_record_age_seconds > kept * 3600:
                yield (f"{path.rpartition('.')[0]}.maximum_record_age_seconds", given.maximum_record_age_seconds,
                       f"is longer than a record is kept, {kept} h: it would be lost, and not come into the queue of failures",
                       f"lower it to {kept * 3600} or less" + (", or raise retention_hours of the stream" if trigger.stream else ""))  # fmt: skip
