"""A handler that raises or hangs, or for which there is no concurrency, while somebody waits: HTTP, REST, keyed state, WebSocket.

One stack whose functions' calls to AWS go wrong as a test says (tests/end_to_end/faults.py), with timeouts of seconds; what follows from a
timeout, the visibility of queues above all, is computed by the platform from it, as ever. Where the embedded cloud does something in
another way than AWS the test says so.
"""

import json

import pytest
from websockets.sync.client import connect

from tests.end_to_end.calls import api_url, send, send_signed, within
from tests.end_to_end.faults import SECONDS, cut_off, lines, no_concurrency

pytestmark = pytest.mark.end_to_end


class Request:
    """A request that may be repeated: `send` it, and `kept` is what there is of it."""

    def __init__(self, access, name: str, operation: str, mark: str) -> None:
        self.access, self.name, self.operation, self.mark = access, name, operation, mark

    def send(self) -> tuple[int, dict]:
        reply = getattr(self, self.name.partition(".")[0])()
        return reply[0], json.loads(reply[1] or b"{}")

    def orders(self):
        body = {"items": [{"sku": "BOOK-1", "quantity": 1}], "reference": self.mark}
        return send(api_url(self.access, "orders", "/orders"), "POST", self.access.token, body, idempotency_key=self.mark)

    def inventory(self):
        url = api_url(self.access, "inventory", f"/items/{self.mark}/reservations")
        return send(url, "POST", self.access.token, {}, idempotency_key=self.mark)

    def partners(self):
        api = self.access.inventory.workloads["partners"].apis["rest"]
        body = {"destination": "CH", "service": "standard", "parcels_grams": [1200], "reference": self.mark}
        return send(self.access.url(api.api_id, api.stage) + "/quotes", "POST", None, body, **self.access.key(api))

    def kept(self) -> int:
        workload, table = self.name.partition(".")[0], {"orders": "orders", "inventory": "reservations", "partners": "quotes"}
        name = self.access.inventory.workloads[workload].tables[table[workload]].physical_name
        pages = self.access.cloud.client("dynamodb").get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        return sum(self.mark in json.dumps(item, default=str) for page in pages for item in page["Items"])


@pytest.fixture(params=[("orders.api", "PutItem"), ("inventory.api", "TransactWriteItems"), ("partners.quotes", "PutItem")], ids=lambda it: it[0])
def request_(request, access, mark) -> Request:
    """`operation` writes what the caller asked for; its parameters hold the mark."""
    made = Request(access, *request.param, mark)
    if made.name == "inventory.api":
        url = api_url(access, "inventory", f"/items/{mark}/stock")
        assert send_signed(access, url, "PUT", {"on_hand": 2})[0] == 200
    return made


def test_a_request_whose_handler_raises_leaves_nothing_and_may_be_repeated(access, faults, request_):
    """On AWS 500 of an HTTP API and 502 of a REST API, and nothing of the cause; here 502, and the error itself."""
    with faults.during(request_.operation, request_.mark, "what nobody expected"):
        assert request_.send()[0] >= 500
    assert request_.kept() == 0
    failed = lines(access, request_.name, message="the function failed")
    assert any("what nobody expected" in json.dumps(line) and line["correlation_id"] for line in failed)
    assert within(SECONDS, lambda: request_.send()[0] in (200, 201))
    assert request_.kept() == 1


def test_a_request_that_is_cut_off_before_it_wrote_leaves_nothing_and_may_be_repeated(access, faults, request_):
    before = cut_off(access, request_.name)
    with faults.during(request_.operation, request_.mark):
        assert request_.send()[0] >= 500
    assert cut_off(access, request_.name) == before + 1
    assert request_.kept() == 0
    assert within(SECONDS, lambda: request_.send()[0] in (200, 201))
    assert request_.kept() == 1


def test_a_request_that_is_cut_off_after_it_wrote_is_done_once(access, faults, request_):
    with faults.during(request_.operation, request_.mark, moment="after"):
        assert request_.send()[0] >= 500
    assert request_.kept() == 1
    assert within(SECONDS, lambda: request_.send()[0] in (200, 201))
    assert request_.send()[1] == request_.send()[1]
    assert request_.kept() == 1


def test_a_request_for_which_there_is_no_concurrency_is_refused_and_may_be_repeated(access, faults, request_):
    """429 here; on AWS an HTTP API answers with 503, and a REST API with 500."""
    with no_concurrency(access, faults):
        status, _ = request_.send()
        assert status == 429 or status >= 500
    assert request_.kept() == 0
    assert request_.send()[0] in (200, 201)


@pytest.mark.parametrize("does", ["hang", "refused"])
def test_a_frame_that_fails_is_told_to_its_sender_and_the_connection_goes_on(access, faults, mark, does):
    """AWS says "Internal server error" and no more; here the sender gets the error itself."""
    api = access.inventory.workloads["chat"].apis["socket"]
    url = f"{access.url(api.api_id, api.stage).replace('http://', 'ws://')}?room={mark}"
    with connect(url, additional_headers={"authorization": f"Bearer {access.token}"}, open_timeout=SECONDS) as client:
        frame = json.dumps({"action": "send", "room": mark, "text": "hello"})
        with faults.during("Query", mark, does):
            client.send(frame)
            assert "hello" not in client.recv(SECONDS)
        client.send(frame)
        assert json.loads(client.recv(SECONDS))["text"] == "hello"


def test_a_broadcast_that_is_cut_off_reaches_some_and_nobody_twice(access, faults, mark):
    """The post to one of two members hangs. The other one has the message; who missed it gets the next."""
    api = access.inventory.workloads["chat"].apis["socket"]
    url = f"{access.url(api.api_id, api.stage).replace('http://', 'ws://')}?room={mark}"
    header = {"authorization": f"Bearer {access.token}"}
    table = access.inventory.workloads["chat"].tables["connections"].physical_name

    def present() -> set[str]:
        asked = {"KeyConditionExpression": "room = :room", "ExpressionAttributeValues": {":room": {"S": mark}}}
        return {item["connection_id"]["S"] for item in access.cloud.client("dynamodb").query(TableName=table, **asked)["Items"]}

    with connect(url, additional_headers=header, open_timeout=SECONDS) as one:
        first = present()
        with connect(url, additional_headers=header, open_timeout=SECONDS) as other:
            (missed,) = present() - first
            with faults.during("PostToConnection", missed):
                one.send(json.dumps({"action": "send", "room": mark, "text": "the first"}))
                assert json.loads(one.recv(SECONDS))["text"] == "the first"
                assert "the first" not in one.recv(SECONDS), "that the run failed"
            one.send(json.dumps({"action": "send", "room": mark, "text": "the second"}))
            assert json.loads(one.recv(SECONDS))["text"] == json.loads(other.recv(SECONDS))["text"] == "the second"
