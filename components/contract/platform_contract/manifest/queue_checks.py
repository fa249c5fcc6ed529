"""What is wrong with queues: who consumes them, how, and whether what keeps failing is ever given up."""

from collections.abc import Iterator

from platform_contract.kinds.queue import limits as sqs
from platform_contract.kinds.queue.trigger import QueueTrigger
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.unused import Broken
from platform_contract.platform.diagnostics import choices, did_you_mean


def check_queues(manifest: Manifest) -> Iterator[Broken]:
    """Everything that is wrong with queues and their consumers."""
    yield from _consumers(manifest)
    for name, queue in manifest.queues.items():
        if queue.from_topic and queue.fifo:
            yield (f"queues.{name}.from_topic", queue.from_topic, "has no order, so it cannot feed a FIFO queue, which SNS refuses",
                   "remove `fifo`, or send to the queue directly")  # fmt: skip
    for function, spec in manifest.functions.items():
        for index, trigger in enumerate(spec.triggers):
            if trigger.queue and trigger.queue.queue in manifest.queues:
                fifo = manifest.queues[trigger.queue.queue].fifo
                yield from _batches(f"functions.{function}.triggers[{index}].queue", trigger.queue, fifo=fifo)
                yield from _given_up(manifest, trigger.queue, spec.timeout_seconds)


def _consumers(manifest: Manifest) -> Iterator[Broken]:
    consumers: dict[str, str] = {}
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            if not trigger.queue:
                continue
            queue, path = trigger.queue.queue, f"functions.{name}.triggers[{index}].queue.queue"
            if queue not in manifest.queues:
                hint = did_you_mean(queue, manifest.queues)
                yield (
                    path,
                    queue,
                    f"is no queue of this workload; there is {choices(manifest.queues)}",
                    hint or "add it under `queues`, or correct it",
                )
            elif queue in consumers:
                yield (path, queue, f"is consumed by the function '{consumers[queue]}' already: two consumers would each get a part of the messages",
                       "give each consumer a queue of its own")  # fmt: skip
            consumers.setdefault(queue, name)
    for name, function in manifest.functions.items():
        for used, verbs in function.uses.items():
            if "consume" in verbs and consumers.get(used, name) != name:
                yield (f"functions.{name}.uses.{used}", "consume",
                       f"the queue is consumed by the function '{consumers[used]}' already: two consumers would each get a part of the messages",
                       "remove `consume`")  # fmt: skip


def _batches(path: str, trigger: QueueTrigger, *, fifo: bool) -> Iterator[Broken]:
    most, window = sqs.BATCH_SIZE_WITHOUT_WINDOW, trigger.batching_window_seconds
    if fifo and window:
        yield f"{path}.batching_window_seconds", window, "is not for FIFO queues, Lambda's rule", "remove it"
    if trigger.batch_size > most and fifo:
        yield f"{path}.batch_size", trigger.batch_size, f"must be at most {most} for a FIFO queue, Lambda's rule", "lower it"
    elif trigger.batch_size > most and not window:
        yield (f"{path}.batch_size", trigger.batch_size, f"must be at most {most} without a batching window, Lambda's rule",
               "lower it, or set batching_window_seconds to 1 or more")  # fmt: skip


def _given_up(manifest: Manifest, trigger: QueueTrigger, timeout_seconds: int) -> Iterator[Broken]:
    """A message that fails is hidden before it comes again; if it expires meanwhile, it is gone, and in no dead-letter queue."""
    queue = manifest.queues[trigger.queue]
    hidden = sqs.visibility_timeout_seconds(timeout_seconds, trigger.batching_window_seconds)
    if hidden * queue.max_receive_count > queue.retention_days * 86_400:
        yield (f"queues.{trigger.queue}.max_receive_count", queue.max_receive_count,
               f"times {hidden} s, for which a failed message is hidden each time, is more than the {queue.retention_days} day{'' if queue.retention_days == 1 else 's'} for which it is kept: "
               "it would be lost instead of given up",
               "lower it, or raise retention_days")  # fmt: skip
