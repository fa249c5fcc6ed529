"""Smoke events in manifests: what may be written, and the events that are made of them."""

import pytest
from pydantic import ValidationError

from platform_contract.features.smoke_events import event_of
from platform_contract.kinds.function.smoke import SmokeSpec
from platform_contract.kinds.function.spec import FunctionSpec

FUNCTION = FunctionSpec.model_validate({"handler": "orders.api.handler", "triggers": [
    {"http": {"route": "POST /orders"}}, {"http": {"route": "GET /orders/{order_id}", "authorizer": "iam"}}, {"rest": {"route": "GET /quotes/{quote_id}"}},
]})  # fmt: skip


@pytest.mark.parametrize(("given", "says"), [
    ({}, "must have exactly one of request and event"),
    ({"request": "GET /orders/1", "event": {}}, "must have exactly one of request and event"),
    ({"event": {}, "status": 200}, "has headers, body or status, which belong to a request"),
    ({"event": {}, "headers": {"a": "b"}, "answer": {}}, "has headers, body or status, which belong to a request"),
    ({"request": "GET /orders/1"}, "says nothing about what has to come back"),
    ({"event": {}, "answer": None, "error": "PermanentFailure"}, "has an error and an answer"),
    ({"request": "GET /orders/1", "status": 500}, "expects a failure of the function"),
    ({"request": "GET /orders/1", "status": 200, "headers": {"Idempotency-Key": "1"}}, "must be lower-case letters, digits and hyphens"),
    ({"request": "orders/1", "status": 200}, "must be method and path of a request"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(given: dict, says: str):
    with pytest.raises(ValidationError, match=says):
        SmokeSpec.model_validate(given)


def test_nothing_is_an_answer_too():
    assert SmokeSpec.model_validate({"event": {}, "answer": None}).wanted == {"answer": None}
    assert SmokeSpec(request="GET /orders/1", status=404).wanted == {"status": 404}
    assert SmokeSpec(event={}, error="PermanentFailure").wanted == {"error": "PermanentFailure"}


def test_a_request_becomes_the_event_of_its_route():
    event = event_of(SmokeSpec(request="GET /orders/a1?limit=2", caller="anna", status=404), FUNCTION)
    assert (event["version"], event["routeKey"], event["pathParameters"], event["queryStringParameters"]) == (
        "2.0", "GET /orders/{order_id}", {"order_id": "a1"}, {"limit": "2"},
    )  # fmt: skip
    assert event["requestContext"]["authorizer"] == {"iam": {"userArn": "arn:aws:iam::000000000000:user/anna"}}
    sent = event_of(SmokeSpec(request="POST /orders", headers={"idempotency-key": "1"}, body={"items": []}, status=400), FUNCTION)
    assert sent["headers"] == {"content-type": "application/json", "idempotency-key": "1"} and sent["body"] == '{"items": []}'
    rest = event_of(SmokeSpec(request="GET /quotes/q1", status=404), FUNCTION)
    assert (rest["resource"], rest["pathParameters"], rest["requestContext"]["identity"]["apiKeyId"]) == ("/quotes/{quote_id}", {"quote_id": "q1"}, "release-checks")


def test_a_request_of_another_route_is_none_of_the_function():
    with pytest.raises(ValueError, match="GET /customers is on no route of the function"):
        event_of(SmokeSpec(request="GET /customers", status=200), FUNCTION)
