"""One request through each pattern, with a correlation id: what it passes, and where the id stands at the end.

`PATHS` is the table: workload, the functions of the path, and what cannot be heard on the embedded cloud, with the reason.
"""

import gzip
import json
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from websockets.sync.client import connect

from local.smoke import Access
from tests.end_to_end.calls import send, send_signed
from tests.end_to_end.drivers import PAID, eventually
from tests.end_to_end.driving.boards import CREATE
from tests.end_to_end.driving.housekeeping import run
from tests.end_to_end.listening import Listener
from tests.end_to_end.loan_office import SECONDS, Desk, application

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 50
NO_SOCKET_LOG = (
    "the emulator calls a WebSocket API's function without a log and without a trace: frames carry the id, and the function is"
    " called once more as the API calls it"
)
NO_RESOLVER_LOG = "the emulator writes no logs of AppSync: the resolvers' items carry the id"


@dataclass
class Sent:
    """A request that is on its way."""

    stored: Callable[[], dict[str, str | None]]
    """Place -> the id that stands there, None as long as there is nothing."""
    subject: dict[str, str] = field(default_factory=dict)
    """Field of a log line -> value that names this request's subject."""
    others: dict[str, str] = field(default_factory=dict)
    """Function -> id of a second request about the same subject."""


@dataclass(frozen=True)
class Path:
    """A row of the table."""

    workload: str
    send: Callable[[Desk, str], Sent]
    functions: tuple[str, ...]
    batched: tuple[str, ...] = ()
    """Those that get several requests in one batch."""
    told: tuple[str, ...] = ()
    """What `make traces` says of the way between functions."""
    unheard: dict[str, str] = field(default_factory=dict)
    """Hop -> why nothing of the embedded cloud tells of it."""


def ask(access: Access, workload: str, route: str, correlation: str, body: Any, status: int, signed: bool = False, **headers: str) -> Any:
    """The answer's body, of a route of the workload's API; its header must tell the id back."""
    method, path = route.split(" ", 1)
    (api,) = access.inventory.workloads[workload].apis.values()
    url, told = access.url(api.api_id, api.stage) + path, {"x_correlation_id": correlation, **access.key(api), **headers}
    if signed:
        answered, content, back = send_signed(access, url, method, body, **told)
    else:
        answered, content, back = send(url, method, None if api.key_ids else access.token, body, **told)
    assert (answered, back["x-correlation-id"]) == (status, correlation), content
    return json.loads(content)


def item(access: Access, workload: str, table: str, **key: str) -> str | None:
    """The id of an item."""
    name = access.inventory.workloads[workload].tables[table].physical_name
    found = access.cloud.client("dynamodb").get_item(
        TableName=name, Key={field: {"S": value} for field, value in key.items()}, ConsistentRead=True
    ).get("Item", {})  # fmt: skip
    return found.get("correlation_id", {}).get("S")


def metadata(access: Access, workload: str, bucket: str, key: str) -> str | None:
    """The id of an object."""
    s3, name = access.cloud.client("s3"), access.inventory.workloads[workload].buckets[bucket].physical_name
    if key not in {each["Key"] for each in s3.list_objects_v2(Bucket=name, Prefix=key).get("Contents", [])}:
        return None
    return s3.head_object(Bucket=name, Key=key)["Metadata"].get("correlation-id", "none")


def order(desk: Desk, correlation: str) -> Sent:
    body = {"items": [{"sku": "BOOK-1", "quantity": 2}], "reference": "followed"}
    made = ask(desk.platform, "orders", "POST /orders", correlation, body, 201, idempotency_key=correlation)
    return Sent(dict, {"order_id": made["order_id"]})


def reservation(desk: Desk, correlation: str) -> Sent:
    sku, access = f"SKU-{uuid.uuid4().hex[:12]}", desk.platform
    ask(access, "inventory", f"PUT /items/{sku}/stock", correlation, {"on_hand": 5}, 200, signed=True)
    ask(access, "inventory", f"POST /items/{sku}/reservations", correlation, {"hold_seconds": 60}, 201, idempotency_key=correlation)
    return Sent(dict, {"sku": sku})


