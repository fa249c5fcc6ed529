"""The parts of this invocation's trace, as documents that X-Ray takes, sent to the listener that Lambda runs.

Lambda writes the function's own segment and tells its id (`_X_AMZN_TRACE_ID`); what is done inside are parts below it. A part is sent when
it ends, inside of the part that it belongs to. Form: X-Ray developer guide, "AWS X-Ray segment documents"; way: "Sending trace data to
AWS X-Ray": a datagram with a line that says so, then one document. Why not the X-Ray SDK or OpenTelemetry: docs/decisions/0008-tracing.md.

A trace is never worth a request: where something cannot be written it is left out.
"""

import json
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from typing import Any, NamedTuple

HEADER = b'{"format":"json","version":1}\n'
TRACE_HEADER = "X-Amzn-Trace-Id"
LONGEST_DOCUMENT_BYTES = 60_000
"""X-Ray takes documents of 64 kB; a datagram holds 65,507 bytes."""
LONGEST_BELOW_BYTES = 45_000
"""Of what is sent inside of a part. Beyond that, parts below it are sent by themselves."""
LONGEST_TEXT = 500
MOST_ANNOTATIONS = 20
"""X-Ray indexes 50 of a trace."""
MOST_FRAMES = 20

ABOUT = {
    "TableName": "table_name", "QueueUrl": "queue_url", "TopicArn": "topic_arn", "Bucket": "bucket_name", "StreamName": "stream_name",
    "FunctionName": "function_name", "stateMachineArn": "state_machine_arn", "SecretId": "secret_id",
}  # fmt: skip
"""Parameter of an AWS call -> field under which X-Ray keeps what the call was about. Never what it carried."""


class Trace(NamedTuple):
    """What Lambda tells of the trace that an invocation belongs to."""

    id: str
    parent: str
    header: str


class Part:
    """One part of a trace: a subsegment, in X-Ray's words."""

    def __init__(self, trace: Trace, name: str, above: "Part | None", **fields: Any) -> None:
        self.trace = trace
        self.id = os.urandom(8).hex()
        self._above = above
        self._document: dict[str, Any] = {"id": self.id, "name": name[:200], "start_time": time.time(), **fields}
        self._below: list[bytes] = []
        self._below_bytes = 0
        self._ended = False
        self._lock = threading.Lock()

    def annotate(self, name: str, value: str | bool | int | float) -> None:
        """Makes traces findable by `value`: `annotation.NAME = "VALUE"` in a filter expression."""
        annotations = self._document.setdefault("annotations", {})
        if len(annotations) < MOST_ANNOTATIONS:
            annotations[name] = value[:LONGEST_TEXT] if isinstance(value, str) else value

    def tell(self, **fields: Any) -> None:
        """Adds fields of X-Ray's: `http`, `aws`, `error`, `fault`, `throttle`, `cause`; to an object that is there, its fields."""
        for name, value in fields.items():
            known = self._document.get(name)
            self._document[name] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value

    def fail(self, kind: str, message: str, error: BaseException | None = None, fault: bool = True) -> None:
        """Marks the part as failed. `message` is kept as it is, cut; of `error` only the places in the code, which quote nothing."""
        frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:] if error else []
        stack = [{"path": each.filename[-LONGEST_TEXT:], "line": each.lineno or 0, "label": each.name} for each in reversed(frames)]
        exception = {"id": os.urandom(8).hex(), "type": kind[:LONGEST_TEXT], "message": message[:LONGEST_TEXT], "stack": stack}
        self.tell(**{"fault" if fault else "error": True}, cause={"exceptions": [exception]})

    def header(self) -> str:
        """For a call that this part is: the callee's part of the trace hangs below it. Whatever else Lambda told stays in it."""
        fields = [f"Parent={self.id}" if each.startswith("Parent=") else each for each in self.trace.header.split(";")]
        return ";".join(fields)

    def end(self) -> None:
        """Hands the part to the one above it, or sends it."""
        self._document["end_time"] = time.time()
        with self._lock:
            self._ended = True
            document = _joined(self._document, self._below)
        if self._above is None or not self._above._take(document):
            parent = self.trace.parent if self._above is None else self._above.id
            alone = {"type": "subsegment", "trace_id": self.trace.id, "parent_id": parent}
            _send(_bytes(alone)[:-1] + b"," + document[1:])

    def _take(self, document: bytes) -> bool:
        with self._lock:
            if self._ended or self._below_bytes + len(document) > LONGEST_BELOW_BYTES:
                return False
            self._below.append(document)
            self._below_bytes += len(document)
            return True


_here: ContextVar[Part | None] = ContextVar("part of the trace", default=None)


def here() -> Part | None:
    """The part at work, None outside of an invocation that is traced."""
    return _here.get()


