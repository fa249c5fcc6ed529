"""Calls to external HTTP APIs that may be slow, broken or overloaded.

One call: asks the circuit breaker, then makes up to `attempts` attempts with full jitter between them, all of it within the
time that is left of the invocation. Retries are tenacity's. The attempt itself is `http.client` with a watch, because the
timeouts of HTTP libraries bound one read from the socket, and a server that sends a byte a second never meets them.
Redirects are not followed: a credential would go along.
"""

import contextlib
import email.utils
import http.client
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from shared.breaker import Breaker
from shared.errors import PermanentFailure, TransientFailure
from shared.observability import CORRELATION_HEADER, called, correlation_id, logger

SHORTEST_ATTEMPT_SECONDS = 0.2
"""Less is not worth an attempt."""
LONGEST_CONNECT_SECONDS = 1.0
"""For each address of the host, and once more for TLS."""
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
REFUSED_STATUSES = frozenset({401, 403})
HTTPS_OR_LOCAL = r"^(https://[^/?#@\s]+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/[^?#\s]*)?$"
"""Pattern of a base URL: plain HTTP on this machine only."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Policy:
    """Bounds of one call. Times in seconds."""

    attempts: int = 3
    attempt_seconds: float = 3.0
    """Of one attempt from connecting to the last byte."""
    first_wait_seconds: float = 0.2
    longest_wait_seconds: float = 2.0
    longest_retry_after_seconds: float = 5.0
    """If the API asks for more, this call fails, and says so to who may try later."""
    reserve_seconds: float = 1.5
    """Kept of the invocation for what comes after the call."""
    largest_answer_bytes: int = 1_000_000


@dataclass(frozen=True)
class Answer:
    """What the API said. Names of headers in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Call:
    """A request. `repeatable`: sending it twice does what sending it once does, by its method or an idempotency key."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False


class Refused(Exception):
    """The API answered 401 or 403: the credential may have been rotated."""


class BadAnswer(Exception):
    """The API's answer makes no sense. Raised by who reads it; the call is tried again."""


