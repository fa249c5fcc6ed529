"""A route of an HTTP API."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from platform_contract.platform.diagnostics import broken
from platform_contract.platform.routes import PublicOr, Route
from platform_contract.platform.text_types import Name, plain

HttpAuthorizer = Literal["jwt", "cognito", "lambda", "iam"]


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
