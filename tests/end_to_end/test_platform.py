"""The platform as its users meet it: `make up` on a copy of the working tree, then HTTP calls, messages, edits, and the end.

The tests follow the life of a stack, and each leaves it usable for the next.
"""

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.dashboard import draw
from tests.end_to_end.calls import log_lines, send, token_of, waiting, within

pytestmark = pytest.mark.end_to_end

ORDER = {"items": [{"sku": "BOOK-1", "quantity": 2}], "reference": "end-to-end"}
PAID = {"currency": "EUR", "paid_at": "2026-01-01T00:00:00Z", "lines": [{"sku": "BOOK-1", "quantity": 1, "unit_price": 1250}]}
MESSAGES, POISONED = 200, 5
DRAIN_SECONDS = 90
"""Measured: 4 s. A visibility timeout (180 s and more) is not waited for: failures that last come back at once."""


@pytest.fixture
def access(small):
    return small.access()


def orders_url(access) -> str:
    (api,) = access.inventory.workloads["orders"].apis.values()
    return access.url(api.api_id, api.stage) + "/orders"


def orders_kept(access) -> int:
    table = access.inventory.workloads["orders"].tables["orders"].physical_name
    return access.cloud.client("dynamodb").scan(TableName=table, Select="COUNT", ConsistentRead=True)["Count"]


def test_an_order_is_taken_once_however_often_it_is_sent(access):
    url, key, before = orders_url(access), uuid.uuid4().hex, orders_kept(access)
    status, body, headers = send(url, "POST", access.token, ORDER, idempotency_key=key, x_correlation_id="e2e-first")
    order = json.loads(body)
    assert (status, headers["x-correlation-id"], headers["location"]) == (201, "e2e-first", f"/orders/{order['order_id']}")
    assert {name: order[name] for name in ORDER} == ORDER

    again = send(url, "POST", access.token, ORDER, idempotency_key=key, x_correlation_id="e2e-again")
    assert again[:2] == (201, body), "the same bytes"
    assert orders_kept(access) == before + 1

    status, told, _ = send(
        url, "POST", access.token, {**ORDER, "reference": "other"}, idempotency_key=key, x_correlation_id="e2e-other"
    )
    assert (status, json.loads(told)) == (422, {
        "message": "this key was used before with another body; use a new key",
        "field": "Idempotency-Key",
        "correlation_id": "e2e-other",
    })  # fmt: skip
    assert orders_kept(access) == before + 1

    lines = {line["correlation_id"]: line["message"] for line in log_lines(access, "orders", "api") if "correlation_id" in line}
    assert [lines.get(f"e2e-{call}") for call in ("first", "again", "other")] == [
        "order accepted", "order accepted", "request refused",
    ]  # fmt: skip


def test_an_order_is_on_the_dashboard(access, tmp_path):
    """What was deployed, with what the run has measured: the function by alias and version, and what its code counts."""
    assert send(orders_url(access), "POST", access.token, ORDER, idempotency_key=uuid.uuid4().hex)[0] == 201
    names = list(access.inventory.workloads["orders"].dashboards.values())
    html = draw("orders", names, access.cloud.client("cloudwatch"), {}, 10, tmp_path).read_text()
    assert len(re.findall(r'<section class="board"', html)) == 2
    for drawn in (r"OrdersAccepted, \d\d:\d\d: [1-9]", r"version \d+, \d\d:\d\d: [1-9]", r"all versions, \d\d:\d\d: [1-9]"):
        assert re.search(f"<title>{drawn}", html), drawn
    assert 'title="does not exist"' not in html, "of every alarm there is a state"


def test_the_same_request_eight_times_at_once_is_one_order(access):
    url, token, key, before = orders_url(access), access.token, uuid.uuid4().hex, orders_kept(access)
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: send(url, "POST", token, ORDER, idempotency_key=key), range(8)))
    accepted = [body for status, body, _ in replies if status == 201]
    refused = [(status, headers["retry-after"]) for status, _, headers in replies if status != 201]
    assert accepted and len(set(accepted)) == 1, replies
    assert set(refused) <= {(409, "1")}, replies
    assert orders_kept(access) == before + 1


def test_an_order_is_read_by_its_customer_alone(access):
    url = orders_url(access)
    _, created, headers = send(url, "POST", access.token, ORDER, idempotency_key=uuid.uuid4().hex)
    own = url.removesuffix("/orders") + headers["location"]
    assert send(own, "GET", access.token)[:2] == (200, created)
    status, told, _ = send(own, "GET", token_of(access))
    assert (status, json.loads(told)["message"]) == (404, "you have no order of this id")
    assert send(own, "GET", None)[0] == 401


def test_the_key_of_another_user_is_another_key(access):
    url, key = orders_url(access), uuid.uuid4().hex
    replies = [send(url, "POST", token, ORDER, idempotency_key=key) for token in (access.token, token_of(access))]
    assert [status for status, _, _ in replies] == [201, 201]
    assert len({json.loads(body)["order_id"] for _, body, _ in replies}) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({**ORDER, "items": [{"sku": "BOOK-1", "quantity": 0}]}, "items.0.quantity"), ({}, "items"), (b"{", "body")],
)
def test_a_bad_body_is_refused_with_the_field_and_nothing_is_written(access, body, field):
    before = orders_kept(access)
    status, told, headers = send(orders_url(access), "POST", access.token, body, idempotency_key=uuid.uuid4().hex)
    problem = json.loads(told)
    assert (status, problem["field"], problem["correlation_id"]) == (400, field, headers["x-correlation-id"])
    assert orders_kept(access) == before


