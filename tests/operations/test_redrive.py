"""Dead letters looked at and moved back, with the embedded cloud's queues; SQS's own move with a recording client."""

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from operations import redrive
from operations.errors import OperationError
from operations.inventory import queue_of, read
from operations.letters import Letter

pytestmark = pytest.mark.emulator
ID = r"[0-9a-f-]{36}"


def test_messages_come_back_with_all_that_they_had(queues, operate):
    attributes = {
        "correlation_id": {"DataType": "String", "StringValue": "from-the-edge"},
        "blob": {"DataType": "Binary.gzip", "BinaryValue": b"\x00\x01"},
        "weight": {"DataType": "Number", "StringValue": "7"},
    }
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    ids = queues.dead("one", "two", MessageAttributes=attributes, MessageSystemAttributes=trace)
    assert operate(queues, "redrive", "shop", "work") == (0, [f"2 messages moved from {queues.dead_name} to {queues.name}, 0 left"], [])
    moved = queues.received(queues.url)
    assert [message["Body"] for message in moved] == ["one", "two"]
    for message, old in zip(moved, ids, strict=True):
        told = {name: {key: value[key] for key in value if key.endswith(("Value", "Type"))} for name, value in message["MessageAttributes"].items()}
        assert told == attributes
        assert message["Attributes"]["AWSTraceHeader"] == trace["AWSTraceHeader"]["StringValue"]
        assert message["MessageId"] != old
        assert message["Attributes"].get("MessageGroupId") == ("g" if queues.fifo else None)
    assert queues.received(queues.dead_url) == []


def test_the_order_of_every_group_is_kept(fifo, operate):
    for number in range(25):
        fifo.dead(f"{number}", group=f"g{number % 2}")
    code, said, _ = operate(fifo, "redrive", "shop", "work")
    assert (code, said) == (0, [f"25 messages moved from {fifo.dead_name} to {fifo.name}, 0 left"])
    by_group: dict[str, list[int]] = {}
    for message in fifo.received(fifo.url):
        by_group.setdefault(message["Attributes"]["MessageGroupId"], []).append(int(message["Body"]))
    assert by_group == {"g0": list(range(0, 25, 2)), "g1": list(range(1, 25, 2))}


def test_a_message_that_was_sent_minutes_ago_is_no_duplicate_of_itself(fifo, operate):
    """By the deduplication id of its first life SQS would take it and keep nothing."""
    first = fifo.sqs.send_message(QueueUrl=fifo.url, MessageBody="{}", MessageGroupId="g")["MessageId"]
    assert [message["MessageId"] for message in fifo.received(fifo.url)] == [first]
    fifo.dead("{}")
    operate(fifo, "redrive", "shop", "work")
    assert [message["Body"] for message in fifo.received(fifo.url)] == ["{}"]


def test_killed_between_sending_and_deleting_it_sends_nothing_twice(fifo, operate, monkeypatch):
    fifo.dead("one", "two")
    with monkeypatch.context() as killed:
        killed.setattr("operations.letters.DeadLetters.delete", lambda self, letter: (_ for _ in ()).throw(KeyboardInterrupt))
        assert operate(fifo, "redrive", "shop", "work")[0] == 130
    assert operate(fifo, "redrive", "shop", "work")[1] == [f"2 messages moved from {fifo.dead_name} to {fifo.name}, 0 left"]
    assert [message["Body"] for message in fifo.received(fifo.url)] == ["one", "two"]


def test_no_more_than_asked_for_and_those_left_can_be_had_at_once(queues, operate):
    queues.dead(*"abcd")
    assert operate(queues, "redrive", "shop", "work", "--limit", "3")[1] == [f"3 messages moved from {queues.dead_name} to {queues.name}, 1 left"]
    assert [message["Body"] for message in queues.received(queues.url)] == ["a", "b", "c"]
    assert [message["Body"] for message in queues.received(queues.dead_url)] == ["d"]


def test_a_discarded_message_is_gone_and_the_others_behind_it_move(queues, operate):
    ids = queues.dead("poisoned", "good")
    code, said, _ = operate(queues, "redrive", "shop", "work", "--discard", ids[0])
    assert (code, said[1:]) == (0, [f"1 message discarded: {ids[0]}"])
    assert [message["Body"] for message in queues.received(queues.url)] == ["good"]
    assert queues.received(queues.dead_url) == []


def test_a_message_to_discard_that_is_not_there_is_told(queues, operate):
    queues.dead("good")
    code, said, wrong = operate(queues, "redrive", "shop", "work", "--discard", "nobody")
    assert (code, wrong) == (1, [f"Refused: not seen in {queues.dead_name}, so not discarded: nobody"])
    assert said == [f"1 message moved from {queues.dead_name} to {queues.name}, 0 left"]


