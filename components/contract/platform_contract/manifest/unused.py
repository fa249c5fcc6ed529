"""What is sent to and read by nobody, started by nobody, or waits for an answer that nobody may give."""

from collections.abc import Iterator

from platform_contract.kinds.workflow.spec import tasks_of
from platform_contract.manifest.model import Manifest

Broken = tuple[str, object, str, str]
"""Field path, value, rule, fix."""


def check_loose_ends(manifest: Manifest) -> Iterator[Broken]:
    """Everything that would be made and never do anything. Silent while a trigger names what is not there: that may be the missing one."""
    if not manifest.functions:
        return
    triggers = [trigger for function in manifest.functions.values() for trigger in function.triggers]
    read = {trigger.queue.queue for trigger in triggers if trigger.queue} | _used(manifest, "consume")
    if read <= set(manifest.queues) | set(manifest.streams):
        for queue in manifest.queues:
            if queue not in read:
                yield (f"queues.{queue}", None, "is read by nobody: messages would wait until they expire",
                       f"add `queue: {{queue: {queue}}}` to the triggers of a function, or remove it")  # fmt: skip
    streamed = {trigger.stream.stream for trigger in triggers if trigger.stream} | _used(manifest, "consume")
    if streamed <= set(manifest.queues) | set(manifest.streams):
        for stream in manifest.streams:
            if stream not in streamed:
                yield (f"streams.{stream}", None, "is read by nobody: records would wait until they expire, paid for by the hour",
                       f"add `stream: {{stream: {stream}}}` to the triggers of a function, or remove it")  # fmt: skip
    fed = {queue.from_topic for queue in manifest.queues.values() if queue.from_topic}
    if fed <= set(manifest.topics):
        for topic, spec in manifest.topics.items():
            if topic not in fed and not spec.emails:
                yield (f"topics.{topic}", None, "has no receiver: what is published would be gone",
                       f"add `from_topic: {topic}` to a queue, or e-mail addresses to it")  # fmt: skip
    yield from _workflows(manifest)


def _workflows(manifest: Manifest) -> Iterator[Broken]:
    started, answered = _used(manifest, "start") | _used(manifest, "run"), _used(manifest, "answer")
    all_known = started | answered <= set(manifest.workflows)
    for name, spec in manifest.workflows.items() if all_known else ():
        if name not in started:
            verb = "run" if spec.type == "express" else "start"
            yield (f"workflows.{name}", None, "is started by nobody",
                   f"add `{name}: [{verb}]` to the uses of a function, or remove it")  # fmt: skip
        elif name not in answered and spec.type == "standard" and any(task.get("Callback") is True for task in tasks_of(spec.states)):
            yield (f"workflows.{name}", None, "has a step that waits for an answer, and no function may give it",
                   f"add `answer` to the verbs of {name} in the uses of a function")  # fmt: skip


def _used(manifest: Manifest, verb: str) -> set[str]:
    """Resources that a function uses by this verb."""
    return {name for function in manifest.functions.values() for name, verbs in function.uses.items() if verb in verbs}
