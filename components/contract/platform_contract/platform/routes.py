"""What routes of all kinds of APIs have in common: how they are written, and who may call."""

from typing import Annotated

from pydantic import Field, model_validator

from platform_contract.platform import apigateway
from platform_contract.platform.diagnostics import broken
from platform_contract.platform.text_types import Form, Sentence, Strict

_SEGMENT = r"(?:[A-Za-z0-9._~-]+|\{[A-Za-z_][A-Za-z0-9_]*\})"

Route = Annotated[
    str,
    Form(
        rf"(?:{'|'.join(apigateway.ROUTE_METHODS)}) /(?:{_SEGMENT}(?:/{_SEGMENT})*(?:/\{{[A-Za-z_][A-Za-z0-9_]*\+\}})?)?",
        f"must be a method ({', '.join(apigateway.ROUTE_METHODS)}), one space and a path without a slash at its end",
        "write it like GET /orders/{order_id}",
    ),
]


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
