"""Documents of a trace, as X-Ray takes them."""

import json
import re
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from handler_support import TRACE_HEADER, Context, make_table

from shared import observability, segments
from shared.clients import client
from shared.observability import annotate, called, correlated, in_this_trace, instrumented

TRACE_ID, FUNCTION_ID = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"


def invoke(work: Callable[[], Any]) -> None:
    instrumented(lambda event, context: work())({}, Context())


def flat(document: dict) -> list[dict]:
    return [document, *(each for inner in document.get("subsegments", []) for each in flat(inner))]


@pytest.fixture
def names(monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "dev-orders-api")
    monkeypatch.setattr(observability, "_is_cold", True)


def test_an_invocation_is_one_document_below_the_function_s_segment(traced, names):
    begun = time.time()

    def work() -> None:
        annotate("route", "POST /orders")
        with correlated("c-1"):
            pass

    invoke(work)
    [document] = traced()
    assert begun <= document["start_time"] <= document["end_time"] <= time.time()
    [message] = document.pop("subsegments")
    assert re.fullmatch("[0-9a-f]{16}", document.pop("id"))
    assert {name: value for name, value in document.items() if name not in ("start_time", "end_time")} == {
        "type": "subsegment", "trace_id": TRACE_ID, "parent_id": FUNCTION_ID, "name": "## handler",
        "annotations": {"function": "dev-orders-api", "Service": "under-test", "ColdStart": True, "route": "POST /orders"},
    }  # fmt: skip
    assert (message["name"], message["annotations"], "trace_id" in message) == ("## message", {"correlation_id": "c-1"}, False)


def test_only_the_first_invocation_is_a_cold_start(traced, names):
    for _ in range(2):
        invoke(lambda: None)
    assert [each["annotations"]["ColdStart"] for each in traced()] == [True, False]


@pytest.mark.parametrize("header", [None, "", "Root=1-a;Parent=b;Sampled=0", "Sampled=1", "Root=1-a;Sampled=1", "nonsense"])
def test_what_lambda_does_not_trace_is_not_sent(traced, monkeypatch, header):
    monkeypatch.delenv("_X_AMZN_TRACE_ID") if header is None else monkeypatch.setenv("_X_AMZN_TRACE_ID", header)
    seen = []
    invoke(lambda: seen.append(segments.here()))
    assert (seen, traced()) == ([None], [])


@pytest.mark.parametrize("address", ["", "nonsense", "127.0.0.1:no", "tcp:127.0.0.1:2000"])
def test_a_listener_that_cannot_be_had_fails_no_request(monkeypatch, address):
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", address)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE_HEADER)
    segments._listener.cache_clear()
    try:
        assert instrumented(lambda event, context: "served")({}, Context()) == "served"
    finally:
        segments._listener.cache_clear()


def test_the_address_may_name_its_protocol(traced, monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(30)
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"tcp:127.0.0.1:1 udp:127.0.0.1:{listener.getsockname()[1]}")
        invoke(lambda: None)
        assert b"## handler" in listener.recv(65_536)


def test_parts_of_a_large_batch_are_sent_in_documents_that_x_ray_takes(traced, monkeypatch):
    sent: list[bytes] = []
    monkeypatch.setattr(segments, "_send", lambda document: sent.append(segments.HEADER + document))

    def work() -> None:
        for number in range(300):
            with correlated(f"c-{number}"):
                annotate("note", "é" * 2_000)
                if number % 3 == 0:
                    with segments.part("inner"):
                        pass

    invoke(work)
    assert max(map(len, sent)) < 65_507
    documents = [json.loads(each.partition(b"\n")[2]) for each in sent]
    parts = {part["id"]: part for each in documents for part in flat(each)}
    assert len(parts) == 1 + 300 + 100
    assert {each["annotations"]["correlation_id"] for each in parts.values() if each["name"] == "## message"} == {f"c-{number}" for number in range(300)}
    assert {each["trace_id"] for each in documents} == {TRACE_ID}
    assert {each["parent_id"] for each in documents} <= {FUNCTION_ID, *parts}
    assert len(documents) < 300  # what is small goes inside of what it belongs to


