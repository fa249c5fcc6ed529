"""What the kinds of one manifest must know of each other, derived once."""

from collections.abc import Iterator

from platform_contract.kinds.dataset.limits import RESULTS_DAYS, RESULTS_PREFIX
from platform_contract.manifest.model import Manifest
from platform_contract.platform import naming
from platform_contract.platform.scope import Connections, Consumer, Listener
from platform_contract.platform.settings import Settings


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
        expiring={dataset.bucket: {RESULTS_PREFIX: RESULTS_DAYS} for dataset in manifest.datasets.values()},
    )  # fmt: skip


def _listeners(manifest: Manifest, bucket: str) -> Iterator[Listener]:
    """Functions first."""
    for name, function in manifest.functions.items():
        for trigger in function.triggers:
            if trigger.upload and trigger.upload.bucket == bucket:
                yield Listener("function", name, trigger.upload.prefix, trigger.upload.suffix)
    for name, topic in manifest.topics.items():
        if topic.from_bucket and topic.from_bucket.bucket == bucket:
            yield Listener("topic", name, topic.from_bucket.prefix, topic.from_bucket.suffix)
