"""Smoke events of a function: what a new version must answer before callers reach it."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from platform_contract.platform.diagnostics import broken
from platform_contract.platform.text_types import Form, Strict, plain

RequestLine = Annotated[
    str,
    Form(r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /\S*", "must be method and path of a request, as a caller sends them", "write it like GET /orders/none"),
]

HeaderName = Annotated[str, Form(r"[a-z0-9-]+", "must be lower-case letters, digits and hyphens", "write it like idempotency-key")]


class SmokeSpec(Strict):
    """One event, and what has to come back. It runs under the function's own role against real resources, so it must leave nothing behind."""

    request: RequestLine | None = Field(default=None, description="A request on one of the function's routes, such as GET /orders/none.")
    caller: str = Field(default="release-checks", min_length=1, max_length=128, description="Who sends the request: `sub` of the token, or name of the API key's client.")
    headers: dict[HeaderName, str] = Field(default={}, description="Headers of the request, besides its content type: lower-case, as API Gateway hands them over.")
    body: Annotated[Any, AfterValidator(plain)] = Field(default=None, description="JSON body of the request.")
    event: Annotated[dict[str, Any] | None, AfterValidator(plain)] = Field(default=None, description="The event itself, as Lambda hands it over, instead of a request.")
    status: int | None = Field(default=None, ge=100, le=599, description="HTTP status that the request is answered with.")
    answer: Annotated[Any, AfterValidator(plain)] = Field(default=None, description="What the answer holds; of an object, the fields that have to be there. null: the function answers nothing.")
    error: str | None = Field(default=None, min_length=1, description="Type of the error that the event is refused with, such as PermanentFailure. It counts as a failed run, so it is sent "
                              "before the shift only: prefer an event that is answered.")

    @model_validator(mode="after")
    def _one_event(self) -> "SmokeSpec":
        if (self.request is None) == (self.event is None):
            raise broken("must have exactly one of request and event", "write `request: GET /orders/none`, or the `event` as Lambda hands it over")
        if self.request is None and (self.headers or self.body is not None or self.status is not None):
            raise broken("has headers, body or status, which belong to a request", "put them into `event` and `answer`")
        if not self.wanted:
            raise broken("says nothing about what has to come back", "add `status`, `answer` or `error`")
        if self.error is not None and len(self.wanted) > 1:
            raise broken("has an error and an answer, and a run ends with one of them", "keep what a sound version does")
        if self.status is not None and self.status >= 500:
            raise broken("expects a failure of the function", "expect what a sound version answers", field="status")
        return self

    @property
    def wanted(self) -> dict[str, Any]:
        """What has to come back: those of status, answer and error that are given."""
        given = {"status": self.status, "error": self.error}
        answer = {"answer": self.answer} if "answer" in self.model_fields_set else {}  # null is an answer, too
        return {**{name: value for name, value in given.items() if value is not None}, **answer}

    def parameters_in(self, route: str) -> dict[str, str] | None:
        """Path parameter of `route`, such as GET /orders/{order_id}, -> its value in the request; None where it is no request of that route."""
        pattern = re.sub(r"\\\{(\w+)(\\\+)?\\\}", lambda it: f"(?P<{it[1]}>{'.+' if it[2] else '[^/]+'})", re.escape(route))
        found = re.fullmatch(pattern, (self.request or "").partition("?")[0])
        return found.groupdict() if found else None
