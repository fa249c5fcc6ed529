"""Batches from streams: what is done before the first failure, what is left after it, what is told."""

import base64
from datetime import UTC, datetime

import pytest
from handler_support import Context
from stream_support import ARRIVED, change, kinesis, reported

from shared import observability
from shared.errors import PermanentFailure
from shared.observability import instrumented, logger
from shared.streams import Change, Event, changes, events, held_up, process_in_order


def run(records: list[dict], handle, read=changes) -> list[str]:
    @instrumented
    def handler(event, context):
        return process_in_order(read(event), handle)

    return reported(handler({"Records": records}, Context()))


def three() -> list[dict]:
    return [
        change("INSERT", {"id": str(n)}, {"id": str(n), "correlation_id": f"request-{n}"}, sequence=100 + n) for n in (1, 2, 3)
    ]


def test_records_are_handled_in_their_order(metric_values):
    seen: list[str] = []
    assert run(three(), lambda record: seen.append(record.sequence_number)) == []
    assert seen == ["101", "102", "103"]
    assert metric_values() == {}


@pytest.mark.parametrize(("error", "permanent"), [(PermanentFailure("name: missing"), True), (OSError("network"), False)])
def test_the_first_failure_is_reported_and_nothing_after_it_is_tried(log, metric_values, error, permanent):
    seen: list[str] = []

    def handle(record):
        seen.append(record.sequence_number)
        if record.sequence_number == "102":
            raise error

    assert run(three(), handle) == ["102"]
    assert seen == ["101", "102"]
    [line] = log.of("ERROR")
    told = {name: line.get(name) for name in ("message", "reason", "permanent", "sequence_number", "correlation_id")}
    assert told == {
        "message": "record failed; it and those after it are left for the next attempt",
        "reason": "name: missing" if permanent else "OSError: network",
        "permanent": permanent, "sequence_number": "102", "correlation_id": "request-2",
    }  # fmt: skip
    assert ("exception" in line) is not permanent
    assert metric_values() == {"BatchItemFailures": 1}


def test_without_a_context_for_each_record_a_failure_is_told_as_well(log):
    @instrumented
    def handler(event, context):
        return process_in_order(changes(event), lambda record: logger.info("at work") or record.missing, False)

    assert reported(handler({"Records": three()}, Context())) == ["101"]
    [line], [failure] = log.of("INFO"), log.of("ERROR")
    assert line.get("correlation_id") is None and failure["correlation_id"] == "request-1"


def test_an_empty_batch_is_no_failure():
    assert run([], lambda record: pytest.fail("there is no record")) == []


@pytest.mark.parametrize("number", [None, "", "one", 5, "1\n"])
def test_a_record_that_no_stream_can_have_sent_is_told_and_left_out(log, number):
    """There is nothing that could be reported of it; reported as it is, it would make Lambda repeat the whole batch without end."""
    records = three()
    records[1]["dynamodb"]["SequenceNumber"] = number
    done: list[str] = []
    assert run(records, lambda record: done.append(record.sequence_number)) == []
    assert len(done) == 2
    [line] = log.of("ERROR")
    assert (line["message"], line["reason"]) == ("record left out: no stream has sent it", "the record has no sequence number")


def test_log_lines_carry_the_id_of_their_record(log):
    records = [
        change("INSERT", {"id": "1"}, {"id": "1", "correlation_id": "from-the-edge"}, sequence=1),
        change("INSERT", {"id": "2"}, {"id": "2", "correlation_id": "bad id\n"}, sequence=2),
        change("INSERT", {"id": "3"}, {"id": "3", "correlation_id": 7}, sequence=3),
        change("REMOVE", {"id": "4"}, old={"id": "4", "correlation_id": "wrote-it-last"}, sequence=4),
        change("REMOVE", {"id": "5"}, sequence=5),
    ]
    run(records, lambda record: logger.info("at work"))
    assert [line["correlation_id"] for line in log.all()] == ["from-the-edge", "2", "3", "wrote-it-last", "5"]


