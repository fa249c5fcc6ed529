"""The WebSocket API of chat: who may connect, whom a message reaches, and what is left of a connection that is gone.

Not to be had here: lines of the function's log, which the emulator keeps of authorizers only. That every line of a frame carries
its sender's correlation id is shown in tests/handlers/test_chat.py; here it is followed into the frames that everybody gets.
"""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from shared.tokens import CLOCK_LEEWAY_SECONDS
from tests.end_to_end.calls import log_lines, token_of, within

pytestmark = pytest.mark.end_to_end

SECONDS = 20
"""Longest wait for a frame or a handshake; one takes well below a second once the function is warm."""


class Chat:
    """Chat's API as its clients see it, and its tables as its function leaves them."""

    def __init__(self, platform) -> None:
        workload = platform.inventory.workloads["chat"]
        api = workload.apis["socket"]
        self._url = platform.url(api.api_id, api.stage).replace("http://", "ws://")
        self._dynamodb = platform.cloud.client("dynamodb")
        self._tables = {name: table.physical_name for name, table in workload.tables.items()}
        self.api, self.platform, self.open = api, platform, ExitStack()

    def connected(self, token: str | None, room: str | None = None, *, in_query: bool = False, **headers: str) -> ClientConnection:
        """A client; closed after the test at the latest. Raises InvalidStatus where it is refused."""
        query = [f"room={room}"] if room else []
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token and in_query:
            query.append(f"token={token}")
        elif token:
            sent["authorization"] = f"Bearer {token}"
        url = "?".join([self._url, *(["&".join(query)] if query else [])])
        return self.open.enter_context(connect(url, additional_headers=sent, open_timeout=SECONDS, close_timeout=SECONDS))

    def rows(self, table: str) -> list[dict]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._tables[table])
        return [item for page in pages for item in page["Items"]]

    def present(self, room: str) -> set[str]:
        """Connections that the room lists."""
        return {row["connection_id"]["S"] for row in self.rows("connections") if row["room"]["S"] == room}

    def members(self) -> set[str]:
        """Connections that are kept at all."""
        return {row["connection_id"]["S"] for row in self.rows("members")}

    def put(self, table: str, row: dict) -> None:
        self._dynamodb.put_item(TableName=self._tables[table], Item=row)


@pytest.fixture
def chat(platform) -> Iterator[Chat]:
    made = Chat(platform)
    with made.open:
        yield made


@pytest.fixture
def room() -> str:
    return f"room-{uuid.uuid4().hex[:8]}"


def say(client: ClientConnection, room: str, text: str, **more: str) -> None:
    client.send(json.dumps({"action": "send", "room": room, "text": text, **more}))


def heard(client: ClientConnection) -> dict:
    return json.loads(client.recv(SECONDS))


def refusal(chat: Chat, token: str | None, **options) -> int:
    with pytest.raises(InvalidStatus) as refused:
        chat.connected(token, **options)
    return refused.value.response.status_code


def denials(platform) -> list[str]:
    return [line["reason"] for line in log_lines(platform, "chat", "gate") if line.get("message") == "connection denied"]


def decided(platform, correlation_id: str) -> list[str]:
    """What the authorizer logged about whoever connected with this correlation id."""
    lines = [line for line in log_lines(platform, "chat", "gate") if line.get("correlation_id") == correlation_id]
    return [line["message"] for line in lines if line.get("message", "").startswith("connection ")]


@pytest.mark.parametrize("in_query", [False, True], ids=["header", "query"])
def test_a_token_of_the_pool_connects(chat, room, in_query):
    client = chat.connected(chat.platform.token, room, in_query=in_query)
    say(client, room, "hello")
    assert heard(client)["text"] == "hello"
    assert len(chat.present(room)) == 1


def test_without_a_token_nobody_connects(chat, room):
    assert refusal(chat, None, room=room) == 403
    assert chat.present(room) == set()


def test_a_token_that_somebody_else_signed_is_refused(chat, room):
    """Same claims, same key id, another key."""
    good = chat.platform.token
    claims = jwt.decode(good, options={"verify_signature": False})
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = jwt.encode(claims, other, "RS256", headers={"kid": jwt.get_unverified_header(good)["kid"]})
    assert refusal(chat, forged, room=room) == refusal(chat, forged, room=room, in_query=True) == 403
    assert chat.present(room) == set()
    assert within(SECONDS, lambda: "InvalidSignatureError" in denials(chat.platform))


@pytest.fixture
def short_lived(platform) -> Iterator[str]:
    """A token of the pool that is good for a second: shorter than AWS allows (5 minutes), so that nobody has to wait for its end."""
    identity, cognito = platform.inventory.identity, platform.cloud.client("cognito-idp")
    app = {"UserPoolId": identity.user_pool_id, "ClientId": identity.client_id}
    before = cognito.describe_user_pool_client(**app)["UserPoolClient"]
    told = ("CreationDate", "LastModifiedDate", "ClientSecret")  # by the pool, which takes none of them
    kept = {name: value for name, value in before.items() if name not in told and value not in ("", None)}
    units = {"AccessToken": "seconds", "IdToken": "minutes", "RefreshToken": "days"}
    cognito.update_user_pool_client(**{**kept, "AccessTokenValidity": 1, "TokenValidityUnits": units})
    try:
        token = token_of(platform)
    finally:
        cognito.update_user_pool_client(**kept)
    yield token