def test_without_a_valid_token_nothing_is_done(access):
    before = orders_kept(access)
    head, payload, signature = access.token.split(".")
    forged = f"{head}.{payload}.{signature[::-1]}"
    for token in (None, "nonsense", forged):
        assert send(orders_url(access), "POST", token, ORDER, idempotency_key=uuid.uuid4().hex)[0] == 401
    assert orders_kept(access) == before


def versions(access, bucket: str, prefix: str) -> list[str]:
    """Keys of all versions of all objects: a key that was written twice is in it twice."""
    pages = access.cloud.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    return [version["Key"] for page in pages for version in page.get("Versions", [])]


def test_a_message_that_comes_twenty_times_is_one_receipt(access):
    receipts = access.inventory.workloads["receipts"]
    queue, bucket = receipts.queues["paid-orders"], receipts.buckets["receipts"].physical_name
    body = json.dumps({**PAID, "order_id": "twenty"})
    for _ in range(2):
        access.cloud.client("sqs").send_message_batch(
            QueueUrl=queue.url, Entries=[{"Id": str(number), "MessageBody": body} for number in range(10)]
        )
    assert within(DRAIN_SECONDS, lambda: waiting(access, queue.url) == 0)
    assert versions(access, bucket, "receipts/twenty") == ["receipts/twenty.json"]
    assert waiting(access, queue.dead_letter_url) == 0


def test_200_messages_with_5_poisoned(access):
    receipts = access.inventory.workloads["receipts"]
    queue, bucket = receipts.queues["paid-orders"], receipts.buckets["receipts"].physical_name
    sqs = access.cloud.client("sqs")
    bodies = [json.dumps({**PAID, "order_id": f"e2e-{number}"}) for number in range(MESSAGES)]
    spoilt = range(7, MESSAGES, MESSAGES // POISONED)
    assert len(spoilt) == POISONED
    for number in spoilt:
        bodies[number] = json.dumps({**PAID, "order_id": f"e2e-{number}", "currency": "euro"})
    ids: dict[int, str] = {}
    for start in range(0, MESSAGES, 10):
        entries = [{"Id": str(number), "MessageBody": bodies[number]} for number in range(start, start + 10)]
        sent = sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
        ids |= {int(item["Id"]): item["MessageId"] for item in sent["Successful"]}
    assert len(ids) == MESSAGES

    def written() -> list[str]:
        return sorted(versions(access, bucket, "receipts/e2e-"))

    within(DRAIN_SECONDS, lambda: waiting(access, queue.url) == 0 and waiting(access, queue.dead_letter_url) >= POISONED)
    assert (waiting(access, queue.url), waiting(access, queue.dead_letter_url), len(written())) == (
        0,
        POISONED,
        MESSAGES - POISONED,
    )

    # One version of each object: nothing lost, nothing written twice.
    assert written() == sorted(f"receipts/e2e-{number}.json" for number in range(MESSAGES) if number not in spoilt)
    dead = sqs.receive_message(QueueUrl=queue.dead_letter_url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
    assert sorted(message["MessageId"] for message in dead) == sorted(ids[number] for number in spoilt)

    reasons: dict[str, list[tuple[str, int]]] = {}
    for line in log_lines(access, "receipts", "worker"):
        if line.get("level") == "ERROR":
            reasons.setdefault(line["message_id"], []).append((line["reason"], line["receive_count"]))
    expected = [("currency: String should match pattern '^[A-Z]{3}$'", attempt) for attempt in range(1, 6)]
    assert {message: sorted(told, key=lambda one: one[1]) for message, told in reasons.items()} == {
        ids[number]: expected for number in spoilt
    }


def live_versions(access) -> dict[str, tuple[str, str]]:
    """Version behind the alias and digest of its code, by workload and function."""
    lambdas, found = access.cloud.client("lambda"), {}
    for name, workload in access.inventory.workloads.items():
        for function, entry in workload.functions.items():
            live = lambdas.get_function(FunctionName=entry.physical_name, Qualifier="live")["Configuration"]
            found[f"{name}.{function}"] = (live["Version"], live["CodeSha256"])
    return found


def test_a_code_change_reaches_that_function_and_no_other(small, access):
    before = live_versions(access)
    url = orders_url(access) + "/ord_0"
    assert json.loads(send(url, "GET", access.token)[1])["message"] == "you have no order of this id"
    small.edit("handlers/orders/api.py", "you have no order of this id", "no order of yours has this id")
    small.up()
    after = live_versions(access)
    assert {name for name in before if after[name] != before[name]} == {"orders.api"}
    version, code = after["orders.api"]
    assert int(version) > int(before["orders.api"][0]) and code != before["orders.api"][1]  # others on this stack publish versions as well
    assert json.loads(send(url, "GET", access.token)[1])["message"] == "no order of yours has this id"


def test_a_deliberate_replacement_is_used_at_once(small, access):
    old, receipts = access.inventory.workloads["orders"].tables["orders"].physical_name, live_versions(access)["receipts.worker"]
    small.edit("workloads/orders.yaml", "    partition_key: order_id\n", "    partition_key: order_id\n    generation: 2\n")
    small.up()
    access = small.access()
    new = access.inventory.workloads["orders"].tables["orders"].physical_name
    tables = access.cloud.client("dynamodb").list_tables()["TableNames"]
    assert (new, new in tables, old in tables) == (f"{old}-g2", True, False)
    assert live_versions(access)["receipts.worker"] == receipts
    before = orders_kept(access)  # the smoke checks of `make up` leave an order
    status, body, headers = send(orders_url(access), "POST", access.token, ORDER, idempotency_key=uuid.uuid4().hex)
    assert (status, orders_kept(access)) == (201, before + 1)
    own = orders_url(access).removesuffix("/orders") + headers["location"]
    assert send(own, "GET", access.token)[:2] == (200, body)
