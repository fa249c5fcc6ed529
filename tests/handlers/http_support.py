"""Requests as HTTP APIs hand them to functions (payload format 2.0), and what comes back."""

import json
from typing import Any


def request(
    method: str, path: str, body: Any = None, caller: str | None = "anna", query: dict | None = None, **headers: str
) -> dict:
    """The event; `caller` is the subject of a verified token, a body that is no text is sent as JSON."""
    context: dict = {"http": {"method": method, "path": path}, "stage": "$default", "requestId": "edge-request"}
    if caller:
        context["authorizer"] = {"jwt": {"claims": {"sub": caller}, "scopes": []}}
    event: dict = {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "isBase64Encoded": False,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()}, "requestContext": context,
    }  # fmt: skip
    event |= {"queryStringParameters": query} if query is not None else {}
    event |= {"body": body if isinstance(body, str) else json.dumps(body)} if body is not None else {}
    return event


def told(reply: dict) -> tuple[int, dict]:
    return reply["statusCode"], json.loads(reply["body"])


def problem(reply: dict) -> tuple[int, str, str | None]:
    """Status, message and field of a refusal, whose shape is always the same."""
    status, body = told(reply)
    assert sorted(body) == ["correlation_id", "field", "message"]
    assert body["correlation_id"] == reply["headers"]["x-correlation-id"]
    return status, body["message"], body["field"]
