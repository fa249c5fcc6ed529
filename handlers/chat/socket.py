"""$connect, $disconnect and the frames that clients send: parse, one call into the logic, answer.

API Gateway calls a WebSocket's function once and never again: a frame whose function fails is lost, and its sender is told so by
the API. Who needs to know that a message was taken waits for the message itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from chat import logic
from chat.contracts import ProblemFrame, Room
from chat.models import SocketEvent
from chat.posting import Socket
from chat.store import ConnectionStore
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import Problem
from shared.observability import (
    CORRELATION_ATTRIBUTE,
    CORRELATION_HEADER,
    accept_correlation_id,
    annotate,
    correlation_id,
    count,
    in_this_trace,
    instrumented,
    logger,
    sent_id,
)

_ROOM: TypeAdapter[str] = TypeAdapter(Room)
POST_ATTEMPTS = 2


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_connections: str = Field(min_length=3)
    table_members: str = Field(min_length=3)
    socket_endpoint: str = Field(pattern=r"^https?://", description="Management URL of the WebSocket API's stage")


@dataclass(frozen=True)
class Parts:
    """What lives as long as the execution environment."""

    store: ConnectionStore
    socket: Socket


@cache
def parts() -> Parts:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    management = client("apigatewaymanagementapi", attempts=POST_ATTEMPTS, endpoint=config.socket_endpoint)
    return Parts(ConnectionStore(client("dynamodb"), config.table_connections, config.table_members), Socket(management))


def connect(event: SocketEvent, _: Any) -> None:
    """Keeps the connection; query parameter `room`, if there is one, joins that room at once."""
    context = event.request_context
    room = (event.query or {}).get("room")
    try:
        room = _ROOM.validate_python(room) if room is not None else None
    except ValidationError:
        raise Problem(400, "a room is 1 to 40 lower-case letters, digits or hyphens", "room") from None
    parts().store.open(context.connection_id, context.authorizer.principal_id)
    if room:
        logic.enter(context.connection_id, room, parts().store)
    count("Connections")
    logger.info("connected", room=room)


def disconnect(event: SocketEvent, _: Any) -> None:
    parts().store.close(event.request_context.connection_id)
    logger.info("disconnected")


def receive(event: SocketEvent, lambda_context: Any) -> None:
    """A client's frame, whatever route it came by: to $default come those that no route is for, with the same answer."""
    context = event.request_context
    content = logic.read_json(event.body)
    # Before the frame is judged: the answer to one that is refused carries its sender's id, too.
    accept_correlation_id(sent_id(content, CORRELATION_ATTRIBUTE), context.request_id)
    frame = logic.read_frame(content)
    logic.enter(context.connection_id, frame.room, parts().store)
    message = logic.message(frame, context.authorizer.user, context.request_id, correlation_id(), logic.now)

    def seconds_left() -> float:
        return float(lambda_context.get_remaining_time_in_millis()) / 1000

    outcomes = logic.broadcast(message, parts().store, in_this_trace(parts().socket.post), seconds_left)
    count("MessagesSent")
    undelivered = outcomes["failed"] + outcomes["no-time"]
    if undelivered:
        count("FramesUndelivered", undelivered)
    tell = logger.error if outcomes["no-time"] else logger.info
    tell("message sent", room=frame.room, outcomes=dict(outcomes))


ROUTES: dict[str, Callable[[SocketEvent, Any], None]] = {"$connect": connect, "$disconnect": disconnect}


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    parsed = SocketEvent.model_validate(event)
    where = parsed.request_context
    sent = {name.lower(): value for name, value in (parsed.headers or {}).items()}
    accept_correlation_id(sent.get(CORRELATION_HEADER), where.request_id)
    annotate("route", where.route_key)
    with logger.append_context_keys(connection_id=where.connection_id):
        try:
            ROUTES.get(where.route_key, receive)(parsed, context)
        except Problem as problem:
            logger.warning("frame refused", status=problem.status, reason=problem.message, field=problem.field)
            if where.route_key not in ROUTES:
                frame = ProblemFrame(message=problem.message, field=problem.field, correlation_id=correlation_id())
                parts().socket.post(where.connection_id, frame.model_dump_json().encode())
            return {"statusCode": problem.status}
    return {"statusCode": 200}


if in_lambda():
    parts()