class _Passing(Exception):
    """One attempt failed in a way that may pass. `sent`: the API may have seen the request."""

    def __init__(self, reason: str, sent: bool = True, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.sent = sent
        self.retry_after = retry_after


@dataclass
class _Seen:
    """What the attempts of one call told about the API."""

    understood: bool = False
    """It answered in a way that makes sense, whatever that means for the caller."""
    fair: bool = False
    """An attempt had its full time, or got an answer: only then a failure is the API's."""


class ExternalApi:
    """One external API at `base_url`, behind `breaker`."""

    def __init__(
        self,
        base_url: str,
        breaker: Breaker,
        policy: Policy | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        transport: "Callable[[str, Call, float, int], Answer] | None" = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._breaker = breaker
        self._policy = policy or Policy()
        self._monotonic = monotonic
        self._sleep = sleep
        self._transport = transport or send

    def call(self, call: Call, read: Callable[[Answer], Result], seconds_left: Callable[[], float]) -> Result:
        """What `read` makes of the API's answer; it is given any status but the passing ones, 401 and 403.

        Raises CircuitOpen (nothing was sent), TransientFailure (later may help), Refused (another credential may help);
        what `read` raises passes through, BadAnswer excepted, which is a failed attempt. `seconds_left` tells what is left
        of the invocation.
        """
        deadline = self._monotonic() + seconds_left() - self._policy.reserve_seconds
        if deadline - self._monotonic() < SHORTEST_ATTEMPT_SECONDS:
            raise TransientFailure(f"{self._breaker.name}: not called, the invocation's time is nearly over", "no-time")
        permit = self._breaker.enter()
        attempts = 1 if permit.probe else self._policy.attempts

        def stop(state: RetryCallState) -> bool:
            failure = state.outcome.exception() if state.outcome else None
            asked = getattr(failure, "retry_after", None) or 0
            return (
                state.attempt_number >= attempts
                or (not call.repeatable and getattr(failure, "sent", True))
                or asked > self._policy.longest_retry_after_seconds
                or self._monotonic() + state.upcoming_sleep + SHORTEST_ATTEMPT_SECONDS > deadline
            )

        retrying = Retrying(
            stop=stop, wait=self._wait, retry=retry_if_exception_type(_Passing), sleep=self._sleep,
            before_sleep=self._tell, reraise=True,
        )  # fmt: skip
        seen = _Seen()
        try:
            return retrying(lambda: self._attempt(call, read, deadline, seen))
        except _Passing as failure:
            if seen.fair:
                self._breaker.failed(permit)
            raise TransientFailure(f"{self._breaker.name}: {failure}", "call-failed", failure.retry_after) from None
        finally:
            if seen.understood:
                self._breaker.succeeded(permit)

    def _attempt(self, call: Call, read: Callable[[Answer], Result], deadline: float, seen: _Seen) -> Result:
        seconds = min(self._policy.attempt_seconds, deadline - self._monotonic())
        seen.fair = seen.fair or seconds >= self._policy.attempt_seconds
        with called(call.method, self._base_url) as answered:
            answer = self._transport(self._base_url, call, seconds, self._policy.largest_answer_bytes)
            answered(answer.status)
        if answer.status in PASSING_STATUSES:
            seen.fair = True
            raise _Passing(f"answered {answer.status}", retry_after=retry_after_seconds(answer))
        seen.understood = True
        if answer.status in REFUSED_STATUSES:
            raise Refused(f"{self._breaker.name}: answered {answer.status}")
        if 300 <= answer.status < 400:
            raise PermanentFailure(f"{self._breaker.name}: answered {answer.status}; redirects are not followed")
        try:
            return read(answer)
        except BadAnswer as error:
            seen.understood, seen.fair = False, True
            raise _Passing(f"answered {answer.status} with nonsense: {error}") from None

    def _wait(self, state: RetryCallState) -> float:
        """Full jitter; where the API says how long to wait, that long and a bit, so that not all come back at once."""
        failure = state.outcome.exception() if state.outcome else None
        asked = getattr(failure, "retry_after", None)
        if asked is not None:
            return float(asked) + random.uniform(0, self._policy.first_wait_seconds)
        jitter = wait_random_exponential(multiplier=self._policy.first_wait_seconds, max=self._policy.longest_wait_seconds)
        return jitter(state)

    def _tell(self, state: RetryCallState) -> None:
        logger.info(
            "external call tried again",
            api=self._breaker.name,
            attempt=state.attempt_number,
            reason=str(state.outcome.exception()) if state.outcome else "",
            wait_seconds=round(state.upcoming_sleep, 3),
        )


def retry_after_seconds(answer: Answer, now: Callable[[], float] = time.time) -> float | None:
    """The header Retry-After in seconds from now, be it a number or a date; None where it is missing or neither."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now())
    except (ValueError, OverflowError):
        return None


def send(base_url: str, call: Call, seconds: float, largest: int) -> Answer:
    """One attempt, ended after `seconds` whatever the server sends. Looking the name up is the system's; connecting is
    bounded by LONGEST_CONNECT_SECONDS.

    Raises _Passing with the reason: nobody there, no TLS, no answer in time, an answer that breaks off or is too large.
    """
    parts = urlsplit(base_url)
    ends = time.monotonic() + seconds
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, min(seconds, LONGEST_CONNECT_SECONDS))
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise _Passing(f"no connection: {type(error).__name__}", sent=False) from None
    connection.sock.settimeout(seconds)
    overdue = threading.Event()

    def end(opened: socket.socket = connection.sock) -> None:
        overdue.set()
        with contextlib.suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)  # wakes a read that waits; close() would not

    watch = threading.Timer(max(0.0, ends - time.monotonic()), end)
    watch.daemon = True
    watch.start()
    try:
        headers = {"accept": "application/json", **call.headers}
        if correlation_id():
            headers[CORRELATION_HEADER] = correlation_id()
        connection.request(call.method, parts.path + call.path, body=call.body, headers=headers)
        reply = connection.getresponse()
        body = reply.read(largest + 1)
        if overdue.is_set() or ((reply.length or 0) > 0 and len(body) <= largest):
            raise _Passing("the answer broke off" if not overdue.is_set() else f"no answer within {seconds:.1f} s")
        if len(body) > largest:
            raise _Passing(f"the answer is larger than {largest} bytes")
        return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, body)
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = overdue.is_set() or isinstance(error, TimeoutError)  # the socket's own, where the timer's thread had to wait for a processor
        what = f"no answer within {seconds:.1f} s" if late else f"the answer broke off: {type(error).__name__}"
        raise _Passing(what) from None
    finally:
        watch.cancel()
        connection.close()


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=_tls())
    return http.client.HTTPConnection(host, port, timeout=seconds)


@cache
def _tls() -> ssl.SSLContext:
    """Certificates are checked; made once, because reading the authorities costs tens of milliseconds."""
    return ssl.create_default_context()


def json_call(method: str, path: str, body: str, headers: Mapping[str, str], repeatable: bool) -> Call:
    """A call that sends JSON."""
    return Call(method, path, body.encode(), {"content-type": "application/json", **headers}, repeatable)


def with_credential(secret: Any, use: Callable[[Any], Result]) -> Result:
    """`use` with the secret's value; if that is Refused, once more with the value read anew, if it has changed.

    Raises PermanentFailure if the API refuses that as well: trying on would only lock the account.
    """
    value = secret.value()
    try:
        return use(value)
    except Refused as refused:
        message = f"{refused}; the credential is refused"
    newer = secret.refreshed(value)
    if newer is None:
        raise PermanentFailure(message)
    try:
        return use(newer)
    except Refused:
        raise PermanentFailure(f"{message}, the one after its rotation too") from None
