"""How tests reach the platform: HTTP calls, tokens, logs, queues."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any


def send(url: str, method: str, token: str | None, body: Any = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """One HTTP call: status, body, headers by lower-case name."""
    sent = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if token:
        sent["authorization"] = f"Bearer {token}"
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        reply = urllib.request.urlopen(urllib.request.Request(url, data, sent, method=method), timeout=60)
    except urllib.error.HTTPError as refused:
        reply = refused
    with reply:
        return reply.status, reply.read(), {name.lower(): value for name, value in reply.headers.items()}


def send_signed(access, url: str, method: str, body: Any = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """One HTTP call that the account itself has signed, for routes with `authorizer: iam`."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    sent = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    data = None if body is None else json.dumps(body).encode()
    request = AWSRequest(method, url, headers=sent, data=data)
    SigV4Auth(Credentials(access.inventory.account_id, "local"), "execute-api", access.inventory.region).add_auth(request)
    return send(url, method, None, data, **dict(request.headers))


def api_url(access, workload: str, path: str = "") -> str:
    """Local URL of a path of the workload's HTTP API."""
    api = access.inventory.workloads[workload].apis["http"]
    return access.url(api.api_id, api.stage) + path


def log_lines(access, workload: str, function: str) -> list[dict]:
    """The JSON lines of a function's log (Lambda's own START, END and REPORT lines are plain text in the emulator)."""
    group = access.inventory.workloads[workload].functions[function].log_group
    pages = access.cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    messages = [event["message"] for page in pages for event in page["events"]]
    return [json.loads(message) for message in messages if message.lstrip().startswith("{")]


def token_of(access, *groups: str, name: str = "") -> str:
    """An access token of a user of the managed pool: another one at each call unless named."""
    return access.token_for(name or f"{uuid.uuid4().hex}@example.com", *groups)


PATIENCE_SECONDS = 150
"""What is waited for at least where something is to happen at all: on a busy machine a call of a worker times out, and its message
comes back after 5 and 40 s. A test that succeeds takes none of it."""


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether `condition` holds within these seconds: below ten just these, for what must not happen; else with patience."""
    deadline = time.monotonic() + (seconds if seconds < 10 else max(seconds, PATIENCE_SECONDS))
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def waiting(access, url: str) -> int:
    """Messages of a queue, those that a worker has in hand included."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    attributes = access.cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
    return sum(int(attributes[name]) for name in names)