def test_a_token_that_has_expired_is_refused(chat, room, short_lived):
    ends = jwt.decode(short_lived, options={"verify_signature": False})["exp"]
    time.sleep(max(0.0, ends + CLOCK_LEEWAY_SECONDS + 1.5 - time.time()))
    assert refusal(chat, short_lived, room=room) == 403
    assert chat.present(room) == set()
    assert within(SECONDS, lambda: "ExpiredSignatureError" in denials(chat.platform))


def test_a_room_that_is_none_refuses_the_connection(chat):
    """The authorizer lets it pass; it is the function that says no. The emulator answers 403 whatever the function's status is."""
    before, correlation_id = chat.members(), f"refused-{uuid.uuid4().hex}"
    assert refusal(chat, chat.platform.token, room="No_Room", x_correlation_id=correlation_id) == 403
    assert chat.members() == before
    assert within(SECONDS, lambda: decided(chat.platform, correlation_id) == ["connection allowed"])


def test_a_message_reaches_its_room_and_nobody_else(chat, room):
    other = f"{room}-other"
    first, second = chat.connected(chat.platform.token, room), chat.connected(token_of(chat.platform), room)
    elsewhere = chat.connected(token_of(chat.platform), other)
    say(first, room, "  for this room ", correlation_id="said-by-first")
    got = heard(first)
    assert heard(second) == got
    sender = jwt.decode(chat.platform.token, options={"verify_signature": False})["username"]
    told = {"type": "message", "room": room, "sender": sender, "text": "for this room", "correlation_id": "said-by-first"}
    assert {name: got[name] for name in told} == told
    # Frames of a connection come in order: had the message reached the other room, it would be the first here.
    say(elsewhere, other, "for that room")
    assert heard(elsewhere)["text"] == "for that room"
    for client in (first, second, elsewhere):
        with pytest.raises(TimeoutError):
            client.recv(0.5)


def test_the_first_message_to_a_room_joins_it(chat, room):
    late, other = chat.connected(chat.platform.token), chat.connected(token_of(chat.platform), room)
    say(other, room, "before")
    assert heard(other)["text"] == "before"
    say(late, room, "here I am")
    assert heard(late)["text"] == heard(other)["text"] == "here I am"


def test_the_id_of_who_connects_is_in_the_log_of_the_decision(chat, room):
    correlation_id = f"connects-{uuid.uuid4().hex}"
    chat.connected(chat.platform.token, room, x_correlation_id=correlation_id)
    assert within(SECONDS, lambda: decided(chat.platform, correlation_id) == ["connection allowed"])


def test_who_leaves_is_forgotten(chat, room):
    staying, leaving = chat.connected(chat.platform.token, room), chat.connected(token_of(chat.platform), room)
    say(leaving, f"{room}-other", "in two rooms")
    heard(leaving)
    (gone,) = chat.present(f"{room}-other")
    leaving.close()
    assert within(SECONDS, lambda: gone not in chat.present(room) | chat.present(f"{room}-other") | chat.members())
    say(staying, room, "alone?")
    assert heard(staying)["text"] == "alone?"
    assert len(chat.present(room)) == 1


def test_who_vanishes_without_a_word_is_forgotten_too(chat, room):
    """The line is cut, no closing frame is sent: whoever holds the other end notices, and $disconnect runs."""
    staying, lost = chat.connected(chat.platform.token, room), chat.connected(token_of(chat.platform), room)
    assert len(chat.present(room)) == 2
    lost.socket.shutdown(2)
    assert within(SECONDS, lambda: len(chat.present(room)) == 1)
    say(staying, room, "still here")
    assert heard(staying)["text"] == "still here"


def test_a_connection_whose_end_was_never_told_goes_with_the_next_message(chat, room):
    """AWS tries $disconnect once and promises nothing. So: a connection that ends, and both tables as if nobody had said so."""
    staying, lost = chat.connected(chat.platform.token, room), chat.connected(token_of(chat.platform))
    before = chat.present(room)
    for where in (room, f"{room}-other"):
        say(lost, where, "me too")
        assert heard(lost)["room"] == where
    (stale,) = chat.present(room) - before
    left = [(table, row) for table in ("connections", "members") for row in chat.rows(table) if row["connection_id"]["S"] == stale]
    assert len(left) == 3
    lost.close()
    assert within(SECONDS, lambda: stale not in chat.present(room) | chat.present(f"{room}-other") | chat.members())
    for table, row in left:
        chat.put(table, row)

    assert heard(staying)["text"] == "me too"
    say(staying, room, "anybody?")
    assert heard(staying)["text"] == "anybody?"
    assert within(SECONDS, lambda: stale not in chat.present(room) | chat.present(f"{room}-other") | chat.members())
    assert chat.present(room) == before


@pytest.mark.parametrize(("frame", "field", "told"), [
    ("no JSON", None, "the frame is not JSON"),
    ("[]", None, "the frame is not a JSON object"),
    ('{"action": "dance"}', "action", "action: Input should be 'send' (and 2 more)"),
    ('{"action": "send", "room": "No Room", "text": "x"}', "room", "room: String should match pattern '^[a-z0-9-]{1,40}$'"),
    ('{"action": "send", "room": "tea", "text": ""}', "text", "text: String should have at least 1 character"),
])  # fmt: skip
def test_a_bad_frame_is_told_to_its_sender_and_the_connection_goes_on(chat, room, frame, field, told):
    """The first three have no route of their own, so they come by $default."""
    sender, other = chat.connected(chat.platform.token, room), chat.connected(token_of(chat.platform), room)
    sender.send(frame)
    problem = heard(sender)
    assert (problem["type"], problem["field"], problem["message"]) == ("problem", field, told)
    say(sender, room, "now a good one")
    assert heard(sender)["text"] == heard(other)["text"] == "now a good one"
