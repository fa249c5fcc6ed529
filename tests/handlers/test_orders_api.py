"""The orders API as API Gateway calls it (payload format 2.0): exact answers, and what is kept in DynamoDB after them."""

import base64
import json

import pytest
from handler_support import Context, items, make_table
from http_support import routed

BODY = {"items": [{"sku": "BOOK-1", "quantity": 2}], "reference": "mine"}


@pytest.fixture
def tables(aws, monkeypatch):
    from orders import api

    names = {"TABLE_ORDERS": make_table(aws, "order_id", ("by-customer", "customer_id", "created_at")), "TABLE_IDEMPOTENCY": make_table(aws, "id")}
    for name, value in {**names, "WORKLOAD": "orders", "FLAGS": '{"taking": true}', "IDEMPOTENCY_EXPIRES_AFTER_SECONDS": "3600"}.items():
        monkeypatch.setenv(name, value)
    api.parts.cache_clear()
    yield lambda: (items(aws, names["TABLE_ORDERS"]), items(aws, names["TABLE_IDEMPOTENCY"]))
    api.parts.cache_clear()


def event(
    method: str, path: str, body=None, caller: str | None = "anna", query: dict | None = None, signed_by: str | None = None, **headers: str
) -> dict:
    context: dict = {"http": {"method": method, "path": path}, "stage": "$default", "requestId": "edge-request="}
    if caller:
        context["authorizer"] = {"jwt": {"claims": {"sub": caller}, "scopes": []}}
    if signed_by:
        context["authorizer"] = {"iam": {"userArn": signed_by}}
    route, parameters = routed(method, path)
    sent: dict = {
        "queryStringParameters": query,
        "version": "2.0", "routeKey": route, "pathParameters": parameters, "rawPath": path, "rawQueryString": "", "isBase64Encoded": False,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()}, "requestContext": context,
    }  # fmt: skip
    if body is not None:
        sent["body"] = body if isinstance(body, str) else json.dumps(body)
    return sent


def call(*arguments, context: Context | None = None, **options):
    from orders.api import handler

    return handler(event(*arguments, **options), context or Context())


def post(body=BODY, key: str | None = "k1", **options):
    return call("POST", "/orders", body, **({"idempotency_key": key} if key is not None else {}), **options)


def problem(reply: dict) -> tuple[int, str, str | None]:
    told = json.loads(reply["body"])
    assert sorted(told) == ["correlation_id", "field", "message"]
    assert told["correlation_id"] == reply["headers"]["x-correlation-id"]
    return reply["statusCode"], told["message"], told["field"]


def test_where_taking_is_switched_off_nothing_is_kept_and_clients_are_told_when_to_come_back(tables, monkeypatch):
    from orders import api

    monkeypatch.setenv("FLAGS", '{"taking": false}')
    api.parts.cache_clear()
    reply = post()
    assert problem(reply) == (429, "orders are not taken at the moment", None)
    assert reply["headers"]["retry-after"] == "60"
    assert tables() == ([], [])
    assert problem(post({"items": []}))[0] == 400, "what is no order is refused as ever"
    assert call("GET", "/orders")["statusCode"] == 200, "and the other paths answer"


def test_post_keeps_one_order_and_tells_where_it_is(tables):
    reply = post()
    order = json.loads(reply["body"])
    assert (reply["statusCode"], reply["isBase64Encoded"]) == (201, False)
    assert reply["headers"] == {
        "content-type": "application/json",
        "cache-control": "no-store",
        "location": f"/orders/{order['order_id']}",
        "x-correlation-id": "edge-request=",
    }
    assert {name: order[name] for name in order if name not in ("order_id", "created_at")} == {**BODY, "status": "accepted"}
    [kept], [remembered] = tables()
    assert {name: kept[name] for name in ("order_id", "customer_id", "status")} == {
        "order_id": {"S": order["order_id"]}, "customer_id": {"S": "anna"}, "status": {"S": "accepted"},
    }  # fmt: skip
    assert kept["items"] == {"L": [{"M": {"sku": {"S": "BOOK-1"}, "quantity": {"N": "2"}}}]}
    assert remembered["id"]["S"].startswith("orders-create#") and len(remembered["id"]["S"]) == len("orders-create#") + 64
    assert remembered["status"] == {"S": "COMPLETED"} and "expiration" in remembered


def test_the_same_key_and_body_give_the_same_bytes_and_one_order(tables, metric_values):
    first, again = post(), post({"reference": "mine", "items": BODY["items"]})  # the order of keys is not a difference
    assert (again["statusCode"], again["body"], again["headers"]) == (201, first["body"], first["headers"])
    assert [len(found) for found in tables()] == [1, 1]
    assert metric_values() == {"OrdersAccepted": 1}


