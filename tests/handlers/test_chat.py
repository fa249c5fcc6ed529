"""Sockets as API Gateway calls their function: who is kept in which room in DynamoDB, and what is posted to whom."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from handler_support import Context, items, make_table

from chat import logic


class Gone(Exception):
    pass


class FakeManagement:
    """The management client: remembers frames; connections in `gone` are gone, those in `broken` answer with an error."""

    exceptions = SimpleNamespace(GoneException=Gone)

    def __init__(self) -> None:
        self.sent: dict[str, list[dict]] = {}
        self.gone: set[str] = set()
        self.broken: set[str] = set()

    def post_to_connection(self, ConnectionId: str, Data: bytes) -> None:
        if ConnectionId in self.gone:
            raise Gone
        if ConnectionId in self.broken:
            raise ConnectionError("secret-address")
        self.sent.setdefault(ConnectionId, []).append(json.loads(Data))


@pytest.fixture
def chat(aws, monkeypatch):
    from chat import socket
    from chat.posting import Socket

    names = {"TABLE_CONNECTIONS": make_table(aws, "room", sort_key="connection_id"), "TABLE_MEMBERS": make_table(aws, "connection_id")}
    for name, value in {**names, "WORKLOAD": "chat", "SOCKET_ENDPOINT": "https://api.example/live"}.items():
        monkeypatch.setenv(name, value)
    socket.parts.cache_clear()
    management = FakeManagement()
    made = socket.Parts(socket.parts().store, Socket(management))
    socket.parts.cache_clear()
    monkeypatch.setattr(socket, "parts", lambda: made)

    def kept() -> tuple[set[tuple[str, str]], set[str]]:
        listed = {(item["room"]["S"], item["connection_id"]["S"]) for item in items(aws, names["TABLE_CONNECTIONS"])}
        return listed, {item["connection_id"]["S"] for item in items(aws, names["TABLE_MEMBERS"])}

    return SimpleNamespace(management=management, sent=management.sent, kept=kept, names=names, store=made.store, aws=aws)


def call(route: str, connection: str, context: Context | None = None, user: str = "anna", **more) -> int:
    from chat.socket import handler

    event: dict = {
        "requestContext": {
            "routeKey": route, "connectionId": connection, "requestId": f"request-of-{connection}", "messageId": "m-1",
            "eventType": {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}.get(route, "MESSAGE"), "stage": "live",
            "authorizer": {"principalId": f"sub-{user}", "user": user, "integrationLatency": 5}, "domainName": "api.example",
        },
        "isBase64Encoded": False, **more,
    }  # fmt: skip
    reply = handler(event, context or Context())
    assert list(reply) == ["statusCode"]
    return reply["statusCode"]


def connect(connection: str, room: str | None = None, **more) -> int:
    return call("$connect", connection, queryStringParameters={"room": room} if room is not None else None, **more)


def send(connection: str, room: str = "tea", text: str = "hello", route: str = "send", context=None, user="anna", **more) -> int:
    return call(route, connection, context, user, body=json.dumps({"action": "send", "room": room, "text": text, **more}))


def conflicts(chat, monkeypatch, times: int) -> list[int]:
    """The next transactions meet another one on the same item; how many were tried is counted."""
    client, tried = chat.store._client, []
    real = client.transact_write_items

    def write(**request):
        tried.append(1)
        if len(tried) <= times:
            reasons = [{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}, {"Code": "None"}]
            raise client.exceptions.TransactionCanceledException({"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}, "T")
        return real(**request)

    monkeypatch.setattr(client, "transact_write_items", write)
    return tried


def test_two_frames_that_join_rooms_at_once_do_not_lose_one(chat, monkeypatch):
    connect("a")
    tried = conflicts(chat, monkeypatch, 2)
    assert send("a") == 200 and len(tried) == 3
    assert chat.kept() == ({("tea", "a")}, {"a"})


def test_a_conflict_that_lasts_is_a_failure_that_may_pass(chat, monkeypatch):
    from shared.errors import TransientFailure

    connect("a")
    tried = conflicts(chat, monkeypatch, 9)
    with pytest.raises(TransientFailure, match="other transactions are at work on the same items: TransactionConflict"):
        send("a")
    assert len(tried) == 4


def test_a_single_write_that_meets_a_transaction_is_tried_again(chat, monkeypatch):
    connect("a", "tea")
    client, met = chat.store._client, []
    real = client.delete_item

    def delete(**request):
        if not met:
            met.append(1)
            raise client.exceptions.TransactionConflictException({"Error": {"Code": "TransactionConflictException"}}, "DeleteItem")
        return real(**request)

    monkeypatch.setattr(client, "delete_item", delete)
    chat.store.close("a")
    assert met and chat.kept() == (set(), set())


def test_a_message_reaches_everybody_in_the_room_and_nobody_else(chat, metric_values):
    assert [connect("a", "tea"), connect("b", "tea"), connect("c", "coffee"), connect("d")] == [200] * 4
    assert send("a", text="  hello ", correlation_id="from-the-client") == 200
    assert set(chat.sent) == {"a", "b"}
    [frame] = chat.sent["b"]
    assert chat.sent["a"] == [frame]
    sent_at = datetime.fromisoformat(frame.pop("sent_at"))
    assert sent_at.tzinfo == UTC and abs((datetime.now(UTC) - sent_at).total_seconds()) < 60
    assert frame == {
        "type": "message", "room": "tea", "sender": "anna", "text": "hello", "message_id": "request-of-a",
        "correlation_id": "from-the-client",
    }  # fmt: skip
    assert metric_values() == {"Connections": 4, "MessagesSent": 1}


def test_the_first_frame_to_a_room_joins_it(chat):
    connect("a")
    connect("b", "tea")
    send("a")
    send("b", text="welcome", user="bob")
    assert [frame["text"] for frame in chat.sent["a"]] == ["hello", "welcome"]
    assert chat.kept() == ({("tea", "a"), ("tea", "b")}, {"a", "b"})


def test_disconnecting_leaves_all_rooms_and_may_come_twice(chat):
    connect("a", "tea")
    send("a", "coffee")
    connect("b", "tea")
    assert [call("$disconnect", "a"), call("$disconnect", "a"), call("$disconnect", "never-there")] == [200] * 3
    assert chat.kept() == ({("tea", "b")}, {"b"})


def test_what_is_kept_of_a_connection_expires(chat):
    connect("a", "tea")
    now = datetime.now(UTC).timestamp()
    for table in chat.names.values():
        [item] = items(chat.aws, table)
        assert 7200 < int(item["expires_at"]["N"]) - now < 7900


def test_a_connection_that_is_gone_is_taken_out_of_all_its_rooms(chat, log):
    connect("a", "tea")
    connect("b", "tea")
    send("b", "coffee")
    chat.management.gone.add("b")
    assert send("a", text="anyone?") == 200
    assert chat.kept() == ({("tea", "a")}, {"a"})
    assert [line["outcomes"] for line in log.of("INFO") if line["message"] == "message sent"][-1] == {"delivered": 1, "gone": 1}


def test_a_leftover_of_a_connection_that_is_not_kept_is_taken_out_as_well(chat):
    connect("a", "tea")
    connect("b", "tea")
    chat.aws.client("dynamodb").delete_item(TableName=chat.names["TABLE_MEMBERS"], Key={"connection_id": {"S": "b"}})
    chat.management.gone.add("b")
    send("a")
    assert chat.kept() == ({("tea", "a")}, {"a"})


def test_one_that_cannot_be_reached_holds_nobody_up_and_stays(chat, log, metric_values):
    for connection in "abc":
        connect(connection, "tea")
    chat.management.broken.add("b")
    assert send("a") == 200
    assert set(chat.sent) == {"a", "c"} and ("tea", "b") in chat.kept()[0]
    [line] = log.of("WARNING")
    assert (line["message"], line["connection_id"]) == ("frame not delivered", "b")
    assert line["correlation_id"] == "request-of-a"
    assert metric_values()["FramesUndelivered"] == 1


def test_the_senders_id_is_on_every_line_of_its_message_and_on_none_of_another(chat, log):
    """Posts run in threads of their own; what they log belongs to the message all the same."""
    for connection in "abc":
        connect(connection, "tea")
    chat.management.broken.add("b")
    before = len(log.of("INFO")) + len(log.of("WARNING"))
    send("a", correlation_id="from-anna")
    lines = [line for line in log.of("INFO") + log.of("WARNING") if line["message"] in ("message sent", "frame not delivered")]
    assert [(line["message"], line["correlation_id"]) for line in lines] == [
        ("message sent", "from-anna"), ("frame not delivered", "from-anna"),
    ]  # fmt: skip
    assert len(log.of("INFO")) + len(log.of("WARNING")) == before + len(lines)
    send("c", user="carl")
    assert log.of("INFO")[-1]["correlation_id"] == log.of("WARNING")[-1]["correlation_id"] == "request-of-c"


def test_a_connection_that_has_expired_gets_nothing(chat, monkeypatch):
    connect("a", "tea")
    monkeypatch.setattr(chat.store, "_clock", lambda: datetime.now(UTC).timestamp() + 8000)
    connect("b", "tea")
    send("b")
    assert set(chat.sent) == {"b"}


def test_a_large_room_is_read_to_its_end(chat, monkeypatch):
    from chat import store

    monkeypatch.setattr(store, "PAGE", 7)
    for number in range(30):
        connect(f"c-{number}", "tea")
    send("c-0")
    assert len(chat.sent) == 30


def test_when_time_is_nearly_over_the_rest_is_told_as_an_error(chat, log, metric_values):
    for connection in "abc":
        connect(connection, "tea")
    assert send("a", context=Context(remaining_milliseconds=6999)) == 200
    assert chat.sent == {}
    [line] = log.of("ERROR")
    assert line["outcomes"] == {"no-time": 3}
    assert metric_values()["FramesUndelivered"] == 3


@pytest.mark.parametrize(
    ("body", "status", "message", "field"),
    [
        ("{", 400, "the frame is not JSON", None),
        ("[" * 100_000, 400, "the frame is not JSON", None),
        ("[]", 400, "the frame is not a JSON object", None),
        ('{"action": "dance"}', 400, "action: Input should be 'send' (and 2 more)", "action"),
        ('{"action": "send", "room": "Tea", "text": "x"}', 400, "room: String should match pattern '^[a-z0-9-]{1,40}$'", "room"),
        ('{"action": "send", "room": "tea", "text": "  "}', 400, "text: String should have at least 1 character", "text"),
        ('{"action": "send", "room": "tea", "text": "x", "sender": "bob"}', 400, "sender: Extra inputs are not permitted", "sender"),
    ],
)
@pytest.mark.parametrize("route", ["send", "$default"])
def test_a_bad_frame_is_told_to_its_sender_alone(chat, log, route, body, status, message, field):
    connect("a", "tea")
    connect("b", "tea")
    assert call(route, "a", body=body) == status
    problem = {"type": "problem", "message": message, "field": field, "correlation_id": "request-of-a"}
    assert chat.sent == {"a": [problem]}
    [line] = log.of("WARNING")
    assert (line["reason"], line["connection_id"]) == (message, "a")


@pytest.mark.parametrize(("sent", "used"), [("from-anna", "from-anna"), ("two words", "request-of-a"), (7, "request-of-a")])
def test_a_frame_that_is_refused_is_told_under_its_senders_id(chat, log, sent, used):
    connect("a", "tea")
    assert call("send", "a", body=json.dumps({"action": "send", "room": "tea", "text": "  ", "correlation_id": sent})) == 400
    assert [frame["correlation_id"] for frame in chat.sent["a"]] == [line["correlation_id"] for line in log.of("WARNING")] == [used]


def test_what_is_said_is_not_logged(chat, log):
    connect("a", "tea")
    send("a", text="secret-text")
    call("send", "a", body='{"action": "send", "room": "secret room"}')
    assert "secret" not in log.stream.getvalue()


def test_a_bad_room_refuses_the_connection_and_nothing_is_kept(chat):
    assert connect("a", "No Room") == 400
    assert chat.kept() == (set(), set())
    assert chat.sent == {}


def test_ten_rooms_are_enough(chat):
    connect("a", "room-0")
    assert [send("a", f"room-{number}") for number in range(10)] == [200] * 10
    assert send("a", "room-10") == 409
    assert chat.sent["a"][-1]["message"] == "a connection may be in 10 rooms; connect again for others"
    assert send("a", "room-3") == 200
    assert len(chat.kept()[0]) == 10


def test_a_frame_of_a_connection_that_is_closed_joins_nothing(chat):
    assert send("a") == 410
    assert chat.kept() == (set(), set())


def test_a_connection_closed_while_it_joins_leaves_nothing_behind(chat, monkeypatch):
    connect("a")
    real = chat.store.rooms

    def rooms(connection_id):
        found = real(connection_id)
        call("$disconnect", connection_id)
        return found

    monkeypatch.setattr(chat.store, "rooms", rooms)
    assert send("a") == 410
    assert chat.kept() == (set(), set())


def test_an_event_without_a_verified_caller_is_an_error_and_not_a_guest(chat):
    from chat.socket import handler

    event = {"requestContext": {"routeKey": "send", "connectionId": "a", "requestId": "r"}, "body": "{}"}
    with pytest.raises(ValueError, match="authorizer"):
        handler(event, Context())


def test_the_client_that_posts_knows_where_and_gives_up_early(aws, monkeypatch):
    from chat import socket

    for name in ("TABLE_CONNECTIONS", "TABLE_MEMBERS"):
        monkeypatch.setenv(name, "table")
    monkeypatch.setenv("WORKLOAD", "chat")
    monkeypatch.setenv("SOCKET_ENDPOINT", "http://127.0.0.1:9/_aws/execute-api/abc/live")
    socket.parts.cache_clear()
    client = socket.parts().socket._client
    socket.parts.cache_clear()
    assert client.meta.endpoint_url == "http://127.0.0.1:9/_aws/execute-api/abc/live"
    retries = client.meta.config.retries["total_max_attempts"]
    config = client.meta.config
    assert retries * (config.connect_timeout + config.read_timeout) < logic.RESERVE_SECONDS
    assert config.max_pool_connections >= logic.CONCURRENCY
