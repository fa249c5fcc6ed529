"""A WebSocket API, before anything is behind it: functions that send to its connections have to know it first."""

from typing import TypedDict

import pulumi
import pydantic
from pulumi_aws import apigatewayv2

from ..arguments import PlainArguments, checked


class SocketArgs(TypedDict):
    """Arguments of a Socket."""

    physical_name: str
    """Name of the API, at most 128 characters."""
    description: str
    """One sentence: what it is for."""
    tags: dict[str, str]
    """Tags of the API, besides the provider's default tags."""


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(min_length=1, max_length=128)


class Socket(pulumi.ComponentResource):
    """An API whose messages are routed by their field `action`; a SocketTrigger connects functions to it."""

    api_id: pulumi.Output[str]
    """Id of the API."""
    execution_arn: pulumi.Output[str]
    """ARN by which permissions name it."""
    endpoint: pulumi.Output[str]
    """URL of the API on AWS, wss://..., without its stage."""

    def __init__(self, name: str, args: SocketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Socket", name, _Knobs, SocketArgs, args)
        super().__init__("serverless-platform:index:Socket", name, {"physicalName": knobs.physical_name}, opts)
        self._api = apigatewayv2.Api(
            name, name=knobs.physical_name, description=args["description"], protocol_type="WEBSOCKET",
            route_selection_expression="$request.body.action", tags=args["tags"], opts=pulumi.ResourceOptions(parent=self),
        )  # fmt: skip
        self.api_id, self.execution_arn, self.endpoint = self._api.id, self._api.execution_arn, self._api.api_endpoint
        self.register_outputs({"api_id": self.api_id, "execution_arn": self.execution_arn, "endpoint": self.endpoint})