def test_it_ends_where_the_first_one_comes_back(queues, monkeypatch, operate):
    """A consumer that fails at once: what is moved is in the dead-letter queue again, under the id of its new life."""
    import boto3

    queues.dead(*(f"{number}" for number in range(12)))
    make = boto3.Session.client

    def client(session, service, **options):
        made = make(session, service, **options)
        if service == "sqs":
            send = made.send_message

            def failing(QueueUrl, **message):
                assert QueueUrl == queues.url
                return send(QueueUrl=queues.dead_url, **message)

            made.send_message = failing
        return made

    monkeypatch.setattr(boto3.Session, "client", client)
    counts = iter([12, 1000, 12])
    monkeypatch.setattr("operations.letters.DeadLetters.count", lambda self: next(counts))
    _, said, _ = operate(queues, "redrive", "shop", "work")
    assert said[0] == f"12 messages moved from {queues.dead_name} to {queues.name}, 12 left"
    assert re.fullmatch(f"stopped, because one of them failed again, now {ID}: the cause is not gone, see --dry-run", said[1])
    assert len(queues.received(queues.dead_url)) == 12


def test_an_error_of_sqs_leaves_what_is_behind_where_it_is(fifo, operate, monkeypatch):
    from botocore.exceptions import ClientError

    fifo.dead("one", "two", "three")
    again = Letter.again

    def refused(self, is_fifo):
        if self.raw["Body"] == "two":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessage")
        return again(self, is_fifo)

    monkeypatch.setattr(Letter, "again", refused)
    code, _, wrong = operate(fifo, "redrive", "shop", "work")
    assert (code, wrong) == (1, ["Refused: An error occurred (AccessDenied) when calling the SendMessage operation: no"])
    assert [message["Body"] for message in fifo.received(fifo.dead_url)] == ["two", "three"]


def test_a_dry_run_tells_why_each_is_there_and_moves_nothing(queues, operate):
    ids = queues.dead("secret-one", "secret-two", "secret-three")
    line = {"message": "message failed", "level": "ERROR", "message_id": ids[0], "reason": "currency: wrong"}
    queues.tell(
        "START RequestId: 1 message_id reason", {"level": "INFO", "message_id": ids[2], "message": "receipt written"},
        {**line, "receive_count": 1}, {**line, "receive_count": 5}, {**line, "message_id": "another"},
        {**line, "message_id": ids[1], "level": "WARNING", "reason": f"message {ids[0]} of its group failed before it", "receive_count": 5},
    )  # fmt: skip
    code, said, _ = operate(queues, "redrive", "shop", "work", "--dry-run")
    today, group = f"{datetime.now(UTC):%Y-%m-%d} [0-9:]{{8}}", "  group g" if queues.fifo else ""
    expected = [
        f"3 messages in {queues.dead_name}:",
        f"  {ids[0]}  {today}{group}  worker, receive 5: currency: wrong",
        f"  {ids[1]}  {today}{group}  worker, receive 5: message {ids[0]} of its group failed before it",
        f"  {ids[2]}  {today}{group}  the log tells nothing of it",
        "by reason:", "  1 x currency: wrong", "  1 x itself not at fault: held up", "  1 x unknown",
    ]  # fmt: skip
    assert code == 0 and len(said) == len(expected)
    for pattern, told in zip(expected, said, strict=True):
        assert re.fullmatch(pattern, told), told
    assert "secret" not in "".join(said)
    assert [message["MessageId"] for message in queues.received(queues.dead_url)] == ids, "all can be had at once"
    assert queues.received(queues.url) == []


def test_of_many_a_dry_run_lists_as_many_as_asked_for(queues, operate):
    queues.dead(*"abcde")
    said = operate(queues, "redrive", "shop", "work", "--dry-run", "--limit", "2")[1]
    assert said[3] == "  and 3 more, beyond --limit" + (", or behind these in their groups" if queues.fifo else "")
    assert len(queues.received(queues.dead_url)) == 5


def test_its_own_failure_counts_more_than_a_later_hold_up(queues, operate):
    [message_id] = queues.dead("one")
    queues.tell(
        {"level": "ERROR", "message_id": message_id, "reason": "own", "receive_count": 2},
        {"level": "WARNING", "message_id": message_id, "reason": "held up", "receive_count": 5},
    )
    assert operate(queues, "redrive", "shop", "work", "--dry-run")[1][-1] == "  1 x own"


