"""Who is in which room, and a message to all of them. No Lambda, no AWS: callers hand in store, post and clock."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from pydantic import ValidationError

from chat.contracts import MessageFrame, SendFrame
from shared.errors import Problem, first_fault

ROOMS_PER_CONNECTION = 10
CONCURRENCY = 10
"""Posts at a time: as many as a boto3 client keeps connections for."""
RESERVE_SECONDS = 7.0
"""No post begins with less left of the invocation: one takes 6 s at its worst (two attempts with 1 s to connect and 2 s to
answer), and what was not sent must still be told."""

Outcome = Literal["delivered", "gone", "failed", "no-time"]
Post = Callable[[str, bytes], Outcome]


class Store(Protocol):
    """Connections, and the rooms that they are in."""

    def open(self, connection_id: str, user_id: str) -> None:
        """Keeps a new connection."""

    def rooms(self, connection_id: str) -> frozenset[str] | None:
        """The connection's rooms; None if the connection is not kept (any more)."""

    def join(self, connection_id: str, room: str, most: int) -> bool:
        """Puts the connection into the room; False, and nothing written, if it is closed or in `most` rooms already."""

    def close(self, connection_id: str) -> None:
        """Forgets the connection and takes it out of its rooms. Done twice, it is done once."""

    def leave(self, connection_id: str, room: str) -> None:
        """Takes the connection out of one room, whether or not it is kept."""

    def members(self, room: str) -> Iterator[Sequence[str]]:
        """Pages of the connections in the room."""


def now() -> datetime:
    return datetime.now(UTC)


def read_json(body: str | None) -> dict[str, Any]:
    """What a frame holds. Raises Problem where that is no JSON object."""
    try:
        content = json.loads(body or "")
    except (ValueError, RecursionError):
        raise Problem(400, "the frame is not JSON") from None
    if not isinstance(content, dict):
        raise Problem(400, "the frame is not a JSON object")
    return content


def read_frame(content: dict[str, Any]) -> SendFrame:
    """Raises Problem that names the field at fault."""
    try:
        return SendFrame.model_validate(content)
    except ValidationError as error:
        fault = first_fault(error, "frame")
        raise Problem(400, fault.text, fault.field) from None


def enter(connection_id: str, room: str, store: Store) -> None:
    """Makes sure that the connection is in the room. Raises Problem 409 where it is in too many, 410 where it is closed."""
    rooms = store.rooms(connection_id)
    if rooms is None:
        raise Problem(410, "this connection is closed; connect again")
    if room in rooms:
        return
    if not store.join(connection_id, room, ROOMS_PER_CONNECTION):
        if len(rooms) >= ROOMS_PER_CONNECTION:
            raise Problem(409, f"a connection may be in {ROOMS_PER_CONNECTION} rooms; connect again for others", "room")
        raise Problem(410, "this connection was closed, or joined too many rooms at once; connect again", "room")


def message(frame: SendFrame, sender: str, message_id: str, correlation_id: str, clock: Callable[[], datetime]) -> MessageFrame:
    sent_at = clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return MessageFrame(
        room=frame.room, sender=sender, text=frame.text, sent_at=sent_at, message_id=message_id, correlation_id=correlation_id
    )


def broadcast(frame: MessageFrame, store: Store, post: Post, seconds_left: Callable[[], float]) -> Counter[Outcome]:
    """Sends the message to all connections of its room, and takes out those that are gone; tells how many of which.

    What is not delivered to somebody is not kept for them: whoever comes back reads on from there. When the invocation's time
    is nearly over the rest of the room is left out, counted as far as it was read. Errors of the store pass through; those of
    taking somebody out only after everybody has got the message.
    """
    data = frame.model_dump_json().encode()

    def send(connection_id: str) -> Outcome:
        return post(connection_id, data) if seconds_left() >= RESERVE_SECONDS else "no-time"

    outcomes: Counter[Outcome] = Counter()
    gone: list[str] = []
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for page in store.members(frame.room):
            for connection_id, outcome in zip(page, pool.map(send, page), strict=True):
                outcomes[outcome] += 1
                if outcome == "gone":
                    gone.append(connection_id)
            if outcomes["no-time"]:
                break
    for connection_id in gone:
        if seconds_left() < RESERVE_SECONDS:
            break  # the next message finds them gone again
        store.leave(connection_id, frame.room)
        store.close(connection_id)
    return outcomes