def test_the_same_key_with_another_body_is_422(tables):
    first = post()
    assert problem(post({"items": [{"sku": "BOOK-1", "quantity": 3}]})) == (
        422, "this key was used before with another body; use a new key", "Idempotency-Key",
    )  # fmt: skip
    assert [len(found) for found in tables()] == [1, 1]
    assert post()["body"] == first["body"]


def test_the_same_key_of_another_caller_is_another_order(tables):
    anna, bob = post(), post(caller="bob")
    assert json.loads(anna["body"])["order_id"] != json.loads(bob["body"])["order_id"]
    assert [len(found) for found in tables()] == [2, 2]


def test_the_same_key_while_the_first_request_is_at_work_is_409(tables):
    from orders.api import parts

    inner: list[dict] = []

    def post_again() -> dict:
        inner.append(post())
        return {"order_id": "x"}

    parts().idempotency.run(Context(), caller="anna", key="k1", payload=BODY, work=post_again)
    assert problem(inner[0]) == (409, "a request with this key is still at work; try again in a second", "Idempotency-Key")
    assert inner[0]["headers"]["retry-after"] == "1"
    assert tables()[0] == []


def test_a_function_that_died_after_writing_does_not_write_twice(tables, aws, monkeypatch):
    """Lambda ends a function by timeout: no exception reaches the code, and the key stays reserved until that time."""
    from orders.api import parts

    class Ended(BaseException):
        pass

    def die(*_, **__):
        raise Ended

    with monkeypatch.context() as patch:
        client = parts().store._client
        patch.setattr(client, "update_item", die)  # remembering the answer is the last step
        with pytest.raises(Ended):
            post(context=Context(remaining_milliseconds=0))
    [kept], [remembered] = tables()
    assert remembered["status"] == {"S": "INPROGRESS"}
    reply = post()
    assert (reply["statusCode"], json.loads(reply["body"])["order_id"]) == (201, kept["order_id"]["S"])
    assert tables()[0] == [kept]


def test_a_forgotten_key_is_still_no_second_order(tables, aws):
    first = post()
    forget(aws, tables)
    assert post()["body"] == first["body"]
    forget(aws, tables)
    assert problem(post({"items": BODY["items"]}))[0] == 422
    assert len(tables()[0]) == 1


def forget(aws, tables):
    from orders.api import Config
    from shared.config import load_config

    table = load_config(Config).table_idempotency
    for remembered in tables()[1]:
        aws.client("dynamodb").delete_item(TableName=table, Key={"id": remembered["id"]})


@pytest.mark.parametrize(
    ("body", "message", "field"),
    [
        ({"items": [{"sku": "BOOK-1", "quantity": 0}]}, "items.0.quantity: Input should be greater than or equal to 1", "items.0.quantity"),
        ({"reference": ""}, "items: Field required (and 1 more)", "items"),
        ({**BODY, "price": 1}, "price: Extra inputs are not permitted", "price"),
        ("{", "the body is not JSON", "body"),
        ("[" * 100_000, "the body is not JSON", "body"),
        ("[]", "the body is not a JSON object", "body"),
        (None, "the body is not JSON", "body"),
    ],
)  # fmt: skip
def test_a_bad_body_is_400_with_the_field_named_and_nothing_written(tables, log, body, message, field):
    assert problem(post(body)) == (400, message, field)
    assert tables() == ([], [])
    [line] = log.of("WARNING")
    assert (line["message"], line["status"], line["field"], line["reason"]) == ("request refused", 400, field, message)


@pytest.mark.parametrize("key", [None, "", "with space", "é", "k" * 129])
def test_a_missing_or_malformed_key_is_400(tables, key):
    assert problem(post(key=key)) == (
        400, "a key of 1 to 128 visible ASCII characters is needed; repeat it when you retry", "Idempotency-Key",
    )  # fmt: skip
    assert tables() == ([], [])


def test_without_a_verified_caller_nothing_is_done(tables):
    assert problem(post(caller=None)) == (401, "a token with a subject is needed", None)
    assert tables() == ([], [])


def test_a_base64_body_is_read(tables):
    from orders.api import handler

    sent = event("POST", "/orders", base64.b64encode(json.dumps(BODY).encode()).decode(), idempotency_key="k1")
    assert handler(sent | {"isBase64Encoded": True}, Context())["statusCode"] == 201


