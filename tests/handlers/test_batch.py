"""Batches in which much goes wrong: what is tried first, when a batch ends early, and how long an outage a queue survives."""

import random
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from handler_support import Context

from shared import batch
from shared.batch import Message
from shared.errors import PermanentFailure, TransientFailure

PLAIN, FIFO = "arn:aws:sqs:eu-west-1:000000000000:queue", "arn:aws:sqs:eu-west-1:000000000000:queue.fifo"


def record(number: int, receives: int = 1, group: str | None = None) -> dict:
    attributes = {"ApproximateReceiveCount": str(receives)} | ({"MessageGroupId": group} if group else {})
    return {
        "messageId": str(number), "receiptHandle": str(number), "body": "{}", "attributes": attributes, "messageAttributes": {},
        "eventSource": "aws:sqs", "eventSourceARN": FIFO if group else PLAIN,
    }  # fmt: skip


class Sqs:
    """Remembers for how long each message is hidden."""

    def __init__(self) -> None:
        self.hidden: dict[str, int] = {}

    def change_message_visibility_batch(self, QueueUrl: str, Entries: list[dict]) -> dict:
        self.hidden |= {entry["ReceiptHandle"]: entry["VisibilityTimeout"] for entry in Entries}
        return {}


@pytest.fixture
def sqs(monkeypatch, log):
    from shared.observability import metrics

    made = Sqs()
    monkeypatch.setattr(batch, "client", lambda service: {"sqs": made}[service])
    yield made
    metrics.clear_metrics()  # no handler is around the batch that would emit them


def run(records: list[dict], handle: Callable[[Message], None], context: Context | None = None) -> list[str]:
    return [item["itemIdentifier"] for item in batch.process_batch({"Records": records}, handle, "https://sqs/q", context)["batchItemFailures"]]


def failing(errors: dict[str, Exception], tried: list[str]) -> Callable[[Message], None]:
    def handle(message: Message) -> None:
        tried.append(message.message_id)
        if message.message_id in errors:
            raise errors[message.message_id]

    return handle


def test_what_was_received_most_often_is_tried_first(sqs):
    tried: list[str] = []
    run([record(0), record(1, 3), record(2, 2), record(3, 3)], failing({}, tried))
    assert tried == ["1", "3", "2", "0"]


def test_groups_of_a_fifo_queue_come_in_that_turn_and_stay_in_their_order(sqs):
    tried: list[str] = []
    run([record(0, 1, "a"), record(1, 1, "b"), record(2, 1, "a"), record(3, 2, "b")], failing({}, tried))
    assert tried == ["1", "3", "0", "2"]


@pytest.mark.parametrize("error", [TimeoutError("no answer"), ConnectionResetError("cut")])
def test_a_batch_whose_first_attempts_are_not_answered_ends_and_waits_as_if_it_had_been_tried(sqs, log, error):
    tried: list[str] = []
    assert run([record(n, 2) for n in range(5)], failing({str(n): error for n in range(5)}, tried)) == ["0", "1", "2", "3", "4"]
    assert tried == ["0", "1"]
    assert all(30 <= seconds <= 40 for seconds in sqs.hidden.values()) and len(sqs.hidden) == 5
    assert {line["reason"] for line in log.of("WARNING")} == {"what the messages before it need does not answer"}


@pytest.mark.parametrize("error", [OSError("x"), KeyError("x"), TransientFailure("later"), PermanentFailure("never")])
def test_failures_that_are_answered_end_no_batch(sqs, error):
    tried: list[str] = []
    run([record(n) for n in range(5)], failing({str(n): error for n in range(5)}, tried))
    assert tried == ["0", "1", "2", "3", "4"]


def test_one_answer_is_enough_for_a_batch_to_go_on(sqs):
    tried: list[str] = []
    errors: dict[str, Exception] = {str(n): TimeoutError("no answer") for n in (0, 2, 3, 4)}
    run([record(n) for n in range(5)], failing(errors, tried))
    assert tried == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(("error", "seconds"), [(None, {0}), (PermanentFailure("never"), {0}), (OSError("x"), {30, 40})])
def test_what_there_is_no_time_for_waits_only_where_something_may_succeed_later(sqs, error, seconds):
    def slow(message: Message) -> None:
        context.remaining_milliseconds -= 6_000
        if error:
            raise error

    context = Context(remaining_milliseconds=7_000)
    run([record(n, 2) for n in range(3)], slow, context)
    assert all(min(seconds) <= sqs.hidden[str(n)] <= max(seconds) for n in (1, 2))