def paid_order(desk: Desk, correlation: str) -> Sent:
    """A message of each queue, the second of the FIFO kind."""
    access, order_id = desk.platform, f"o-{uuid.uuid4().hex[:12]}"
    queues, sqs = access.inventory.workloads["receipts"].queues, access.cloud.client("sqs")
    attributes = {"correlation_id": {"DataType": "String", "StringValue": correlation}}

    def put(queue: str, body: dict, **options: str) -> None:
        sqs.send_message(QueueUrl=queues[queue].url, MessageBody=json.dumps(body), MessageAttributes=attributes, **options)

    put("paid-orders", {**PAID, "order_id": order_id})
    eventually("the receipt is there", lambda: metadata(access, "receipts", "receipts", f"receipts/{order_id}.json") is not None)
    correction = {
        "order_id": order_id, "sequence": 1, "corrected_at": "2026-01-02T00:00:00Z", "reason": "followed",
        "lines": [{"sku": "BOOK-1", "quantity": 2, "unit_price": 1000}],
    }  # fmt: skip
    put("corrections", correction, MessageGroupId=order_id)
    return Sent(lambda: {
        "metadata of the receipt": metadata(access, "receipts", "receipts", f"receipts/{order_id}.json"),
        "item of the correction": item(access, "receipts", "corrected-receipts", order_id=order_id, sequence="0001"),
    }, {"order_id": order_id})  # fmt: skip


def notification(desk: Desk, correlation: str) -> Sent:
    access, heard = desk.platform, Listener.of_bus(desk.platform, "notifications", "notices")
    body = {"recipient": "anna", "subject": "On its way", "text": "It arrives tomorrow.", "priority": "high"}
    made = ask(access, "notifications", "POST /notifications", correlation, body, 202)["notification_id"]
    return Sent(lambda: {
        "detail of the event": heard.id_of(made, lambda event: event["detail"]["meta"]["correlation_id"]),
        "item of the delivery": item(access, "notifications", "deliveries", notification_id=made),
        "item of the escalation": item(access, "notifications", "escalations", notification_id=made),
    }, {"notification_id": made})  # fmt: skip


def upload(desk: Desk, correlation: str) -> Sent:
    access, heard = desk.platform, Listener.of_topic(desk.platform, "media", "processed")
    body = {"file_name": "a.png", "content_type": "image/png", "size_bytes": len(PNG), "method": "PUT"}
    ticket = ask(access, "media", "POST /uploads", correlation, body, 201)
    with urllib.request.urlopen(urllib.request.Request(ticket["url"], PNG, {"content-type": "image/png"}, method="PUT"), timeout=30):
        pass
    made = ticket["upload_id"]
    return Sent(lambda: {
        "item of the file": item(access, "media", "files", upload_id=made),
        "metadata of the kept file": metadata(access, "media", "media", made),
        "attribute of the topic's message": heard.id_of(made, lambda notice: notice["MessageAttributes"]["correlation_id"]["Value"]),
    }, {"upload_id": made})  # fmt: skip


def document(desk: Desk, correlation: str) -> Sent:
    access = desk.platform
    body = {"name": "letter.txt", "text": f"Dear Anna, the letter {correlation} arrives tomorrow."}
    key = ask(access, "documents", "POST /documents", correlation, body, 202)["document_key"]
    return Sent(lambda: {
        "metadata of the document": metadata(access, "documents", "documents", key),
        **{f"item of {kind}": item(access, "documents", "results", document_key=key, kind=kind) for kind in ("text", "preview", "metadata")},
    }, {"document_key": key})  # fmt: skip


def product(desk: Desk, correlation: str) -> Sent:
    access, made = desk.platform, f"p-{uuid.uuid4().hex[:12]}"
    ask(access, "search-index", f"PUT /products/{made}", correlation, {"name": made, "price_cents": 100}, 201)
    return Sent(lambda: {"item of the product": item(access, "search-index", "products", product_id=made)}, {"product_id": made})


