"""HTTP and REST APIs: input with its field named, answers in one shape, correlation id in and out.

`shared.rest` adds what only REST APIs have.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import Problem, first_fault
from shared.observability import CORRELATION_HEADER, accept_correlation_id, annotate, correlation_id, logger
from shared.routes import Request, Response, Routes, payload, route_of

Model = TypeVar("Model", bound=BaseModel)

SWITCHED_OFF_SECONDS = 60
"""After which a client may try a path again that is switched off."""


def answer(status: int, body: Mapping[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A JSON answer, its keys sorted: an answer told again is the same to the byte. It belongs to one caller, so nothing on
    the way may keep it."""
    return Response(
        status_code=status,
        content_type="application/json",
        body=json.dumps(body, separators=(",", ":"), sort_keys=True),
        headers={"cache-control": "no-store", **(headers or {})},
    )


def tell(problem: Problem) -> Response:
    """`{message, field, correlation_id}`, and a line of the log."""
    logger.warning("request refused", status=problem.status, reason=problem.message, field=problem.field)
    body = {"message": problem.message, "field": problem.field, "correlation_id": correlation_id()}
    return answer(problem.status, body, problem.headers)


def serve(app: Routes, event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves one request; a `Problem` is told to its sender. The correlation id is the caller's header if well formed, else the API's
    request id.

    Any other exception leaves the function: Lambda counts it as an error, the API answers 500, and alarms see both.
    """
    request = Request(event)
    accepted = accept_correlation_id(request.headers.get(CORRELATION_HEADER), request.context.get("requestId"))
    annotate("route", route_of(event))
    try:
        response = app.call(event, context) or tell(Problem(404, "there is no such route"))
    except Problem as problem:
        response = tell(problem)
    return payload(event, response, {CORRELATION_HEADER: accepted})


def switched_off(message: str) -> Problem:
    """For a path that a feature flag has switched off. 429, which clients take as `later`: with a 5xx it would count as a failure of ours, and the
    alarm on those would switch the path on again."""
    return Problem(429, message, headers={"retry-after": str(SWITCHED_OFF_SECONDS)})


def caller(request: Request) -> str:
    """Who calls: the `sub` claim of the verified token. Raises Problem 401 where no authorizer has put one."""
    subject = ((request.context.get("authorizer") or {}).get("jwt") or {}).get("claims", {}).get("sub")
    if not subject:
        raise Problem(401, "a token with a subject is needed")
    return str(subject)


def principal(request: Request) -> str:
    """ARN of the AWS principal that signed the request. Raises Problem 401 where no IAM authorizer has put one."""
    arn = ((request.context.get("authorizer") or {}).get("iam") or {}).get("userArn")
    if not arn:
        raise Problem(401, "a signed request is needed")
    return str(arn)


def role_of(request: Request) -> str:
    """The role that a Lambda authorizer found for the caller it let through. Raises Problem 401 where none has."""
    told = (request.context.get("authorizer") or {}).get("lambda")
    if not told:
        raise Problem(401, "a caller with a role is needed")
    return str(told.get("role", ""))


def read_body(request: Request, model: type[Model]) -> Model:
    """The JSON body as `model`. Raises Problem 400 that names the first field at fault and how many others are."""
    try:
        content = json.loads(request.decoded_body)
    except (ValueError, RecursionError):  # ValueError: not JSON, not UTF-8, not base64
        raise Problem(400, "the body is not JSON", "body") from None
    if not isinstance(content, dict):
        raise Problem(400, "the body is not a JSON object", "body")
    return read(content, model, "body")


def read(content: Mapping[str, Any], model: type[Model], place: str) -> Model:
    """`content` as `model`. Raises Problem 400 that names the first field at fault, or `place` where it is none."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        fault = first_fault(error, place)
        raise Problem(400, fault.text, fault.field) from None
