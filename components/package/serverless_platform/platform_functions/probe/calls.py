"""One call of a route: sent once, over a connection of its own, and judged by its status. No redirect is followed, and nothing is tried again."""

import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

READ_BYTES = 1_000_000
"""Of an answer that are read at most, as a part of the time that a client waits."""
TELLING_HEADERS = ("x-amzn-errortype", "apigw-requestid", "x-amzn-requestid", "retry-after")
"""Of an answer, told with a failure: who refused (an authorizer, a firewall and a throttle all answer without the function), and what to look for in the
access log. Not the body: it may hold what no log should."""


@dataclass(frozen=True)
class Call:
    """A request, and what it has to be answered with (platform_contract.features.probe.CallPlan)."""

    api: str
    route: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: str | None
    status: int
    proof: str
    timeout_seconds: int


@dataclass(frozen=True)
class Outcome:
    """What became of one call."""

    call: Call
    problem: str
    """Empty where it was answered as it should be."""
    milliseconds: float
    """From before the name is looked up until the answer is read."""
    correlation_id: str


def send(call: Call, url: str, headers: Mapping[str, str], now: Callable[[], float] = time.perf_counter) -> tuple[int, str, float]:
    """(status, or 0 without an answer; problem; milliseconds). url: of the call, whole. Never raises: what a client would see is the outcome."""
    began = now()
    try:
        status, problem = _answered(call, url, headers)
    except Exception as error:
        status, problem = 0, f"no answer: {_reason(error, call.timeout_seconds)}"
    return status, problem, (now() - began) * 1000


def _answered(call: Call, url: str, headers: Mapping[str, str]) -> tuple[int, str]:
    parts = urlsplit(url)
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(parts.netloc, timeout=call.timeout_seconds, context=ssl.create_default_context())
    else:  # of the embedded cloud, on this machine
        connection = http.client.HTTPConnection(parts.netloc, timeout=call.timeout_seconds)
    try:
        connection.request(call.method, parts.path + (f"?{parts.query}" if parts.query else ""), call.body, dict(headers))
        answer = connection.getresponse()
        answer.read(READ_BYTES)
    finally:
        connection.close()
    if answer.status == call.status:
        return answer.status, ""
    told = "".join(f", {name}: {value}" for name in TELLING_HEADERS if (value := answer.headers.get(name)))
    return answer.status, f"answered with {answer.status}, not {call.status}{told}"


def _reason(error: Exception, seconds: int) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing came for {seconds} s"
    return f"{type(error).__name__}: {error}"


def metrics(outcome: Outcome, namespace: str, service: str, api_name: str, at: float) -> str:
    """One line in CloudWatch's embedded metric format. api_name: of the API in AWS. at: seconds since 1970."""
    values = {"ProbeSucceeded": 0 if outcome.problem else 1, "ProbeMilliseconds": round(outcome.milliseconds, 1)}
    units = {"ProbeSucceeded": "Count", "ProbeMilliseconds": "Milliseconds"}
    described = {"Namespace": namespace, "Dimensions": [["service", "api", "route"]], "Metrics": [{"Name": each, "Unit": units[each]} for each in values]}
    aws = {"Timestamp": int(at * 1000), "CloudWatchMetrics": [described]}
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    return json.dumps({
        "_aws": aws, "service": service, "api": api_name, "route": outcome.call.route, "at": moment, "correlation_id": outcome.correlation_id, **values,
    })  # fmt: skip


def problem_line(outcome: Outcome) -> str:
    """For the log: what was called, what was wrong, and by which id the workload's own logs and traces know the call."""
    return f"{outcome.call.route}: {outcome.problem} [{outcome.correlation_id}]"


def call_of(plain: Mapping[str, Any]) -> Call:
    return Call(**plain)