def click(desk: Desk, correlation: str) -> Sent:
    access, made = desk.platform, uuid.uuid4().hex
    clicks = [{"click_id": made, "session_id": made, "occurred_at": datetime.now(UTC).isoformat(), "page": "/"}]
    ask(access, "clickstream", "POST /clicks", correlation, {"clicks": clicks}, 202)

    def laid_down() -> dict[str, str | None]:
        s3, lake = access.cloud.client("s3"), access.inventory.workloads["clickstream"].buckets["lake"].physical_name
        found = None
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=lake, Prefix="clicks/"):
            for each in page.get("Contents", []):
                text = gzip.decompress(s3.get_object(Bucket=lake, Key=each["Key"])["Body"].read())
                lines = [json.loads(line) for line in text.splitlines()]
                found = next((line["correlation_id"] for line in lines if line["click_id"] == made), found)
        return {"line of the lake": found}

    return Sent(laid_down)


def loan(desk: Desk, correlation: str) -> Sent:
    """One that a person decides about, whose request has an id of its own."""
    made = ask(desk.platform, "loans", "POST /loans", correlation, application(income_days_ago=200), 202, idempotency_key=correlation)
    loan_id, approver = made["loan_id"], f"{correlation}-approver"
    eventually("a person is asked", lambda: desk.item("approvals", loan_id=loan_id) is not None, SECONDS)
    body = {"approved": True, "reason": "looked at"}
    status, told = desk.call("POST", f"/loans/{loan_id}/approval", body, desk.approver, x_correlation_id=approver)
    assert status == 200, told
    # Not by `GET /loans/ID`, which would be requests of other ids about this loan.
    eventually("it is decided", lambda: desk.item("loans", loan_id=loan_id)["loan_status"]["S"] == "approved", SECONDS)
    started = desk.steps.describe_execution(executionArn=desk.execution(loan_id))
    return Sent(lambda: {
        "item of the loan": item(desk.platform, "loans", "loans", loan_id=loan_id),
        "item of the approval": item(desk.platform, "loans", "approvals", loan_id=loan_id),
        "input of the execution": json.loads(started["input"])["correlation_id"],
        "header at the bureau": next(
            (seen.headers.get("x-correlation-id") for seen in desk.bureau.seen if seen.headers.get("idempotency-key") == loan_id), None
        ),
    }, {"loan_id": loan_id}, {"api": approver})  # fmt: skip


def price(desk: Desk, correlation: str) -> Sent:
    ask(desk.platform, "loans", "POST /quotes-for-loans", correlation, {"amount": 1_000_000, "months": 36}, 200)
    return Sent(dict)


def frame(desk: Desk, correlation: str) -> Sent:
    """A frame that everybody in the room hears; then the same from the function that the API calls, called as the API does."""
    access, room = desk.platform, f"room-{uuid.uuid4().hex[:8]}"
    workload = access.inventory.workloads["chat"]
    (api,) = workload.apis.values()
    url = access.url(api.api_id, api.stage).replace("http://", "ws://") + f"?room={room}"
    headers = {"authorization": f"Bearer {access.token}", "x-correlation-id": correlation}
    body = json.dumps({"action": "send", "room": room, "text": "followed", "correlation_id": correlation})
    heard: dict[str, str | None] = {}
    with connect(url, additional_headers=headers, open_timeout=20, close_timeout=20) as client:
        client.send(body)
        heard["frame that everybody hears"] = json.loads(client.recv(20))["correlation_id"]
        [row] = access.cloud.client("dynamodb").query(
            TableName=workload.tables["connections"].physical_name, KeyConditionExpression="room = :room",
            ExpressionAttributeValues={":room": {"S": room}},
        )["Items"]  # fmt: skip
        connection = row["connection_id"]["S"]
        event = {"body": body, "requestContext": {
            "routeKey": "send", "connectionId": connection, "requestId": uuid.uuid4().hex,
            "authorizer": {"principalId": "followed", "user": "followed"},
        }}  # fmt: skip
        reply = access.cloud.client("lambda").invoke(FunctionName=workload.functions["socket"].alias_arn, Payload=json.dumps(event))
        assert json.loads(reply["Payload"].read()) == {"statusCode": 200}
        heard["frame of the second call"] = json.loads(client.recv(20))["correlation_id"]
    return Sent(lambda: heard, {"room": room})


def quote(desk: Desk, correlation: str) -> Sent:
    body = {"destination": "CH", "service": "standard", "parcels_grams": [1200], "reference": uuid.uuid4().hex}
    return Sent(dict, {"quote_id": ask(desk.platform, "partners", "POST /quotes", correlation, body, 201)["quote_id"]})


