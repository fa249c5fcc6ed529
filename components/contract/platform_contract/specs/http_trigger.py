"""A route of an HTTP API."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from ..problems import broken
from ..standards import apigateway
from ..words import Form, Name, Sentence, Strict, plain

_SEGMENT = r"(?:[A-Za-z0-9._~-]+|\{[A-Za-z_][A-Za-z0-9_]*\})"

Route = Annotated[
    str,
    Form(
        rf"(?:{'|'.join(apigateway.ROUTE_METHODS)}) /(?:{_SEGMENT}(?:/{_SEGMENT})*(?:/\{{[A-Za-z_][A-Za-z0-9_]*\+\}})?)?",
        f"must be a method ({', '.join(apigateway.ROUTE_METHODS)}), one space and a path without a slash at its end",
        "write it like GET /orders/{order_id}",
    ),
]


HttpAuthorizer = Literal["jwt", "cognito", "lambda", "iam"]


class PublicOr(Strict):
    """Who may call: an authorizer decides, unless the route is public and says why."""

    public: bool = Field(default=False, description="Whether everybody may call it, without any proof of who they are.")
    public_reason: Sentence | None = Field(default=None, description="Why everybody may call it; required with `public: true`.")

    @model_validator(mode="after")
    def _public_needs_reason(self) -> "PublicOr":
        if self.public and not self.public_reason:
            raise broken(
                "is required, because everybody may call it (public: true)",
                "say in one sentence why everybody may, or remove `public`", field="public_reason",
            )  # fmt: skip
        if not self.public and self.public_reason:
            raise broken("is for what is public only", "remove it, or write `public: true`", field="public_reason")
        if self.public and "authorizer" in self.model_fields_set:
            raise broken("says who may call, and public: true that everybody may", "remove one of the two", field="authorizer")
        return self


class HttpTrigger(PublicOr):
    """A route of the workload's HTTP API that invokes the function."""

    route: Route = Field(description="Method and path, such as POST /orders or GET /orders/{order_id}.")
    authorizer: HttpAuthorizer = Field(
        default="jwt",
        description="jwt: a token of the issuer in the settings; cognito: of the managed user pool; lambda: what the function "
        "`authorizer_function` decides; iam: a request signed by an AWS principal that is allowed execute-api:Invoke.",
    )  # fmt: skip
    authorizer_function: Name | None = Field(
        default=None, description="Function of the workload that decides; required with `authorizer: lambda`."
    )
    example: Annotated[Any, AfterValidator(plain)] = Field(default=None, description="Body of a request that succeeds: smoke checks send it.")

    @model_validator(mode="after")
    def _one_meaning(self) -> "HttpTrigger":
        if (self.authorizer == "lambda") != (self.authorizer_function is not None):
            if self.authorizer_function is None:
                raise broken("is required with `authorizer: lambda`", "name a function of the workload", field="authorizer_function")
            raise broken("is for `authorizer: lambda` only", "remove it, or write `authorizer: lambda`", field="authorizer_function")
        names = re.findall(r"\{(\w+)", self.route)
        if len(names) != len(set(names)):
            raise broken("names one path parameter twice", "give each its own name", field="route")
        return self

    @property
    def access(self) -> str:
        """Who may call: the authorizer, or none."""
        return "none" if self.public else self.authorizer


Origin = Annotated[
    str,
    Form(
        r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?",
        "must be an origin: https://, a host, and perhaps a port; http:// for this machine only",
        "write it like https://shop.example.com, without a slash at its end",
    ),
]
