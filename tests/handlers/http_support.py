"""Requests as HTTP APIs hand them to functions (payload format 2.0), and what comes back."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

WORKLOADS = Path(__file__).parents[2] / "workloads"


@cache
def routes() -> dict[str, re.Pattern]:
    """Route of any manifest -> what a method and path of it look like."""
    found = [each for path in sorted(WORKLOADS.glob("*.yaml")) for each in re.findall(r"\b(?:GET|POST|PUT|PATCH|DELETE) /[\w/{}-]*", path.read_text())]
    return {each: re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(each))) for each in found}


def routed(method: str, path: str) -> tuple[str, dict[str, str] | None]:
    """The route that API Gateway finds for a request, and the path's parameters; a path of no manifest is its own route."""
    for route, pattern in routes().items():
        if found := pattern.fullmatch(f"{method} {path}"):
            return route, found.groupdict() or None
    return f"{method} {path}", None


def request(
    method: str, path: str, body: Any = None, caller: str | None = "anna", query: dict | None = None, **headers: str
) -> dict:
    """The event; `caller` is the subject of a verified token, a body that is no text is sent as JSON."""
    context: dict = {"http": {"method": method, "path": path}, "stage": "$default", "requestId": "edge-request"}
    if caller:
        context["authorizer"] = {"jwt": {"claims": {"sub": caller}, "scopes": []}}
    route, parameters = routed(method, path)
    event: dict = {
        "version": "2.0", "routeKey": route, "pathParameters": parameters, "rawPath": path, "rawQueryString": "", "isBase64Encoded": False,
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
