"""AWS as a function meets it on a bad day: calls that are refused, that never come back, or that succeed unheard.

`install` puts a hook behind `shared.clients.client` of a copy of the project, and shortens timeouts so that a test can wait for them; the
rest is as it is shipped. `Faults` says, while a stack runs, which calls of which functions go wrong.
"""

import json
import re
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.checkout import Checkout
from tests.end_to_end.calls import log_lines

TIMEOUTS = {
    "orders.api": 4, "receipts.worker": 3, "partners.quotes": 4, "inventory.api": 4, "media.process": 4, "documents.preview": 3,
    "notifications.deliver": 4, "clickstream.transform": 4, "search-index.index": 4, "chat.socket": 10,
}  # fmt: skip
"""Seconds. Enough for a cold start beside other work; the posts of `chat` keep 7 s of theirs back."""

CONCURRENCY = 10
"""Runs at the same time, instead of the embedded cloud's 50: a test fills them."""

WORKLOADS = sorted({name.split(".")[0] for name in TIMEOUTS})

SECONDS = 60
"""Longest wait for what happens within one visibility timeout; measured: 20 s."""

HOOK = '''

_sound = client


def client(*arguments: Any, **named: Any) -> Any:  # noqa: F811
    """A client whose calls go wrong as a test says, tests/end_to_end/faults.py."""
    made = _sound(*arguments, **named)
    made.meta.events.register_first("before-parameter-build", _before, unique_id="before")
    made.meta.events.register_first("after-call", _after, unique_id="after")
    return made


def _planned(model: Any, text: str, moment: str) -> str:
    import json

    with open(PLAN) as file:
        faults = json.load(file).values()
    return next((each["does"] for each in faults if each["operation"] == model.name and each["holds"] in text and each["moment"] == moment), "")


def _go_wrong(model: Any, text: str, moment: str) -> None:
    import time

    while (does := _planned(model, text, moment)) in ("hang", "wait"):
        time.sleep(3600 if does == "hang" else 0.1)
    if does:
        raise RuntimeError(f"of this test: {does}")


def _before(params: Any, model: Any, context: Any, **_: Any) -> None:
    context["said"] = str(params)
    _go_wrong(model, context["said"], "before")


def _after(http_response: Any, model: Any, context: Any, **_: Any) -> None:
    if http_response.status_code < 300:
        _go_wrong(model, context.get("said", ""), "after")
'''


def install(copy: Checkout) -> "Faults":
    """Prepares a copy before its first `make up`."""
    plan = copy.folder / "faults.json"
    plan.write_text("{}")
    clients = copy.folder / "handlers/shared/clients.py"
    clients.write_text(clients.read_text() + HOOK.replace("PLAN", repr(str(plan))))
    copy.edit("local/cloud.py", '"LAMBDA_ACCOUNT_CONCURRENCY": "50"', f'"LAMBDA_ACCOUNT_CONCURRENCY": "{CONCURRENCY}"')
    for name, seconds in TIMEOUTS.items():
        workload, function = name.split(".")
        manifest = copy.folder / f"workloads/{workload}.yaml"
        changed, times = re.subn(
            rf"(?m)(^  {function}:\n(?:    .*\n)*?    timeout_seconds: )\d+$", rf"\g<1>{seconds}", manifest.read_text()
        )
        assert times == 1, f"{name} has no timeout of its own"
        manifest.write_text(changed)
    return Faults(plan)


class Faults:
    """Which calls go wrong at the moment: the file that the hook reads at every call."""

    def __init__(self, plan: Path) -> None:
        self._plan = plan

    def begin(self, operation: str, holds: str, does: str = "hang", moment: str = "before") -> str:
        """From now on every `operation` (`PutItem`) whose parameters hold this text goes wrong; a name to end it by.

        does: `hang` until the function is cut off, `wait` until the fault ends, else the words of the exception. moment: `before` the call is made, or `after` it
        succeeded, so that the work is done and the function does not get to know.
        """
        name = uuid.uuid4().hex
        self._write(self._read() | {name: {"operation": operation, "holds": holds, "does": does, "moment": moment}})
        return name

    def end(self, name: str) -> None:
        self._write({key: value for key, value in self._read().items() if key != name})

    @contextmanager
    def during(self, operation: str, holds: str, does: str = "hang", moment: str = "before") -> Iterator[None]:
        name = self.begin(operation, holds, does, moment)
        try:
            yield
        finally:
            self.end(name)

    def _read(self) -> dict[str, dict[str, str]]:
        return json.loads(self._plan.read_text())

    def _write(self, faults: dict[str, dict[str, str]]) -> None:
        """As a whole: a function may read at any moment."""
        fresh = self._plan.with_suffix(".new")
        fresh.write_text(json.dumps(faults))
        fresh.replace(self._plan)