def test_behind_a_message_that_never_succeeds_its_group_goes_on(sqs):
    """SQS hands the others over without it in the end: waiting would only use up their receives."""
    tried: list[str] = []
    records = [record(0, 1, "a"), record(1, 1, "a"), record(2, 1, "a"), record(3, 1, "a")]
    assert run(records, failing({"0": PermanentFailure("never"), "2": OSError("x")}, tried)) == ["0", "2", "3"]
    assert tried == ["0", "1", "2"]
    assert sqs.hidden["0"] == 0 and sqs.hidden["3"] == sqs.hidden["2"] > 0


TIMEOUT, HANGS, WORKERS = 30.0, 9.0, 10
"""A call that hangs takes three attempts of three seconds (`shared.clients`)."""


class Queue:
    """A standard queue with its workers, in simulated time: what SQS does with visibility and receives."""

    def __init__(self, sqs: Sqs, monkeypatch: pytest.MonkeyPatch, receives: int, messages: int) -> None:
        self.now, self._sqs, self._receives = 0.0, sqs, receives
        self.tries: Counter[str] = Counter()
        self.received: Counter[str] = Counter()
        self.dead: dict[str, float] = {}
        self._visible = {str(n): 0.0 for n in range(messages)}
        self._chance = random.Random(7)
        monkeypatch.setattr(batch, "time", SimpleNamespace(monotonic=lambda: self.now))

    def drain(self, handle: Callable[[Message], None]) -> None:
        free = [0.0] * WORKERS
        while self._visible:
            worker = free.index(min(free))
            begun = self.now = free[worker]
            taken = self._take()
            if not taken:
                free[worker] = min((at for at in self._visible.values() if at > begun), default=begun)
                continue
            self._sqs.hidden.clear()
            context = SimpleNamespace(get_remaining_time_in_millis=lambda ends=begun + TIMEOUT: (ends - self.now) * 1000)
            failed = run([record(int(name), self.received[name]) for name in taken], self._counted(handle), context)
            for name in taken:
                if name in failed:
                    self._visible[name] = self.now + self._sqs.hidden[name]
                else:
                    del self._visible[name]
            free[worker] = self.now

    def _take(self) -> list[str]:
        ready = [name for name, at in self._visible.items() if at <= self.now]
        taken = []
        for name in self._chance.sample(ready, min(10, len(ready))):
            self.received[name] += 1
            if self.received[name] > self._receives:
                self.dead[name] = self.now
                del self._visible[name]
            else:
                self._visible[name] = self.now + 6 * TIMEOUT
                taken.append(name)
        return taken

    def _counted(self, handle: Callable[[Message], None]) -> Callable[[Message], None]:
        def one(message: Message) -> None:
            self.tries[message.message_id] += 1
            handle(message)

        return one


@pytest.mark.parametrize(("error", "seconds"), [(TimeoutError, HANGS), (TransientFailure, HANGS), (OSError, 0.01)])
@pytest.mark.parametrize("minutes", [3, 15])
def test_an_outage_of_a_quarter_of_an_hour_makes_no_dead_letter(sqs, monkeypatch, minutes, error, seconds):
    """With the receives that AWS asks for at the least, and with batches that are cut short."""
    from platform_contract.kinds.queue.limits import MAX_RECEIVE_COUNT_LEAST

    queue = Queue(sqs, monkeypatch, MAX_RECEIVE_COUNT_LEAST, 100)

    def needs_the_service(message: Message) -> None:
        if queue.now < minutes * 60:
            queue.now += seconds
            raise error("S3 is away")
        queue.now += 0.05

    queue.drain(needs_the_service)
    assert queue.dead == {}
    assert queue.now < 4 * 900, "and all are done within the longest wait of all"


def test_messages_that_take_long_are_not_given_up_for_want_of_time(sqs, monkeypatch):
    """Four of a batch of ten fit into the function's time: six are received in vain each time, and have to have their turn in time."""
    from platform_contract.kinds.queue.limits import MAX_RECEIVE_COUNT_DEFAULT

    queue = Queue(sqs, monkeypatch, MAX_RECEIVE_COUNT_DEFAULT, 1000)

    def slow(message: Message) -> None:
        queue.now += 6.9

    queue.drain(slow)
    assert queue.dead == {} and set(queue.tries.values()) == {1}