def test_a_part_that_ends_after_the_one_above_it_is_sent_alone(traced):
    late = []

    def work() -> None:
        part = segments.here()
        late.append(segments.Part(part.trace, "late", part))

    invoke(work)
    late[0].end()
    whole, alone = traced()
    assert (alone["name"], alone["parent_id"], alone["trace_id"]) == ("late", whole["id"], TRACE_ID)


def test_texts_of_callers_are_bounded_and_may_be_of_any_shape(traced):
    def work() -> None:
        for number in range(100):
            annotate(f"a{number}", "\ud800" * 10_000)
        raise ValueError("x" * 7_000)

    with pytest.raises(ValueError):
        invoke(work)
    [document] = traced()
    assert len(document["annotations"]) <= 20
    assert len(document["cause"]["exceptions"][0]["message"]) <= 500
    assert document["cause"]["exceptions"][0]["stack"][0]["label"] == "work"


def test_work_in_other_threads_belongs_to_its_invocation(traced):
    def work() -> None:
        def call(number: int) -> None:
            with segments.part(f"in thread {number}"):
                pass

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(in_this_trace(call), range(4)))
            list(pool.map(call, range(2)))

    invoke(work)
    [document] = traced()
    assert sorted(each["name"] for each in document["subsegments"]) == [f"in thread {number}" for number in range(4)]


def test_a_call_of_aws_is_a_part_with_what_it_was_about(traced, aws):
    table = make_table(aws, "k")
    seen: list[str] = []
    dynamodb = client("dynamodb")
    dynamodb.meta.events.register("before-send", lambda request, **_: seen.append(request.headers["X-Amzn-Trace-Id"].decode()))
    invoke(lambda: dynamodb.put_item(TableName=table, Item={"k": {"S": "secret"}}))
    [document] = traced()
    [call] = document["subsegments"]
    assert (call["name"], call["namespace"], call["http"]) == ("dynamodb", "aws", {"response": {"status": 200}})
    assert call["aws"].pop("request_id")
    assert call["aws"] == {"operation": "PutItem", "region": "eu-west-1", "table_name": table, "retries": 0}
    assert "secret" not in json.dumps(document)
    assert seen == [f"Root={TRACE_ID};Parent={call['id']};Sampled=1;Lineage=a:1"]


@pytest.mark.parametrize(("mode", "said"), [("nothing", True), ("unlisted", False)])
def test_a_call_that_aws_refuses_is_marked_and_its_text_redacted(traced, aws, monkeypatch, mode, said):
    monkeypatch.setattr(observability, "HIDDEN", mode)

    def work() -> None:
        with pytest.raises(client("dynamodb").exceptions.ResourceNotFoundException):
            client("dynamodb").get_item(TableName="no-such-table", Key={"k": {"S": "1"}})

    invoke(work)
    [call] = traced()[0]["subsegments"]
    [exception] = call["cause"]["exceptions"]
    assert (call["error"], "fault" in call, call["http"]["response"]["status"]) == (True, False, 400)
    assert exception["type"] == "ResourceNotFoundException"
    assert (exception["message"] != "***") is said


def test_a_call_that_nobody_answers_is_a_fault(traced, aws, monkeypatch):
    from botocore.exceptions import EndpointConnectionError

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}")

        def work() -> None:
            with pytest.raises(EndpointConnectionError):
                client("dynamodb", attempts=1).get_item(TableName="t", Key={"k": {"S": "1"}})

        invoke(work)
    [call] = traced()[0]["subsegments"]
    assert (call["fault"], call["cause"]["exceptions"][0]["type"]) == (True, "EndpointConnectionError")


def test_calls_outside_of_an_invocation_are_not_traced(traced, aws):
    client("dynamodb").list_tables()
    assert traced() == []


@pytest.mark.parametrize(("status", "flags"), [(200, set()), (404, {"error"}), (429, {"error", "throttle"}), (503, {"fault"})])
def test_a_call_to_somebody_else_names_the_host_and_no_more(traced, status, flags):
    def work() -> None:
        with called("POST", "https://user:word@api.example.com:8443/customers/anna?token=x") as answered:
            answered(status)

    invoke(work)
    [call] = traced()[0]["subsegments"]
    assert (call["name"], call["namespace"]) == ("api.example.com:8443", "remote")
    assert call["http"] == {"request": {"method": "POST", "url": "https://api.example.com:8443/"}, "response": {"status": status}}
    assert {"error", "fault", "throttle"} & set(call) == flags