def board(desk: Desk, correlation: str) -> Sent:
    access, made = desk.platform, f"board-{uuid.uuid4().hex[:8]}"
    (api,) = access.inventory.workloads["boards"].apis.values()
    body = {"query": CREATE, "variables": {"input": {"board_id": made, "title": "Followed"}}}
    status, told, _ = send(
        f"{access.cloud.endpoint}/v1/apis/{api.api_id}/graphql", "POST", access.token, body, x_correlation_id=correlation
    )
    assert status == 200 and "errors" not in json.loads(told), told
    return Sent(lambda: {"item of the board": item(access, "boards", "boards", board_id=made, item_id="board")})


def sweep(desk: Desk, correlation: str) -> Sent:
    """Nobody asks: the schedule's run begins the id, which here is told in its input."""
    access = desk.platform
    told = {"schedule_arn": "followed", "scheduled_time": datetime.now(UTC).isoformat(), "execution_id": correlation, "attempt": "0"}
    key = run(access, told)["report"]
    bucket = access.inventory.workloads["housekeeping"].buckets["reports"].physical_name
    report = json.loads(access.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    return Sent(lambda: {"report": report["correlation_id"]}, {"report": key})


PATHS = {
    "HTTP API": Path("orders", order, ("api",), told=("from POST /orders",)),
    "keyed state": Path("inventory", reservation, ("api",), told=("from PUT /items/{sku}/stock", "from POST /items/{sku}/reservations")),
    "queues, standard and FIFO": Path(
        "receipts", paid_order, ("worker", "corrections"), batched=("worker", "corrections"),
        told=("from queue local-receipts-paid-orders", "from queue local-receipts-corrections.fifo"),
    ),
    "event bus, one rule with an input transform": Path(
        "notifications", notification, ("api", "deliver", "escalate"),
        told=(
            "from rule local-notifications-deliver-0, its input transformed < bus local-notifications-notices",
            "from rule local-notifications-escalate-0 < bus local-notifications-notices",
        ),
    ),
    "upload": Path(
        "media", upload, ("tickets", "process"),
        told=("from bucket local-media-uploads-000000000000-eu-west-1", "sns Publish local-media-processed: "),
    ),
    "fan-out": Path(
        "documents", document, ("submit", "text", "preview", "metadata"), batched=("text", "preview", "metadata"),
        told=("from queue local-documents-text < topic local-documents-arrived < bucket local-documents-documents-000000000000-eu-west-1",),
    ),
    "changes of a table": Path(
        "search-index", product, ("api", "index"), batched=("index",), told=("from changes of table local-search-index-products",)
    ),
    "stream": Path("clickstream", click, ("collect", "transform"), batched=("transform",), told=("from stream local-clickstream-clicks",)),
    "workflow with a map and a person": Path(
        "loans", loan, ("api", "validate", "score", "check-document", "ask", "record"),
        told=(
            "workflow local-loans-decide, state 'Ask a person': ", "from state 'Check document' < workflow local-loans-decide",
            "from state 'Score' < workflow local-loans-decide",
        ),
    ),
    "express workflow": Path("loans", price, ("api", "price"), told=("workflow local-loans-price, state 'Price': ",)),
    "WebSocket API": Path("chat", frame, ("gate", "socket"), told=("from send",), unheard={"socket, called by the API": NO_SOCKET_LOG}),
    "REST API": Path("partners", quote, ("quotes",), told=("from POST /quotes",)),
    "GraphQL": Path("boards", board, (), unheard={"resolvers": NO_RESOLVER_LOG}),
    "schedule": Path("housekeeping", sweep, ("sweep",), told=("from schedule local-housekeeping-sweep-0",)),
}  # fmt: skip
"""Pattern -> its path. Where nothing is stored (HTTP, REST, express), the path ends with the answer, whose header has the id."""

ON_NO_PATH = {
    "orders/gate": "decides about a route of its own kind; its lines are looked at in test_http_api.py",
    "loans/rotate-key": "Secrets Manager calls it for no request: the new version's id is that of all steps of a rotation",
}
"""Function -> why it is on none of the paths."""
