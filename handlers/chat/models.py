"""Events of a WebSocket API as far as the function reads them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Authorized(_Model):
    """What the authorizer said of the connection, the same in each of its events."""

    principal_id: str = Field(alias="principalId", min_length=1)
    user: str = Field(min_length=1)


class RequestContext(_Model):
    """Where an event comes from."""

    route_key: str = Field(alias="routeKey")
    connection_id: str = Field(alias="connectionId", min_length=1)
    request_id: str = Field(alias="requestId")
    authorizer: Authorized


class SocketEvent(_Model):
    """One event: $connect (with headers and query), $disconnect, or a client's frame (body)."""

    request_context: RequestContext = Field(alias="requestContext")
    headers: dict[str, Any] | None = None
    query: dict[str, str] | None = Field(default=None, alias="queryStringParameters")
    body: str | None = None
