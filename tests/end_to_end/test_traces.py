"""The path of a request, as `make traces` tells it: real handlers, real SDK, the collector beside the embedded cloud."""

import json
import re
import uuid

import pytest

from tests.checkout import Checkout
from tests.end_to_end.drivers import PAID, called, eventually

pytestmark = pytest.mark.end_to_end


def told(whole: Checkout, correlation: str) -> str:
    done = whole.run("local.traces", "--correlation", correlation)
    return done.stdout if done.returncode == 0 else ""


def test_one_id_leads_through_http_and_a_queue_to_the_message_that_fails(whole):
    access, correlation = whole.access(), f"e2e-{uuid.uuid4().hex[:8]}"
    order = {"items": [{"sku": "BOOK-1", "quantity": 2}], "reference": "traced"}
    called(access, "orders", "POST /orders", order, 201, idempotency_key=correlation, x_correlation_id=correlation)
    attributes = {"correlation_id": {"DataType": "String", "StringValue": correlation}}
    for body in (PAID | {"order_id": "traced"}, PAID | {"order_id": "traced", "currency": "euro"}):
        access.cloud.client("sqs").send_message(
            QueueUrl=access.inventory.workloads["receipts"].queues["paid-orders"].url, MessageBody=json.dumps(body),
            MessageAttributes=attributes,
        )  # fmt: skip
    eventually("the bad message was traced five times", lambda: told(whole, correlation).count("PermanentFailure") == 5)
    said = told(whole, correlation)
    assert re.search(rf"^{correlation}: 7 hops, \d+ ms, 5 errors$", said, re.MULTILINE), said
    for line in (
        r" \+0 ms  local-orders-api( \(cold start\))?: \d+ ms",
        r" {14}dynamodb PutItem local-orders-idempotency: \d+ ms",
        r" {14}dynamodb PutItem local-orders-orders: \d+ ms",
        r" \+\d+ ms  local-receipts-worker message: \d+ ms",
        r" {14}s3 PutObject local-receipts-receipts-\d+-eu-west-1: \d+ ms",
        r" {14}✗ PermanentFailure: currency: String should match pattern '\^\[A-Z\]\{3\}\$'",
    ):
        assert re.search(f"{line}$", said, re.MULTILINE), f"{line}\n{said}"
    assert correlation in whole.run("local.traces").stdout


INVALID_LOAN = {
    "amount": 1_000_000, "months": 36, "monthly_income": 100,
    "documents": [{"document_id": "d1", "kind": "identity", "issued_on": "2024-01-15", "expires_on": "2034-01-14"}],
}  # fmt: skip
CLICK = {"click_id": "traced", "session_id": "traced", "occurred_at": "2026-01-01T00:00:00Z", "page": "/"}


@pytest.mark.parametrize(
    ("workload", "route", "body", "status", "functions"),
    [
        ("search-index", "PUT /products/traced", {"name": "traced", "price_cents": 1}, 201, ["api", "index"]),
        ("clickstream", "POST /clicks", {"clicks": [CLICK]}, 202, ["collect", "transform"]),
        ("loans", "POST /loans", INVALID_LOAN, 202, ["api", "validate", "record"]),
        ("loans", "POST /quotes-for-loans", {"amount": 1_000_000, "months": 36}, 200, ["api", "price"]),
    ],
    ids=["changes of a table", "stream", "workflow", "express workflow"],
)
def test_one_id_leads_through(whole, workload, route, body, status, functions):
    correlation = f"e2e-{uuid.uuid4().hex[:8]}"
    called(whole.access(), workload, route, body, status, idempotency_key=correlation, x_correlation_id=correlation)
    last = f" local-{workload}-{functions[-1]}"
    eventually("the last function told of the id", lambda: last in told(whole, correlation))
    hops = re.findall(rf" ms  local-{workload}-([a-z]+)(?: |:)", told(whole, correlation))
    assert list(dict.fromkeys(hops)) == functions


def test_an_id_that_nobody_told_of_is_refused_by_name(whole):
    done = whole.run("local.traces", "--correlation", "nobody")
    assert (done.returncode, done.stdout.strip()) == (
        1, "Refused: no function has told of the correlation id 'nobody'; `make traces` lists the last ones",
    )  # fmt: skip