def test_get_tells_the_caller_alone(tables):
    created = post()
    path = json.loads(created["body"])["order_id"]
    reply = call("GET", f"/orders/{path}")
    assert (reply["statusCode"], reply["body"]) == (200, created["body"])
    for path_of, caller in ((path, "bob"), ("ord_" + "0" * 32, "anna"), ("nonsense", "anna")):
        assert problem(call("GET", f"/orders/{path_of}", caller=caller)) == (404, "you have no order of this id", "order_id")


def test_an_unknown_route_is_404_in_the_same_shape(tables):
    assert problem(call("GET", "/nowhere")) == (404, "there is no such route", None)


@pytest.mark.parametrize(
    ("sent", "used"),
    [("from-caller_1.2", "from-caller_1.2"), ("bad id\n", "edge-request="), ("x" * 129, "edge-request="), ("", "edge-request=")],
)
def test_the_correlation_id_is_in_the_answer_and_in_every_log_line(tables, log, sent, used):
    replies = [post(x_correlation_id=sent), post({}, x_correlation_id=sent), call("GET", "/orders/x", x_correlation_id=sent)]
    assert [reply["headers"]["x-correlation-id"] for reply in replies] == [used] * 3
    assert [line["correlation_id"] for line in log.all()] == [used] * 3


def test_an_unexpected_error_leaves_the_function_and_is_logged_with_the_correlation_id(tables, log, aws, monkeypatch):
    """Lambda must count it as an error: alarms and rollbacks look there."""
    from orders import api

    monkeypatch.setenv("TABLE_ORDERS", "gone-table")
    api.parts.cache_clear()
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        post(x_correlation_id="corr-9")
    [line] = log.of("ERROR")
    assert (line["message"], line["correlation_id"], line["exception_name"]) == (
        "the function failed", "corr-9", "ResourceNotFoundException",
    )  # fmt: skip
    assert tables()[1] == []  # the key is free for the next attempt


def test_no_log_line_holds_the_body(tables, log):
    post({**BODY, "reference": "secret-reference"})
    assert "secret-reference" not in log.stream.getvalue() and len(log.all()) == 1


def page(**query: str) -> tuple[int, dict]:
    reply = call("GET", "/orders", query=query or None)
    return reply["statusCode"], json.loads(reply["body"])


def test_pages_hold_every_own_order_once_newest_first(tables):
    made = [json.loads(post(key=f"k{number}")["body"]) for number in range(5)]
    post(key="k", caller="berta")
    seen, cursor, sizes = [], None, []
    while True:
        status, told = page(limit="2", **({"cursor": cursor} if cursor else {}))
        assert status == 200
        seen += told["orders"]
        sizes.append(len(told["orders"]))
        if not (cursor := told["next_cursor"]):
            break
    assert sizes in ([2, 2, 1], [2, 2, 1, 0])
    assert sorted(order["order_id"] for order in seen) == sorted(order["order_id"] for order in made)
    assert [order["created_at"] for order in seen] == sorted((order["created_at"] for order in made), reverse=True)


def test_a_cursor_of_somebody_else_leads_to_own_orders_only(tables):
    for number in range(3):
        post(key=f"k{number}", caller="berta")
    own = json.loads(post()["body"])
    foreign = json.loads(call("GET", "/orders", caller="berta", query={"limit": "1"})["body"])["next_cursor"]
    status, told = page(cursor=foreign)
    assert status == 200
    assert [order["order_id"] for order in told["orders"]] in ([], [own["order_id"]])


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "ten"}, {"limit": "-1"}, {"limit": "9" * 5000},
                                   {"cursor": "nonsense"}, {"cursor": "e30"}, {"cursor": "é"}, {"cursor": "A" * 5000}])  # fmt: skip
def test_a_bad_page_is_refused_with_the_field(tables, query):
    reply = call("GET", "/orders", query=query)
    status, _, field = problem(reply)
    assert (status, field) == (400, next(iter(query)))


def test_another_system_reads_any_order_and_is_named_in_the_log(tables, log):
    order = json.loads(post()["body"])
    arn = "arn:aws:sts::000000000000:assumed-role/billing/one"
    reply = call("GET", f"/internal/orders/{order['order_id']}", caller=None, signed_by=arn)
    assert (reply["statusCode"], json.loads(reply["body"])) == (200, order)
    assert log.of("INFO")[-1]["principal"] == arn
    assert problem(call("GET", "/internal/orders/ord_" + "0" * 32, caller=None, signed_by=arn))[0] == 404
    assert problem(call("GET", f"/internal/orders/{order['order_id']}"))[0] == 401, "a token is no signature"
