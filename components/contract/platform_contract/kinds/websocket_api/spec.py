"""A message, or the begin or end of a connection, of the workload's WebSocket API."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from platform_contract.platform.diagnostics import broken
from platform_contract.platform.routes import PublicOr
from platform_contract.platform.text_types import Form, Name, Strict

SocketRoute = Annotated[
    str,
    Form(
        r"\$connect|\$disconnect|\$default|[A-Za-z][A-Za-z0-9_-]{0,63}",
        "must be $connect, $disconnect, $default, or the `action` of a message",
        "write it like $connect or send",
    ),
]


class WebSocketTrigger(Strict):
    """A route of the workload's WebSocket API; a message's route is its field `action`."""

    route: SocketRoute = Field(description="$connect, $disconnect, $default (every other message), or a message's `action`.")


class WebSocketApiSpec(PublicOr):
    """Who may connect; what a connection sends later is its own."""

    authorizer: Literal["lambda", "iam"] = Field(
        default="lambda",
        description="lambda: what the function `authorizer_function` decides; iam: a signed request of a principal that may call.",
    )  # fmt: skip
    authorizer_function: Name | None = Field(
        default=None, description="Function of the workload that decides who may connect; required with `authorizer: lambda`."
    )

    @model_validator(mode="after")
    def _named(self) -> "WebSocketApiSpec":
        wanted = self.authorizer == "lambda" and not self.public
        if not wanted and self.authorizer_function:
            raise broken("is for `authorizer: lambda` only", "remove it", field="authorizer_function")
        return self

    @property
    def access(self) -> str:
        """Who may connect: the authorizer, or none."""
        return "none" if self.public else self.authorizer
