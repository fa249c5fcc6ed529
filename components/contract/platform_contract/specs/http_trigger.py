"""A route of an HTTP API."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ..problems import broken
from ..standards import apigateway
from ..words import Form, Sentence, Strict

_SEGMENT = r"(?:[A-Za-z0-9._~-]+|\{[A-Za-z_][A-Za-z0-9_]*\})"

Route = Annotated[
    str,
    Form(
        rf"(?:{'|'.join(apigateway.ROUTE_METHODS)}) /(?:{_SEGMENT}(?:/{_SEGMENT})*(?:/\{{[A-Za-z_][A-Za-z0-9_]*\+\}})?)?",
        f"must be a method ({', '.join(apigateway.ROUTE_METHODS)}), one space and a path without a slash at its end",
        "write it like GET /orders/{order_id}",
    ),
]


class HttpTrigger(Strict):
    """A route of the workload's HTTP API that invokes the function."""

    route: Route = Field(description="Method and path, such as POST /orders or GET /orders/{order_id}.")
    authorizer: Literal["jwt", "none"] = Field(default="jwt", description="jwt: callers need a token; none: everybody may call.")
    public_reason: Sentence | None = Field(
        default=None, description="Why everybody may call it; required with `authorizer: none`."
    )
    example: Any = Field(default=None, description="Body of a request that succeeds: smoke checks send it.")

    @model_validator(mode="after")
    def _public_needs_reason(self) -> "HttpTrigger":
        if self.authorizer == "none" and not self.public_reason:
            raise broken(
                "is required, because the route is public (authorizer: none)",
                "say in one sentence why everybody may call it, or write `authorizer: jwt`", field="public_reason",
            )  # fmt: skip
        if self.authorizer != "none" and self.public_reason:
            raise broken("is for public routes only", "remove it, or write `authorizer: none`", field="public_reason")
        names = re.findall(r"\{(\w+)", self.route)
        if len(names) != len(set(names)):
            raise broken("names one path parameter twice", "give each its own name", field="route")
        return self