def entry(access: Any, name: str) -> Any:
    workload, function = name.split(".")
    return access.inventory.workloads[workload].functions[function]


def cut_off(access: Any, name: str) -> int:
    """How many runs of a function the embedded cloud has ended for their time."""
    pages = access.cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=entry(access, name).log_group)
    return sum("Task timed out" in event["message"] for page in pages for event in page["events"])


def lines(access: Any, name: str, **having) -> list[dict]:
    workload, function = name.split(".")
    return [line for line in log_lines(access, workload, function) if having.items() <= line.items()]


def notification(word: str, priority: str = "normal") -> dict[str, str]:
    """What an event of `notifications` is about; `word` is 32 hexadecimal digits."""
    return {
        "notification_id": f"ntf_{word}", "requested_by": "test", "requested_at": "2026-01-01T00:00:00+00:00", "recipient": "anna",
        "subject": word, "text": "It arrives.", "priority": priority,
    }  # fmt: skip


@contextmanager
def no_concurrency(access: Any, faults: Faults) -> Iterator[None]:
    """Other runs have all the concurrency of the account, for 15 s at most: every further one is refused.

    The embedded cloud knows no reserved concurrency of what is called through an alias, so this is how a test comes to a throttle.
    """
    import boto3
    from botocore.config import Config

    aws = boto3.client(
        "lambda", endpoint_url=access.cloud.endpoint, region_name=access.inventory.region, aws_access_key_id=access.inventory.account_id,
        aws_secret_access_key="local", config=Config(retries={"total_max_attempts": 1}, max_pool_connections=4 * CONCURRENCY),
    )  # fmt: skip
    word, function = uuid.uuid4().hex, entry(access, "notifications.escalate").alias_arn
    data = notification(word, "high")
    event = {
        "version": "0", "id": str(uuid.uuid4()), "source": "notifications", "detail-type": "NotificationRequested", "account": "0", "region": "r",
        "time": "2026-01-01T00:00:00Z", "resources": [], "detail": {"meta": {"correlation_id": word}, "data": data},
    }  # fmt: skip
    refused = threading.Event()

    def occupy() -> str:
        """What went wrong, if anything."""
        try:
            return str((json.loads(aws.invoke(FunctionName=function, Payload=json.dumps(event))["Payload"].read()) or {}).get("errorMessage", ""))
        except aws.exceptions.TooManyRequestsException:
            refused.set()
            return ""

    with ThreadPoolExecutor(4 * CONCURRENCY) as others:
        with faults.during("PutItem", word, "wait"):
            runs = []
            for _ in range(4 * CONCURRENCY):
                runs.append(others.submit(occupy))
                if refused.wait(0.3):
                    break
            assert refused.is_set()
            yield
        wrong = {run.result() for run in runs}
    assert wrong == {""}, f"there was concurrency meanwhile: {wrong}"


@contextmanager
def asynchronous_settings(access: Any, name: str) -> Iterator[None]:
    """The embedded cloud keeps an alias's settings for asynchronous calls and reads those of $LATEST: there are the alias's own."""
    aws, function = access.cloud.client("lambda"), entry(access, name).physical_name
    settings = aws.get_function_event_invoke_config(FunctionName=function, Qualifier="live")
    names = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    aws.put_function_event_invoke_config(FunctionName=function, **{each: settings[each] for each in names})
    try:
        yield
    finally:
        aws.delete_function_event_invoke_config(FunctionName=function)


def given_up(access: Any, name: str, mark: str) -> list[dict]:
    """What the function's queue of failures holds about this event."""
    reply = access.cloud.client("sqs").receive_message(QueueUrl=entry(access, name).failures_url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    bodies = [json.loads(each["Body"]) for each in reply.get("Messages", [])]
    return [body for body in bodies if mark in json.dumps(body["requestPayload"])]


def invoke(access: Any, name: str, event: dict, **options: str) -> dict:
    function = options.pop("FunctionName", entry(access, name).alias_arn)
    reply = access.cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event), **options)
    return json.loads(reply["Payload"].read() or "{}") or {}