@contextmanager
def invocation(name: str) -> Iterator[Part | None]:
    """Begins this invocation's parts, if Lambda says that it is traced."""
    trace = _trace(os.environ.get("_X_AMZN_TRACE_ID", "")) if os.environ.get("AWS_XRAY_DAEMON_ADDRESS") else None
    with _inside(Part(trace, name, None) if trace else None) as part:
        yield part


@contextmanager
def part(name: str, **fields: Any) -> Iterator[Part | None]:
    """A part of the part at work; None and nothing where there is none."""
    above = here()
    with _inside(Part(above.trace, name, above, **fields) if above else None) as begun:
        yield begun


@contextmanager
def remote(method: str, address: str) -> Iterator[Part | None]:
    """A call to somebody else's API. Of the address only the host is kept: paths name what they are about."""
    host = address.partition("://")[2].partition("/")[0].rpartition("@")[2]
    with part(host, namespace="remote", http={"request": {"method": method, "url": f"{address.partition('://')[0]}://{host}/"}}) as begun:
        yield begun


def answered(begun: Part | None, status: int) -> None:
    """Tells a part that is a call of the status of its answer."""
    if begun:
        begun.tell(http={"response": {"status": status}}, **_flags(status))


def observe(events: Any, say: Callable[[str], str]) -> None:
    """Makes a part of every call of an AWS client (`client.meta.events`). `say` makes of the service's error text what may be kept."""

    def begin(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        above = here()
        if above:
            about = {field: str(params[name])[:LONGEST_TEXT] for name, field in ABOUT.items() if isinstance(params.get(name), str)}
            aws = {"operation": model.name, "region": context.get("client_region"), **about}
            context["part_of_trace"] = Part(above.trace, model.service_model.endpoint_prefix, above, namespace="aws", aws=aws)

    def call(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        if begun := context.get("part_of_trace"):
            params["headers"][TRACE_HEADER] = begun.header()

    def done(parsed: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        if begun := context.get("part_of_trace"):
            meta, error = parsed.get("ResponseMetadata", {}), parsed.get("Error")
            status = int(meta.get("HTTPStatusCode", 0))
            begun.tell(aws={"request_id": meta.get("RequestId"), "retries": meta.get("RetryAttempts", 0)})
            answered(begun, status)
            if error and status >= 400:
                code = str(error.get("Code", ""))
                begun.fail(code, say(str(error.get("Message", ""))), fault=status >= 500)
                begun.tell(**({"throttle": True} if "Throttl" in code or "ThroughputExceeded" in code else {}))
            begun.end()

    def broken(exception: BaseException, context: dict[str, Any], **_: Any) -> None:
        if begun := context.get("part_of_trace"):
            begun.fail(type(exception).__name__, say(str(exception)))
            begun.end()

    for event, does in (("before-parameter-build", begin), ("before-call", call), ("after-call", done), ("after-call-error", broken)):
        events.register_last(event, _harmless(does))


def _harmless(does: Callable[..., None]) -> Callable[..., None]:
    def handler(**given: Any) -> None:
        with suppress(Exception):
            does(**given)

    return handler


@contextmanager
def _inside(begun: Part | None) -> Iterator[Part | None]:
    before = _here.set(begun)
    try:
        yield begun
    finally:
        _here.reset(before)
        if begun:
            with suppress(Exception):
                begun.end()


def _trace(header: str) -> Trace | None:
    """`Root=1-...;Parent=...;Sampled=1`, None where the trace is not kept."""
    told = dict(each.partition("=")[::2] for each in header.split(";"))
    if told.get("Sampled") != "1" or not told.get("Root") or not told.get("Parent"):
        return None
    return Trace(told["Root"], told["Parent"], header)


def _flags(status: int) -> dict[str, bool]:
    kinds = {"error": 400 <= status < 500, "throttle": status == 429, "fault": status >= 500}
    return {kind: True for kind, holds in kinds.items() if holds}


def _bytes(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=str).encode("utf-8", "replace")


def _joined(document: Mapping[str, Any], below: list[bytes]) -> bytes:
    return _bytes(document) if not below else _bytes(document)[:-1] + b',"subsegments":[' + b",".join(below) + b"]}"


@cache
def _listener() -> tuple[socket.socket, tuple[str, int]]:
    """`127.0.0.1:2000`, or `tcp:ADDRESS udp:ADDRESS`."""
    told = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split()
    address = next((each.removeprefix("udp:") for each in told if not each.startswith("tcp:")), "")
    host, _, port = address.rpartition(":")
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setblocking(False)
    return sender, (host, int(port))


def _send(document: bytes) -> None:
    if len(document) <= LONGEST_DOCUMENT_BYTES:
        with suppress(OSError):
            sender, address = _listener()
            sender.sendto(HEADER + document, address)
