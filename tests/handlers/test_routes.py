"""Routes by themselves: which operation serves an event, and the path's parameters."""

import pytest

from shared.routes import Request, Response, Routes

ROUTE = {"routeKey": "GET /orders/{order_id}/items/{item}"}


def test_an_operation_gets_the_paths_parameters_by_name():
    app = Routes()

    @app.get("/orders/{order_id}/items/{item}")
    def get(order_id: str, item: str) -> Response:
        return Response(200, "text/plain", f"{order_id} {item}")

    given = {**ROUTE, "pathParameters": {"order_id": "o 1", "item": "i"}, "rawPath": "/live/orders/o%201/items/i"}
    for event in (given, {**ROUTE, "rawPath": "/orders/o 1/items/i"}):
        answer = app.call(event, None)
        assert answer and answer.body == "o 1 i"
    assert app.call({"routeKey": "GET /other"}, None) is None


def test_without_parameters_there_are_none():
    assert Request({"routeKey": "GET /orders", "rawPath": "/orders"}).path_parameters == {}
    assert Request({"routeKey": "GET /orders", "pathParameters": {}}).path_parameters == {}
    assert Request({"httpMethod": "GET", "resource": "/quotes/{quote_id}", "path": "/quotes/q1"}).path_parameters == {"quote_id": "q1"}


def test_a_route_is_served_once():
    app = Routes()
    app.get("/a")(lambda: Response(200, "", ""))
    with pytest.raises(ValueError, match="GET /a is served by <lambda> already"):
        app.get("/a")(lambda: Response(200, "", ""))
