"""What the kinds of one manifest must know of each other, derived once."""

from collections.abc import Iterator

from platform_contract.kinds.dataset.limits import RESULTS_DAYS, RESULTS_PREFIX
from platform_contract.kinds.function.spec import TRIGGER_KINDS, FunctionSpec
from platform_contract.kinds.function.uses import verbs_of
from platform_contract.manifest.model import Manifest
from platform_contract.platform import environment, naming
from platform_contract.platform.alarm_standard import DEFAULT_LATENCY_MS_P99
from platform_contract.platform.scope import Connections, Consumer, Listener, Triggered, Used
from platform_contract.platform.settings import Settings
from platform_contract.registry import KINDS, used, variable


def connections_of(settings: Settings, manifest: Manifest) -> Connections:
    """Who consumes, listens, feeds and is fed in a workload that was checked."""
    fed: dict[str, dict[str, str]] = {}
    for queue, spec in manifest.queues.items():
        if spec.from_topic:
            fed.setdefault(spec.from_topic, {})[queue] = naming.queue_arn(settings, naming.queue_name(settings, manifest.name, queue, spec.generation))
    return Connections(
        consumers={
            trigger.queue: Consumer(name, function.timeout_seconds, trigger.batching_window_seconds)
            for name, function in manifest.functions.items() for trigger in function.queue_triggers
        },
        listeners={bucket: tuple(_listeners(manifest, bucket)) for bucket in manifest.buckets},
        fed=fed,
        bucket_arns={
            bucket: naming.bucket_arn(settings, naming.bucket_name(settings, manifest.name, bucket, spec.generation)) for bucket, spec in manifest.buckets.items()
        },
        used={name: tuple(_used(settings, manifest, function)) for name, function in manifest.functions.items()},
        resolved=_resolved(settings, manifest),
        triggers={kind: tuple(_triggered(manifest, kind)) for kind in TRIGGER_KINDS},
        timeouts={name: function.timeout_seconds for name, function in manifest.functions.items()},
        deciding=frozenset(manifest.authorizer_functions),
        flags={name: flag.default for name, flag in manifest.flags.items()},
        latency_ms_p99=manifest.slo.latency_ms_p99 if manifest.slo else DEFAULT_LATENCY_MS_P99,
        expiring={dataset.bucket: {RESULTS_PREFIX: RESULTS_DAYS} for dataset in manifest.datasets.values()},
    )  # fmt: skip


def _used(settings: Settings, manifest: Manifest, function: FunctionSpec) -> Iterator[Used]:
    for resource, verbs in verbs_of(function).items():
        kind = manifest.kind_of(resource)
        if kind is None:
            raise ValueError(f"uses.{resource}: resources of other workloads cannot be used yet")
        if kind == "socket":
            yield used(kind, resource, "", verbs, variable=environment.SOCKET_ENDPOINT)
        else:
            # Lambda itself reads tables' changes and streams; a worker sets its queue's visibility.
            told = resource in function.uses or kind == "queue"
            yield used(kind, resource, _arn(settings, manifest, kind, resource), verbs, variable=variable(kind, resource) if told else "")


def _arn(settings: Settings, manifest: Manifest, kind: str, name: str) -> str:
    """Of a resource of the manifest."""
    arn = KINDS[kind].arn
    return arn(settings, manifest.name, name, manifest.section(KINDS[kind].section)[name]) if arn else ""


def _resolved(settings: Settings, manifest: Manifest) -> Used | None:
    spec = manifest.graphql
    return used("table", spec.table, _arn(settings, manifest, "table", spec.table), spec.verbs) if spec else None


def _triggered(manifest: Manifest, kind: str) -> Iterator[Triggered]:
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            if (given := getattr(trigger, kind)) is not None:
                yield Triggered(name, index, function.timeout_seconds, given)


def _listeners(manifest: Manifest, bucket: str) -> Iterator[Listener]:
    """Functions first."""
    for name, function in manifest.functions.items():
        for trigger in function.triggers:
            if trigger.upload and trigger.upload.bucket == bucket:
                yield Listener("function", name, trigger.upload.prefix, trigger.upload.suffix)
    for name, topic in manifest.topics.items():
        if topic.from_bucket and topic.from_bucket.bucket == bucket:
            yield Listener("topic", name, topic.from_bucket.prefix, topic.from_bucket.suffix)
