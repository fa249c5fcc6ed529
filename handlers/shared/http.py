"""HTTP APIs (payload format 2.0): input with its field named, answers in one shape, correlation id in and out.

`shared.rest` adds what differs for REST APIs (payload format 1.0).
"""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, ApiGatewayResolver, Response
from pydantic import BaseModel, ValidationError

from shared.errors import Problem, first_fault
from shared.observability import CORRELATION_HEADER, accept_correlation_id, annotate, correlation_id, logger

Model = TypeVar("Model", bound=BaseModel)


Resolver = TypeVar("Resolver", bound=ApiGatewayResolver)


def make_resolver() -> APIGatewayHttpResolver:
    """A resolver for HTTP APIs, with problems told as `telling` does."""
    return telling(APIGatewayHttpResolver())


def telling(app: Resolver) -> Resolver:
    """The resolver, which now answers every `Problem` with `{message, field, correlation_id}`.

    Any other exception leaves the function: Lambda counts it as an error, the API answers 500, and alarms see both.
    """

    @app.exception_handler(Problem)
    def tell(problem: Problem) -> Response:
        logger.warning("request refused", status=problem.status, reason=problem.message, field=problem.field)
        body = {"message": problem.message, "field": problem.field, "correlation_id": correlation_id()}
        return answer(problem.status, body, problem.headers)

    @app.not_found
    def no_route(_: Exception) -> Response:
        return tell(Problem(404, "there is no such route"))

    return app


def answer(status: int, body: Mapping[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A JSON answer, its keys sorted: an answer told again is the same to the byte. It belongs to one caller, so nothing on
    the way may keep it."""
    return Response(
        status_code=status,
        content_type="application/json",
        body=json.dumps(body, separators=(",", ":"), sort_keys=True),
        headers={"cache-control": "no-store", **(headers or {})},
    )


def serve(app: ApiGatewayResolver, event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Resolves one request. The correlation id is the caller's header if well formed, else the API's request id."""
    sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    edge = event.get("requestContext", {}).get("requestId")
    accepted = accept_correlation_id(sent.get(CORRELATION_HEADER), edge)
    annotate("route", route_of(event))
    reply = app.resolve(event, context)
    if "multiValueHeaders" in reply:  # REST APIs
        reply["multiValueHeaders"][CORRELATION_HEADER] = [accepted]
    else:
        reply.setdefault("headers", {})[CORRELATION_HEADER] = accepted
    return reply


def route_of(event: dict[str, Any]) -> str:
    """`POST /orders/{order_id}`: the route, never the path, which names what it is about."""
    rest = (event.get("httpMethod"), event.get("resource"))
    return str(event.get("routeKey") or " ".join(filter(None, rest)))


def caller(event: Any) -> str:
    """Who calls: the `sub` claim of the verified token. Raises Problem 401 where no authorizer has put one."""
    context = event.raw_event.get("requestContext", {})
    subject = ((context.get("authorizer") or {}).get("jwt") or {}).get("claims", {}).get("sub")
    if not subject:
        raise Problem(401, "a token with a subject is needed")
    return str(subject)


def principal(event: Any) -> str:
    """ARN of the AWS principal that signed the request. Raises Problem 401 where no IAM authorizer has put one."""
    context = event.raw_event.get("requestContext", {})
    arn = ((context.get("authorizer") or {}).get("iam") or {}).get("userArn")
    if not arn:
        raise Problem(401, "a signed request is needed")
    return str(arn)


def role_of(event: Any) -> str:
    """The role that a Lambda authorizer found for the caller it let through. Raises Problem 401 where none has."""
    context = event.raw_event.get("requestContext", {})
    told = (context.get("authorizer") or {}).get("lambda")
    if not told:
        raise Problem(401, "a caller with a role is needed")
    return str(told.get("role", ""))


def read_body(event: Any, model: type[Model]) -> Model:
    """The JSON body as `model`. Raises Problem 400 that names the first field at fault and how many others are."""
    try:
        content = json.loads(event.decoded_body or "")
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
