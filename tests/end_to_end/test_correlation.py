"""One correlation id through every pattern: in the logs of every function of the path, and in what is stored at its end."""

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from tests.checkout import Checkout
from tests.end_to_end.calls import api_url, log_lines, send
from tests.end_to_end.drivers import eventually
from tests.end_to_end.hops import missing_hops
from tests.end_to_end.loan_office import SECONDS, Desk
from tests.end_to_end.paths import ON_NO_PATH, PATHS, Path, Sent, ask, item

pytestmark = pytest.mark.end_to_end


@dataclass
class Followed:
    """A request, sent once for the tests that look at it."""

    desk: Desk
    path: Path
    correlation: str
    sent: Sent

    def lines(self) -> dict[str, list[dict[str, Any]]]:
        return {function: log_lines(self.desk.platform, self.path.workload, function) for function in self.path.functions}

    def missing(self) -> list[str]:
        return missing_hops(
            self.path.functions, self.lines(), self.correlation, self.sent.subject, self.path.batched, self.sent.others
        )


@pytest.fixture(scope="module", params=PATHS)
def followed(request, office: Desk) -> Followed:
    path, correlation = PATHS[request.param], f"e2e-{uuid.uuid4().hex[:12]}"
    return Followed(office, path, correlation, path.send(office, correlation))


def test_it_is_in_the_log_of_every_function_of_the_path_and_in_what_is_stored(followed: Followed):
    def standing() -> dict[str, str | None]:
        return {place: found for place, found in followed.sent.stored().items() if found != followed.correlation}

    eventually(f"{followed.correlation} is stored everywhere", lambda: not any(found is None for found in standing().values()), SECONDS)
    assert standing() == {}
    eventually(f"{followed.correlation} is in every log: {followed.missing()}", lambda: followed.missing() == [], SECONDS)


def test_its_path_is_told_with_what_lies_between_the_functions(followed: Followed, patterns: Checkout):
    if not followed.path.functions:
        assert followed.path.unheard, "without a function there is no trace, which must be said"
        return
    functions = [f"local-{followed.path.workload}-{function}" for function in followed.path.functions]
    said = [""]

    def left() -> list[str]:
        said[0] = patterns.run("local.traces", "--correlation", followed.correlation).stdout
        hops = re.findall(r"^ +\+\d+ ms  (local-[a-z-]+)(?: message)?(?: \(cold start\))?: \d+ ms$", said[0], re.MULTILINE)
        return [*(name for name in functions if name not in hops), *(words for words in followed.path.told if words not in said[0])]

    eventually("the whole path is told", lambda: left() == [])


def test_every_function_of_a_workload_is_on_a_path_or_said_not_to_be(office: Desk):
    on_path: dict[str, set[str]] = {}
    for path in PATHS.values():
        on_path.setdefault(path.workload, set()).update(path.functions)
    known = {name: set(workload.functions) for name, workload in office.platform.inventory.workloads.items()}
    left = {name: functions - on_path.get(name, set()) for name, functions in known.items()}
    assert {f"{name}/{function}" for name, functions in left.items() for function in functions} == set(ON_NO_PATH)


def test_a_removed_item_s_stream_record_has_the_id_of_who_wrote_it_last(office: Desk):
    """A record of a removal holds the old image only, on AWS too: the one hop of all that tells of another request's id."""
    access, product = office.platform, f"p-{uuid.uuid4().hex[:12]}"
    wrote, removed = f"e2e-{uuid.uuid4().hex[:12]}", f"e2e-{uuid.uuid4().hex[:12]}"
    ask(access, "search-index", f"PUT /products/{product}", wrote, {"name": product, "price_cents": 100}, 201)
    assert item(access, "search-index", "products", product_id=product) == wrote
    ask(access, "search-index", f"DELETE /products/{product}", removed, None, 200)

    def told() -> list[tuple[str, str]]:
        lines = [line for line in log_lines(access, "search-index", "index") if line.get("product_id") == product]
        return [(line["kind"], line["correlation_id"]) for line in lines]

    eventually("the index follows", lambda: len(told()) == 2)
    assert told() == [("INSERT", wrote), ("REMOVE", wrote)]
    of_api = [line for line in log_lines(access, "search-index", "api") if line.get("product_id") == product]
    assert [line["correlation_id"] for line in of_api] == [wrote, removed], "the product leads from one to the other"


def test_an_event_that_is_refused_is_logged_under_its_id_to_the_last_line(office: Desk):
    """The exception leaves the function, whose last line is written outside of its handler."""
    correlation, access = f"e2e-{uuid.uuid4().hex[:12]}", office.platform
    bus = access.inventory.workloads["notifications"].buses["notices"].physical_name
    detail = {"meta": {"correlation_id": correlation}, "data": {"notification_id": "ntf_1", "priority": "high"}}
    access.cloud.client("events").put_events(Entries=[{
        "EventBusName": bus, "Source": "notifications", "DetailType": "NotificationRequested", "Detail": json.dumps(detail),
    }])  # fmt: skip

    def failed(function: str) -> list[str]:
        lines = log_lines(access, "notifications", function)
        return [line["message"] for line in lines if line.get("correlation_id") == correlation and line["level"] == "ERROR"]

    for function in ("deliver", "escalate"):
        eventually(f"{function} tells of it", lambda function=function: "the function failed" in failed(function))


def test_a_message_that_is_given_up_keeps_it(office: Desk):
    """Whoever looks at the dead letter finds the request's logs, and a redrive goes on under its id."""
    correlation, access = f"e2e-{uuid.uuid4().hex[:12]}", office.platform
    queue, sqs = access.inventory.workloads["receipts"].queues["paid-orders"], access.cloud.client("sqs")
    attributes = {"correlation_id": {"DataType": "String", "StringValue": correlation}}
    sqs.send_message(QueueUrl=queue.url, MessageBody=json.dumps({"order_id": correlation}), MessageAttributes=attributes)
    dead: list[dict] = []

    def given_up() -> bool:
        reply = sqs.receive_message(
            QueueUrl=queue.dead_letter_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=2
        )
        dead.extend(message for message in reply.get("Messages", []) if correlation in message["Body"])
        return bool(dead)

    eventually("it is given up", given_up, SECONDS)
    assert dead[0]["MessageAttributes"]["correlation_id"]["StringValue"] == correlation
    told = [line for line in log_lines(access, "receipts", "worker") if line.get("message_id") == dead[0]["MessageId"]]
    assert len(told) == 5 and {line["correlation_id"] for line in told} == {correlation}
    sqs.delete_message(QueueUrl=queue.dead_letter_url, ReceiptHandle=dead[-1]["ReceiptHandle"])


@pytest.mark.parametrize("sent", ["two words", "x" * 129, '"},{"level":"ERROR"'])
def test_what_is_no_id_is_replaced_at_the_edge_and_the_new_one_goes_all_the_way(office: Desk, sent: str):
    access = office.platform
    body = {"recipient": "anna", "subject": "On its way", "text": "It arrives tomorrow.", "priority": "high"}
    status, told, headers = send(api_url(access, "notifications", "/notifications"), "POST", access.token, body, x_correlation_id=sent)
    assert status == 202, told
    made, used = json.loads(told)["notification_id"], headers["x-correlation-id"]
    assert re.fullmatch(r"[A-Za-z0-9._=-]{1,128}", used)
    functions = PATHS["event bus, one rule with an input transform"].functions

    def missing() -> list[str]:
        lines = {function: log_lines(access, "notifications", function) for function in functions}
        return missing_hops(functions, lines, used, {"notification_id": made})

    eventually("the edge's id is in every log", lambda: missing() == [])
