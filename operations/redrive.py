"""Dead letters back into their queue, after the cause is gone."""

import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from operations.clients import Client, clients_in, is_embedded
from operations.errors import OperationError
from operations.inventory import queue_of
from operations.letters import DeadLetters, Letter
from operations.reasons import Reason, reasons
from platform_contract.inventory import Inventory, QueueEntry, WorkloadEntry

LISTED = 100
"""Messages that a dry run looks at unless told otherwise."""
POLLS, POLL_SECONDS = 300, 2.0
"""How often a move of SQS's own is looked at, and how many seconds lie between. It goes on by itself."""


@dataclass
class Moved:
    """What came of a move by hand."""

    ids: list[str] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    came_back: str = ""
    """New id of a message that failed again while others were still moved: the cause is not gone."""


def lines(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """Why messages were given up (--dry-run), or the move of them."""
    workload, queue = queue_of(inventory, options.workload, options.queue)
    clients = clients_in(inventory.region)
    if options.dry_run:
        yield from dry_run(clients, workload, queue, options.limit)
        return
    dead = DeadLetters(clients("sqs"), queue.dead_letter_url)
    if not dead.count():
        yield f"{queue.dead_letter_name} is empty"
    elif options.limit or options.discard or is_embedded(clients("sqs")):  # which has no StartMessageMoveTask
        moved = by_hand(clients, queue, options.limit, options.discard)
        yield from told(moved, dead, queue)
        if missing := sorted(set(options.discard) - set(moved.discarded)):
            raise OperationError(f"not seen in {queue.dead_letter_name}, so not discarded: {', '.join(missing)}")
    else:
        yield from by_task(clients, queue)


def dry_run(client: Client, workload: WorkloadEntry, queue: QueueEntry, limit: int | None = None) -> list[str]:
    """Lines that tell what is there and why; nothing is moved. Never the body: it is the workload's, and may be confidential."""
    dead, fifo = DeadLetters(client("sqs"), queue.dead_letter_url), queue.physical_name.endswith(".fifo")
    count = dead.count()
    if not count:
        return [f"{queue.dead_letter_name} is empty"]
    with dead.taken(limit or LISTED) as taken:
        letters = list(taken)
    if not letters:
        return [f"{_messages(count)} in {queue.dead_letter_name}, all in somebody's hands: try again in a few minutes"]
    ids = {letter.message_id for letter in letters}
    known = reasons(client("logs"), workload, ids, min(letter.sent_at for letter in letters), fifo)
    lines = [f"{_messages(count)} in {queue.dead_letter_name}:"]
    lines += [_line(letter, known.get(letter.message_id)) for letter in letters]
    if count > len(letters):
        why = ", or behind these in their groups" if fifo else ""
        lines.append(f"  and {count - len(letters)} more, beyond --limit{why}")
    lines += ["by reason:", *_by_reason(letters, known)]
    return lines


def _line(letter: Letter, reason: Reason | None) -> str:
    group = f"  group {letter.group}" if letter.group else ""
    told = f"{reason.function}, receive {reason.receive_count}: {reason.text}" if reason else "the log tells nothing of it"
    return f"  {letter.message_id}  {letter.sent_at:%Y-%m-%d %H:%M:%S}{group}  {told}"


def _by_reason(letters: list[Letter], known: dict[str, Reason]) -> list[str]:
    counts: Counter[str] = Counter()
    for letter in letters:
        reason = known.get(letter.message_id)
        counts[reason.text if reason and reason.own else "itself not at fault: held up" if reason else "unknown"] += 1
    return [f"  {number} x {text}" for text, number in counts.most_common()]


def by_hand(client: Client, queue: QueueEntry, limit: int | None = None, discard: Collection[str] = ()) -> Moved:
    """Receives, sends and deletes, in the queue's order: at most `limit` messages, or as many as are there now.

    Each is sent before it is deleted: what is interrupted is in one of the queues, or in both. It ends where the first
    message comes back under its new id, so a cause that is not gone is not fed for ever. An error of AWS ends it, and
    nothing behind the message at fault is moved.
    """
    sqs = client("sqs")
    dead, fifo = DeadLetters(sqs, queue.dead_letter_url), queue.physical_name.endswith(".fifo")
    there, moved, sent = dead.count(), Moved(), set[str]()
    with dead.taken(min(limit or there, there)) as taken:
        for letter in taken:
            if letter.message_id in sent:
                moved.came_back = letter.message_id
                break
            if letter.message_id in discard:
                moved.discarded.append(letter.message_id)
            else:
                reply = sqs.send_message(QueueUrl=queue.url, **letter.again(fifo))
                sent.add(reply["MessageId"])
                moved.ids.append(letter.message_id)
            dead.delete(letter)
    return moved


def by_task(client: Client, queue: QueueEntry, wait: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """SQS's own move of all messages; lines that tell how it gets on. Raises OperationError where it fails."""
    sqs = client("sqs")
    source = DeadLetters(sqs, queue.dead_letter_url).arn()
    sqs.start_message_move_task(SourceArn=source, DestinationArn=queue.arn)
    yield f"SQS moves the messages of {queue.dead_letter_name} to {queue.physical_name}; it goes on if this ends"
    for _ in range(POLLS):
        task = sqs.list_message_move_tasks(SourceArn=source, MaxResults=1)["Results"][0]
        done = f"{task.get('ApproximateNumberOfMessagesMoved', 0)} of about {task.get('ApproximateNumberOfMessagesToMove', '?')} moved"
        if task["Status"] in ("COMPLETED", "CANCELLED"):
            yield f"{task['Status'].lower()}: {done}"
            return
        if task["Status"] == "FAILED":
            raise OperationError(f"SQS gave the move up: {task.get('FailureReason', 'no reason told')} ({done}); the rest is where it was")
        yield f"{task['Status'].lower()}: {done}"
        wait(POLL_SECONDS)
    yield f"still at it: aws sqs list-message-move-tasks --source-arn {source}"


def told(moved: Moved, dead: DeadLetters, queue: QueueEntry) -> list[str]:
    """What came of a move by hand, in lines."""
    lines = [f"{_messages(len(moved.ids))} moved from {queue.dead_letter_name} to {queue.physical_name}, {dead.count()} left"]
    if moved.discarded:
        lines.append(f"{_messages(len(moved.discarded))} discarded: {', '.join(moved.discarded)}")
    if moved.came_back:
        lines.append(f"stopped, because one of them failed again, now {moved.came_back}: the cause is not gone, see --dry-run")
    return lines


def _messages(count: int) -> str:
    return f"{count} message{'s' * (count != 1)}"
