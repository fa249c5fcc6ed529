"""Drives chat."""

import json
import uuid

from websockets.sync.client import ClientConnection, connect

from local.smoke import Access
from tests.end_to_end.calls import token_of
from tests.end_to_end.drivers import eventually

SECONDS = 20


def drive(access: Access) -> None:
    """Two people in a room, a frame that is none, a connection that closes, and one that went without a word."""
    workload, room = access.inventory.workloads["chat"], f"driven-{uuid.uuid4().hex[:8]}"
    (api,) = workload.apis.values()
    url = access.url(api.api_id, api.stage).replace("http://", "ws://")

    def joined(token: str) -> ClientConnection:
        headers = {"authorization": f"Bearer {token}"}
        return connect(f"{url}?room={room}", additional_headers=headers, open_timeout=SECONDS, close_timeout=SECONDS)

    dynamodb, table = access.cloud.client("dynamodb"), workload.tables["connections"].physical_name

    def present() -> int:
        return dynamodb.query(
            TableName=table, KeyConditionExpression="room = :room", ExpressionAttributeValues={":room": {"S": room}}
        )["Count"]

    with joined(access.token) as first:
        with joined(token_of(access)) as second:
            first.send(json.dumps({"action": "send", "room": room, "text": "driven"}))
            assert [json.loads(each.recv(SECONDS))["text"] for each in (first, second)] == ["driven", "driven"]
            second.send("no frame")
            assert json.loads(second.recv(SECONDS))["type"] == "problem"
        eventually("the closed connection had left the room", lambda: present() == 1)
        stale = {"room": {"S": room}, "connection_id": {"S": "gone"}, "expires_at": {"N": "99999999999"}}
        dynamodb.put_item(TableName=table, Item=stale)
        first.send(json.dumps({"action": "send", "room": room, "text": "again"}))
        assert json.loads(first.recv(SECONDS))["text"] == "again"
        eventually("the stale connection was taken out of the room", lambda: present() == 1)
