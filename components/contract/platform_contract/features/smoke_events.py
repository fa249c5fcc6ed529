"""Smoke requests of a manifest as the events that API Gateway would make of them."""

import json
from typing import Any
from urllib.parse import parse_qsl

from platform_contract.kinds.function.smoke import SmokeSpec
from platform_contract.manifest import FunctionSpec

REQUEST_ID = "release-checks"
"""What stands for API Gateway's request id, and so for the correlation id in the function's log."""


def event_of(smoke: SmokeSpec, function: FunctionSpec) -> dict[str, Any]:
    """The event: as the manifest gives it, or as API Gateway makes it of the request. Raises ValueError where no route fits it."""
    if smoke.request is None:
        return smoke.event or {}
    for trigger in function.triggers:
        if trigger.http and smoke.parameters_in(trigger.http.route) is not None:
            return _http(smoke, trigger.http.route, trigger.http.access)
        if trigger.rest and smoke.parameters_in(trigger.rest.route) is not None:
            return _rest(smoke, trigger.rest.route)
    raise ValueError(f"smoke: {smoke.request} is on no route of the function")


def _parts(smoke: SmokeSpec, route: str) -> tuple[str, str, dict[str, str], dict[str, str], str | None]:
    method, _, target = (smoke.request or "").partition(" ")
    path, _, query = target.partition("?")
    body = None if smoke.body is None else json.dumps(smoke.body)
    return method, path, smoke.parameters_in(route) or {}, dict(parse_qsl(query)), body


def _headers(smoke: SmokeSpec) -> dict[str, str]:
    return {"content-type": "application/json", **smoke.headers}


def _http(smoke: SmokeSpec, route: str, access: str) -> dict[str, Any]:
    """Payload format 2.0. Source: API Gateway guide, "Create AWS Lambda proxy integrations for HTTP APIs"."""
    method, path, parameters, query, body = _parts(smoke, route)
    authorizers: dict[str, dict[str, Any]] = {
        "jwt": {"jwt": {"claims": {"sub": smoke.caller}, "scopes": None}},
        "cognito": {"jwt": {"claims": {"sub": smoke.caller}, "scopes": None}},
        "iam": {"iam": {"userArn": f"arn:aws:iam::000000000000:user/{smoke.caller}"}},
        "lambda": {"lambda": {"role": smoke.caller}},
    }
    event: dict[str, Any] = {
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": (smoke.request or "").partition("?")[2],
        "headers": _headers(smoke), "pathParameters": parameters, "queryStringParameters": query,
        "requestContext": {
            "requestId": REQUEST_ID, "routeKey": route, "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            "authorizer": authorizers.get(access, {}),
        },
        "isBase64Encoded": False,
    }  # fmt: skip
    return event if body is None else {**event, "body": body}


def _rest(smoke: SmokeSpec, route: str) -> dict[str, Any]:
    """Payload format 1.0. Source: API Gateway guide, "Input format of a Lambda function for proxy integration"."""
    method, path, parameters, query, body = _parts(smoke, route)
    return {
        "resource": route.partition(" ")[2], "path": path, "httpMethod": method, "headers": _headers(smoke),
        "pathParameters": parameters or None, "queryStringParameters": query or None, "body": body, "isBase64Encoded": False,
        "requestContext": {
            "requestId": REQUEST_ID, "identity": {"apiKeyId": smoke.caller, "sourceIp": "127.0.0.1"},
            "authorizer": {"claims": {"sub": smoke.caller}},
        },
    }  # fmt: skip
