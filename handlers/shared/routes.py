"""Routes of an HTTP or REST API. API Gateway has found the route and taken the path apart, so a function only looks it up.

Not Powertools' event handler, which matches the path once more: it takes a tenth of a function's INIT (docs/decisions/0008-tracing.md has
the numbers). A route is written as in the manifest: `GET /orders/{order_id}`.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Operation = TypeVar("Operation", bound=Callable[..., "Response"])


@dataclass(frozen=True)
class Response:
    """What is answered."""

    status_code: int
    content_type: str
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A request as API Gateway hands it over, in payload format 2.0 (HTTP APIs) or 1.0 (REST APIs)."""

    raw_event: dict[str, Any]

    @property
    def context(self) -> dict[str, Any]:
        """What API Gateway says of the request and its caller."""
        return self.raw_event.get("requestContext") or {}

    @property
    def headers(self) -> dict[str, str]:
        """By names in lower case."""
        return {name.lower(): value for name, value in (self.raw_event.get("headers") or {}).items()}

    @property
    def query_string_parameters(self) -> dict[str, str]:
        """Of a parameter that is sent twice, what API Gateway makes of it: both with a comma (HTTP APIs), the last (REST APIs)."""
        return self.raw_event.get("queryStringParameters") or {}

    @property
    def path_parameters(self) -> dict[str, str]:
        """As API Gateway hands them over; of an event that somebody wrote by hand without them, from its path."""
        given = self.raw_event.get("pathParameters")
        if given is not None:
            return given
        template = route_of(self.raw_event).partition(" ")[2].split("/")
        path = str(self.raw_event.get("rawPath") or self.raw_event.get("path") or "").split("/")
        return {name[1:-1]: value for name, value in zip(template, path, strict=False) if name.startswith("{")}

    @property
    def body(self) -> str | None:
        return self.raw_event.get("body")

    @property
    def decoded_body(self) -> str:
        """The text that was sent, empty without a body. Raises ValueError for what is not base64 or not UTF-8."""
        sent = self.body or ""
        return base64.b64decode(sent, validate=True).decode() if self.raw_event.get("isBase64Encoded") else sent


def route_of(event: Mapping[str, Any]) -> str:
    """`POST /orders/{order_id}`: the route, never the path, which names what it is about."""
    rest = (event.get("httpMethod"), event.get("resource"))
    return str(event.get("routeKey") or " ".join(filter(None, rest)))


class Routes:
    """The routes of a function: `@app.get("/orders/{order_id}")` before an operation, which gets the path's parameters by name.

    `current_event` and `lambda_context` are those of the request at work; a function has one at a time.
    """

    current_event: Request
    lambda_context: Any

    def __init__(self) -> None:
        self.operations: dict[str, Callable[..., Response]] = {}
        """Route -> what serves it."""

    def route(self, route: str) -> Callable[[Operation], Operation]:
        """`route`: method and path. Raises ValueError if it is taken."""

        def take(operation: Operation) -> Operation:
            if route in self.operations:
                raise ValueError(f"{route} is served by {self.operations[route].__name__} already")
            self.operations[route] = operation
            return operation

        return take

    def get(self, path: str) -> Callable[[Operation], Operation]:
        return self.route(f"GET {path}")

    def post(self, path: str) -> Callable[[Operation], Operation]:
        return self.route(f"POST {path}")

    def put(self, path: str) -> Callable[[Operation], Operation]:
        return self.route(f"PUT {path}")

    def patch(self, path: str) -> Callable[[Operation], Operation]:
        return self.route(f"PATCH {path}")

    def delete(self, path: str) -> Callable[[Operation], Operation]:
        return self.route(f"DELETE {path}")

    def call(self, event: dict[str, Any], context: Any) -> Response | None:
        """What the operation of the event's route answers; None where this function has none."""
        operation = self.operations.get(route_of(event))
        self.current_event, self.lambda_context = Request(event), context
        return operation(**self.current_event.path_parameters) if operation else None


def payload(event: Mapping[str, Any], response: Response, headers: Mapping[str, str]) -> dict[str, Any]:
    """The answer as API Gateway takes it, in the format of the event, with `headers` besides its own."""
    every = {"content-type": response.content_type, **response.headers, **headers}
    answer: dict[str, Any] = {"statusCode": response.status_code, "body": response.body, "isBase64Encoded": False}
    if event.get("version") == "2.0":
        return {**answer, "headers": every, "cookies": []}
    return {**answer, "multiValueHeaders": {name: [value] for name, value in every.items()}}
