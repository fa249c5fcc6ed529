"""What a function logged, for a person: one line each, its exceptions below it."""

import json
import re
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.clients import clients_in
from operations.errors import OperationError
from operations.inventory import function_of
from platform_contract.inventory import Inventory

SHOWN_FIRST = ("timestamp", "level", "message", "correlation_id", "exception", "exception_name", "stack_trace")
"""Fields of a JSON line that have a place of their own."""
SAME_IN_EACH = frozenset({
    "location", "service", "cold_start", "function_name", "function_memory_size", "function_arn", "function_request_id", "xray_trace_id",
})  # fmt: skip
"""Fields that Powertools writes into every line: the log group tells them too."""
FOLLOW_SECONDS = 1.0
_SINCE = re.compile(r"(\d{1,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def lines(options: Namespace, inventory: Inventory, now: Callable[[], float] = time.time) -> Iterator[str]:
    """The function's log since `--since`, oldest first; only one request's with `--correlation`; for ever with `--follow`."""
    function, logs = function_of(inventory, options.function), clients_in(inventory.region)("logs")
    since = int((now() - since_seconds(options.since)) * 1000)
    found = False
    seen: set[tuple[str, int, str]] = set()
    while True:
        for event in _events(logs, function.log_group, since, options.correlation):
            identity = (event["logStreamName"], event["timestamp"], event["message"])  # the embedded cloud has no ids of events
            if identity not in seen:
                seen.add(identity)
                found = True
                yield from rendered(event["message"], datetime.fromtimestamp(event["timestamp"] / 1000, UTC))
        if not options.follow:
            break
        time.sleep(FOLLOW_SECONDS)
    if not found:
        about = f" with the correlation id {options.correlation}" if options.correlation else ""
        yield f"{function.log_group} has no line{about} from the last {options.since}; --since looks further back"


def since_seconds(text: str) -> float:
    """`10m` as seconds. Raises OperationError."""
    if not (parts := _SINCE.fullmatch(text)):
        raise OperationError(f"SINCE={text}: must be a number and s, m, h or d, such as 10m")
    return timedelta(**{_UNITS[parts[2]]: int(parts[1])}).total_seconds()


def _events(logs: Any, group: str, since: int, correlation: str) -> list[dict[str, Any]]:
    """Events of a log group in their order. Of a group that does not exist yet: none, because the function has never run."""
    wanted: dict[str, Any] = {"logGroupName": group, "startTime": since}
    try:
        pages = list(logs.get_paginator("filter_log_events").paginate(**wanted))
    except logs.exceptions.ResourceNotFoundException:
        return []
    events = [event for page in pages for event in page["events"] if not correlation or correlation in event["message"]]
    return sorted(events, key=lambda event: event["timestamp"])


def rendered(message: str, written: datetime | None = None) -> Iterator[str]:
    """One event of a log, in lines. What is no JSON is shown as it is."""
    at = written.astimezone(UTC).strftime("%H:%M:%S.%f")[:-3] if written else "log:"
    try:
        told = json.loads(message)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        for line in message.rstrip().splitlines() or [""]:
            yield f"{at}  {line}"
        return
    if "_aws" in told:  # the embedded metric format: the values are fields of their own
        names = [each["Name"] for described in told["_aws"].get("CloudWatchMetrics", ()) for each in described.get("Metrics", ())]
        yield f"{at}  METRIC   " + "  ".join(f"{name}={_value(told.get(name))}" for name in names)
        return
    rest = {name: value for name, value in told.items() if name not in SHOWN_FIRST and name not in SAME_IN_EACH}
    fields = "  ".join(f"{name}={_short(value)}" for name, value in rest.items())
    correlation = f"  [{told['correlation_id']}]" if told.get("correlation_id") else ""
    text = told.get("message", told.get("errorMessage", ""))
    yield f"{at}  {told.get('level', ''):8} {_short(text)}{correlation}" + (f"  {fields}" if fields else "")
    for line in _exception(told):
        yield f"{'':{len(at) + 2}}{line}"


def _exception(told: dict[str, Any]) -> list[str]:
    exception = told.get("exception") or told.get("stack_trace") or ""
    return str(exception).rstrip().splitlines() if not isinstance(exception, list) else [str(line).rstrip() for line in exception]


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=str)


def _value(value: Any) -> str:
    """Of a metric: one value stands alone, several in a list."""
    values = value if isinstance(value, list) else [value]
    texts = [f"{each:g}" if isinstance(each, (int, float)) else _short(each) for each in values]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