def test_an_empty_queue_is_said_to_be_empty(queues, operate):
    for more in ([], ["--dry-run"]):
        assert operate(queues, "redrive", "shop", "work", *more) == (0, [f"{queues.dead_name} is empty"], [])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["shpo", "work"], "the stack local has no workload 'shpo', but shop; did you mean 'shop'?"),
        (["shop", "other"], "the workload shop has no queue 'other', but work"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_those_that_are(fifo, operate, arguments, told):
    assert operate(fifo, "redrive", *arguments) == (1, [], [f"Refused: {told}"])


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5"])
def test_a_limit_is_a_whole_number_from_one_on(fifo, operate, capsys, limit):
    with pytest.raises(SystemExit):
        operate(fifo, "redrive", "shop", "work", "--limit", limit)
    assert "must be a whole number from 1 on" in capsys.readouterr().err


class Sqs:
    """Records a move of SQS's own; `results` are what it is told to be like, one poll after the other."""

    def __init__(self, *results: dict) -> None:
        self.meta = SimpleNamespace(endpoint_url="https://sqs.eu-west-1.amazonaws.com")
        self.results, self.calls = list(results), []

    def get_queue_attributes(self, QueueUrl, AttributeNames):
        known = {"QueueArn": f"arn:of:{QueueUrl}", "ApproximateNumberOfMessages": "2", "ApproximateNumberOfMessagesNotVisible": "0"}
        return {"Attributes": {name: known[name] for name in AttributeNames}}

    def start_message_move_task(self, **call):
        self.calls.append(call)
        return {"TaskHandle": "t"}

    def list_message_move_tasks(self, SourceArn, MaxResults):
        assert (SourceArn, MaxResults) == (self.calls[0]["SourceArn"], 1)
        return {"Results": [self.results.pop(0) if len(self.results) > 1 else self.results[0]]}


RUNNING = {"Status": "RUNNING", "ApproximateNumberOfMessagesMoved": 1, "ApproximateNumberOfMessagesToMove": 2}


def test_on_aws_sqs_moves_all_of_them_itself(fifo, operate, monkeypatch):
    sqs = Sqs(RUNNING, {**RUNNING, "Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 2})
    monkeypatch.setattr("operations.redrive.clients_in", lambda region: {"sqs": sqs}.__getitem__)
    monkeypatch.setattr(redrive, "POLL_SECONDS", 0.01)
    code, said, _ = operate(fifo, "redrive", "shop", "work")
    _, queue = queue_of(fifo.inventory, "shop", "work")
    assert sqs.calls == [{"SourceArn": f"arn:of:{fifo.dead_url}", "DestinationArn": queue.arn}]
    assert (code, said[1:]) == (0, ["running: 1 of about 2 moved", "completed: 2 of about 2 moved"])


def test_a_move_that_sqs_gives_up_is_an_error_with_its_reason(fifo):
    sqs = Sqs({**RUNNING, "Status": "FAILED", "FailureReason": "CouldNotDetermineMessageSource"})
    _, queue = queue_of(fifo.inventory, "shop", "work")
    with pytest.raises(OperationError, match=r"gave the move up: CouldNotDetermineMessageSource \(1 of about 2 moved\)"):
        list(redrive.by_task(lambda _: sqs, queue, wait=lambda _: None))


def test_a_long_move_is_not_watched_for_ever(fifo):
    _, queue = queue_of(fifo.inventory, "shop", "work")
    said = list(redrive.by_task(lambda _: Sqs(RUNNING), queue, wait=lambda _: None))
    assert len(said) == 302 and said[-1] == f"still at it: aws sqs list-message-move-tasks --source-arn arn:of:{fifo.dead_url}"


def test_the_inventory_is_read_from_outputs_as_well(fifo, tmp_path):
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({"inventory": fifo.inventory.to_plain(), "urls": {}}))
    assert read(str(file), None) == fifo.inventory


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"inventory": {"environment": "dev"}}'])
def test_what_is_no_inventory_is_refused(tmp_path, content):
    file = tmp_path / "wrong.json"
    file.write_text(content)
    with pytest.raises(OperationError, match="holds no inventory of this version of the platform"):
        read(str(file), None)


def test_without_pulumi_the_inventory_is_asked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OperationError, match="give it by --inventory FILE"):
        read(None, None)


def test_pulumi_is_asked_for_the_stack(monkeypatch, tmp_path, fifo):
    script = tmp_path / "pulumi"
    script.write_text(f'#!/bin/sh\n[ "$*" = "stack output inventory --json --non-interactive --stack dev" ] && cat <<END\n{fifo.inventory.model_dump_json()}\nEND\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert read(None, "dev") == fifo.inventory
