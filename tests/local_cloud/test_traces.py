"""The trace collector's life and bounds, and how what it holds becomes the path of a request."""

import json
import os
import signal
import socket
import time

import pytest

from local import trace_collector as collector
from local.processes import command_line
from local.traces import hops, joined, listed, path_of, read
from local.wiring import Step, wiring

ID = "try-1"


@pytest.fixture
def folder(tmp_path):
    yield tmp_path
    collector.stop(tmp_path)


def document(name: str, start: float, end: float, span: str, parent: str = "facade", trace: str = "1-a", **more) -> dict:
    return {
        "id": span, "name": name, "start_time": start, "end_time": end, "trace_id": trace, "parent_id": parent,
        "type": "subsegment", "in_progress": False, **more,
    }  # fmt: skip


def send(address: str, *documents: dict, header: bytes = collector.HEADER) -> None:
    host, port = address.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for each in documents:
            sender.sendto(header + b"\n" + json.dumps(each).encode(), (host, int(port)))


def held(folder, count: int) -> list[str]:
    """Ids of the segments, once there are `count` of them."""
    deadline = time.monotonic() + 60
    while len(found := [each["id"] for each in read(folder)]) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def test_what_is_sent_is_kept_and_what_is_no_segment_is_not(folder):
    address = collector.start(folder)
    send(address, document("first", 1, 2, "s1"))
    send(address, document("no header", 1, 2, "s2"), header=b"GET / HTTP/1.1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(collector.HEADER + b"\n{half", ("127.0.0.1", int(address.split(":")[1])))
    send(address, document("second", 1, 2, "s3"))
    assert held(folder, 2) == ["s1", "s3"]


def test_two_checkouts_do_not_mix(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    try:
        addresses = collector.start(folder), collector.start(other)
        assert addresses[0] != addresses[1]
        for address, span in zip(addresses, ("mine", "theirs"), strict=True):
            send(address, document("any", 1, 2, span))
        assert (held(folder, 1), held(other, 1)) == (["mine"], ["theirs"])
    finally:
        collector.stop(other)


def test_it_is_used_again_and_started_again_at_its_address_when_it_has_died(folder):
    address = collector.start(folder)
    pid = json.loads(collector.record(folder).read_text())["pid"]
    assert (collector.start(folder), json.loads(collector.record(folder).read_text())["pid"]) == (address, pid)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert collector.start(folder) == address
    send(address, document("any", 1, 2, "after"))
    assert held(folder, 1) == ["after"]


def test_the_address_of_the_environment_is_taken_where_it_is_free(folder, monkeypatch, tmp_path_factory):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        wanted = f"127.0.0.1:{probe.getsockname()[1]}"
        monkeypatch.setenv(collector.ADDRESS, wanted)
        taken = tmp_path_factory.mktemp("taken")
        try:
            assert collector.start(taken) != wanted
        finally:
            collector.stop(taken)
    assert collector.start(folder) == wanted


def test_stopping_leaves_no_process(folder):
    collector.start(folder)
    pid = json.loads(collector.record(folder).read_text())["pid"]
    assert "trace_collector" in command_line(pid)
    collector.stop(folder)
    assert command_line(pid) == ""
    assert not collector.record(folder).exists()
    collector.stop(folder)


def test_the_files_are_bounded_and_the_newest_segments_stay(tmp_path):
    path = tmp_path / "cloud" / "segments.jsonl"
    path.parent.mkdir()
    store = collector.Store(path, file_bytes=2_000)
    for number in range(100):
        assert store.add(collector.HEADER + b"\n" + json.dumps(document("any", 1, 2, str(number))).encode())
    sizes = [each.stat().st_size for each in (path, collector.older(path))]
    assert max(sizes) <= 2_000 < sum(sizes) + 200
    kept = [int(each["id"]) for each in read(tmp_path)]
    assert kept == list(range(kept[0], 100)) and len(kept) > 10


def api(**more) -> dict:
    notes = {"correlation_id": ID, "function": "local-orders-api", "ColdStart": True}
    return document("## handler", 100.0, 100.5, "api", annotations=notes, **more)


PUT = document(
    "dynamodb", 100.1, 100.15, "put", "api", namespace="aws", aws={"operation": "PutItem", "table_name": "local-orders-orders"}
)
FAILED = {
    "fault": True, "cause": {"exceptions": [{"type": "PermanentFailure", "message": "currency: no"}]},
}  # fmt: skip


def batch(messages: list[dict]) -> list[dict]:
    """One invocation with several messages, sent in the order in which its parts end."""
    worker = document("## handler", 101.0, 101.4, "worker", trace="1-b", annotations={"function": "local-receipts-worker"})
    return [*messages, worker]


def message(span: str, start: float, correlation: str, **more) -> dict:
    return document("## message", start, start + 0.1, span, "worker", "1-b", annotations={"correlation_id": correlation}, **more)


def test_one_request_is_followed_through_traces_and_messages():
    documents = [
        PUT, *batch([message("m1", 101.1, ID, **FAILED), message("m2", 101.2, "another")]), api(),
        document("s3", 101.11, 101.12, "s3", "m1", "1-b", namespace="aws", aws={"operation": "PutObject", "bucket_name": "receipts"}),
    ]  # fmt: skip
    found = hops(joined(documents))
    assert list(found) == [ID, "another"]
    assert path_of(ID, found[ID]) == [
        "try-1: 2 hops, 1200 ms, 1 error",
        "       +0 ms  local-orders-api (cold start): 500 ms",
        "              dynamodb PutItem local-orders-orders: 50 ms",
        "    +1100 ms  local-receipts-worker message: 100 ms",
        "              ✗ PermanentFailure: currency: no",
        "              s3 PutObject receipts: 10 ms",
    ]
    assert listed(found) == [
        "  00:01:40  try-1  local-orders-api > local-receipts-worker  1200 ms  1 error",
        "  00:01:41  another  local-receipts-worker  100 ms",
    ]


def test_between_functions_stands_what_handed_the_request_over_and_the_steps_of_workflows():
    notes = {"correlation_id": ID, "function": "local-orders-api", "route": "POST /orders"}
    begun = document("## handler", 100.0, 100.5, "api", annotations=notes)
    found = hops(joined([begun, *batch([message("m1", 101.1, ID)])]))[ID]
    steps = [Step("decide", "Ask a person", 100.3, 100.9)]
    assert path_of(ID, found, {"local-receipts-worker": "queue paid-orders < topic paid", "local-orders-api": "elsewhere"}, steps) == [
        "try-1: 2 hops, 1200 ms",
        "       +0 ms  local-orders-api: 500 ms",
        "              from POST /orders",
        "     +300 ms  workflow decide, state 'Ask a person': 600 ms",
        "    +1100 ms  local-receipts-worker message: 100 ms",
        "              from queue paid-orders < topic paid",
    ]


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:eu-west-1:000000000000:{name}"


def test_what_hands_requests_to_functions_is_read_from_the_stack():
    def function(name: str) -> str:
        return arn("lambda", f"function:{name}:live")

    definition = {"States": {
        "Check": {"Type": "Task", "Resource": function("check")},
        "Both": {"Type": "Parallel", "Branches": [
            {"States": {"All": {"Type": "Map", "ItemProcessor": {"States": {"One": {"Type": "Task", "Resource": function("one")}}}}}},
            {"States": {"Ask": {"Parameters": {"FunctionName": function("ask")}, "Resource": "arn:aws:states:::lambda:invoke"}}},
        ]},
        "Check again": {"Type": "Task", "Resource": function("check")},
    }}  # fmt: skip
    mapping, target = "aws:lambda/eventSourceMapping:EventSourceMapping", "aws:cloudwatch/eventTarget:EventTarget"
    resources = [
        {"type": "pulumi:pulumi:Stack"},
        {"type": mapping, "inputs": {"functionName": function("text"), "eventSourceArn": arn("sqs", "text")}},
        {"type": mapping, "inputs": {"functionName": function("index"), "eventSourceArn": arn("dynamodb", "table/products/stream/2026")}},
        {"type": mapping, "inputs": {"functionName": function("transform"), "eventSourceArn": arn("kinesis", "stream/clicks")}},
        {"type": "aws:sns/topicSubscription:TopicSubscription", "inputs": {"protocol": "email", "endpoint": "a@b", "topic": arn("sns", "arrived")}},
        {"type": "aws:sns/topicSubscription:TopicSubscription", "inputs": {
            "protocol": "sqs", "endpoint": arn("sqs", "text"), "topic": arn("sns", "arrived"),
        }},
        {"type": "aws:s3/bucketNotification:BucketNotification", "inputs": {
            "bucket": "incoming", "topics": [{"topicArn": arn("sns", "arrived")}], "lambdaFunctions": [{"lambdaFunctionArn": function("process")}],
        }},
        {"type": target, "inputs": {"arn": function("deliver"), "rule": "all", "eventBusName": "notices", "inputTransformer": {"inputTemplate": ""}}},
        {"type": target, "inputs": {"arn": function("escalate"), "rule": "urgent", "eventBusName": "notices"}},
        {"type": "aws:scheduler/schedule:Schedule", "inputs": {"name": "nightly", "target": {"arn": function("sweep")}}},
        {"type": "aws:sfn/stateMachine:StateMachine", "inputs": {"name": "decide", "definition": json.dumps(definition)}},
    ]  # fmt: skip
    assert wiring(resources) == {
        "text": "queue text < topic arrived < bucket incoming", "index": "changes of table products", "transform": "stream clicks",
        "process": "bucket incoming", "deliver": "rule all, its input transformed < bus notices", "escalate": "rule urgent < bus notices",
        "sweep": "schedule nightly", "check": "state 'Check' or state 'Check again' < workflow decide",
        "one": "state 'One' < workflow decide", "ask": "state 'Ask' < workflow decide",
    }  # fmt: skip


def test_parts_that_come_inside_their_whole_are_the_same_as_parts_that_come_alone():
    inside = api(subsegments=[{key: value for key, value in PUT.items() if key not in ("trace_id", "parent_id")}])
    apart = hops(joined([PUT, api()]))[ID]
    assert path_of(ID, hops(joined([inside]))[ID]) == path_of(ID, apart)


def test_an_invocation_of_many_messages_is_no_hop_of_any_and_its_calls_are_nobodys():
    closing = document("sqs", 101.3, 101.35, "sqs", "worker", "1-b", namespace="aws", aws={"operation": "ChangeMessageVisibilityBatch"})
    found = hops(joined([*batch([message("m1", 101.1, ID)]), closing]))
    assert [hop.document["id"] for hop in found[ID]] == ["m1"]
    assert list(found[ID][0].calls()) == []


def test_what_has_not_ended_is_left_out():
    begun = {**api(), "in_progress": True}
    del begun["end_time"]
    assert hops(joined([begun])) == {}
