"""Parts of chat by themselves: in which order a room is served, and what a write does that meets another one."""

from types import SimpleNamespace

import pytest

from chat import logic
from chat.contracts import MessageFrame
from chat.store import ConnectionStore


def test_everybody_gets_the_message_before_anybody_is_taken_out():
    """So that an error of the store costs nobody the message."""

    class Failing(ConnectionStore):
        def __init__(self) -> None:
            pass

        def members(self, room):
            yield ["a", "b"]
            yield ["c"]

        def leave(self, connection_id, room):
            raise ConnectionError("network")

    posted = []

    def post(connection_id, data):
        posted.append(connection_id)
        return "gone" if connection_id == "a" else "delivered"

    frame = MessageFrame(room="tea", sender="anna", text="x", sent_at="now", message_id="1", correlation_id="c")
    with pytest.raises(ConnectionError):
        logic.broadcast(frame, Failing(), post, lambda: 60.0)
    assert sorted(posted) == ["a", "b", "c"]


class Cancelled(Exception):
    def __init__(self, *codes: str) -> None:
        super().__init__("Transaction cancelled")
        self.response = {"CancellationReasons": [{"Code": code} for code in codes]}


class Conflicting(Exception):
    pass


class BusyTable:
    """DynamoDB while another transaction is at work on the same item, for the first `times` writes."""

    exceptions = SimpleNamespace(
        TransactionCanceledException=Cancelled, TransactionConflictException=Conflicting, ConditionalCheckFailedException=KeyError
    )

    def __init__(self, times: int) -> None:
        self.left, self.done = times, []

    def _meet(self, conflict: Exception) -> None:
        if self.left:
            self.left -= 1
            raise conflict

    def transact_write_items(self, **_) -> None:
        self._meet(Cancelled("TransactionConflict", "None"))
        self.done.append("join")

    def delete_item(self, **_) -> None:
        self._meet(Conflicting())
        self.done.append("delete")

    def update_item(self, **_) -> dict:
        self._meet(Conflicting())
        self.done.append("mark")
        return {"Attributes": {}}


@pytest.mark.parametrize(("act", "done"), [
    (lambda store: store.join("c", "lobby", 10), ["join"]), (lambda store: store.leave("c", "lobby"), ["delete"]),
    (lambda store: store.close("c"), ["mark", "delete"]),
], ids=["join", "leave", "close"])  # fmt: skip
def test_a_write_that_meets_another_one_is_done_after_it(monkeypatch, act, done):
    """Two frames of one connection, or a frame and its end: SDKs do not repeat what DynamoDB refuses as a conflict."""
    monkeypatch.setattr("shared.writes.FIRST_WAIT_SECONDS", 0)
    table = BusyTable(times=2)
    assert act(ConnectionStore(table, "connections", "members")) in (None, True)
    assert (table.left, table.done) == (0, done)