def test_a_change_is_read_as_python_values():
    record = Change(change("MODIFY", {"id": "1"}, {"id": "1", "n": 5, "tags": ["a"]}, {"id": "1", "n": 4}, sequence=9))
    assert (record.kind, record.keys, record.sequence_number) == ("MODIFY", {"id": "1"}, "9")
    assert (record.new, record.old) == ({"id": "1", "n": 5, "tags": ["a"]}, {"id": "1", "n": 4})
    removed = Change(change("REMOVE", {"id": "1"}, old={"id": "1"}))
    assert (removed.new, removed.old) == (None, {"id": "1"})


@pytest.mark.parametrize("image", [{"name": {"Z": "?"}}, {"name": "text"}, "text", {"n": {"N": "many"}}])
def test_an_image_that_is_no_item_is_permanent_and_in_order(log, image):
    records = three()
    records[1]["dynamodb"]["NewImage"] = image
    assert run(records, lambda record: record.new) == ["102"]
    [line] = log.of("ERROR")
    assert (line["permanent"], line["reason"]) == (True, "NewImage is not a DynamoDB item")


def test_a_kinesis_record_is_read():
    raw = kinesis({"meta": {"correlation_id": "from-the-edge"}, "data": {"a": 1}}, 5, shard="shardId-000000000003")
    record = Event(raw)
    assert (record.sequence_number, record.shard, record.correlation_id) == ("5", "shardId-000000000003", "from-the-edge")
    assert record.content["data"] == {"a": 1}
    assert record.arrived_at == ARRIVED and record.arrived_at.tzinfo is UTC
    assert Event(kinesis({}, 1, datetime(2026, 1, 1, 0, 0, 0, 123000, UTC))).arrived_at.microsecond == 123000


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (base64.b64encode(b"{").decode(), "the record is not JSON"),
        (base64.b64encode(b"[" * 100_000).decode(), "the record is not JSON"),
        (base64.b64encode(b"\xff\xfe").decode(), "the record is not JSON"),
        ("***", "the record's data is not base64"),
        (None, "the record's data is not base64"),
    ],
)
def test_an_unreadable_kinesis_record_is_permanent_and_in_order(log, data, reason):
    records = [kinesis({"n": n}, n) for n in (1, 2, 3)]
    records[1]["kinesis"]["data"] = data
    seen = []
    assert run(records, lambda record: seen.append(record.content["n"]), events) == ["2"]
    assert seen == [1]
    [line] = log.of("ERROR")
    assert (line["permanent"], line["reason"], line["correlation_id"]) == (True, reason, "2")


@pytest.mark.parametrize("content", [[], "text", None, {"meta": None}, {"meta": {"correlation_id": 5}}, {"data": {}}])
def test_an_envelope_without_an_id_is_no_failure(content):
    assert Event(kinesis(content, 1)).correlation_id is None


def test_what_is_done_once_for_many_records_tells_every_request_that_waits_if_it_fails(log):
    @instrumented
    def handler(event, context):
        with held_up(["request-1", "request-2"]):
            raise OSError("S3 is away")

    with pytest.raises(OSError, match="S3 is away"):
        handler({}, Context())
    assert [(line["correlation_id"], line["reason"]) for line in log.of("WARNING")] == [("request-1", "OSError"), ("request-2", "OSError")]
    [line] = log.of("ERROR")
    assert line["message"] == "the function failed" and line.get("correlation_id") is None, "it is about the batch, nobody's alone"


def test_a_record_has_one_part_of_the_trace_also_when_it_fails(traced):
    """Told in a part of its own, the failure would be a second hop that took no time."""
    assert run(three(), lambda record: record.missing) == ["101"]
    [invocation] = traced()
    assert [(each["name"], each["fault"]) for each in invocation["subsegments"]] == [(observability.MESSAGE_PART, True)]
