"""Why messages were given up: the lines of the workload's functions that name a message id and a reason."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from platform_contract.inventory import WorkloadEntry

PATTERN = '"message_id" "reason"'
"""CloudWatch Logs: lines with both words. `handlers/shared/batch.py` writes them."""
PAGES = 100
"""Read of one log group, of 1 MB each at most: beyond it reasons stay unknown rather than anybody waiting."""
FIFO_BEFORE = timedelta(days=1)
"""In a FIFO dead-letter queue a message is as old as its move, and its attempts came before that."""


@dataclass(frozen=True)
class Reason:
    """What the log tells of one message: of its own last failure, or of why it was never tried."""

    text: str
    function: str
    receive_count: int
    own: bool
    """Whether the message itself failed; else the one before it in its group did, or the function's time was over."""


def reasons(logs: Any, workload: WorkloadEntry, message_ids: Collection[str], oldest: datetime, fifo: bool) -> dict[str, Reason]:
    """Message id -> reason, as far as the logs since `oldest` tell; a message's own failure before another's."""
    wanted, found = set(message_ids), dict[str, Reason]()
    since = int((oldest - (FIFO_BEFORE if fifo else timedelta())).timestamp() * 1000)
    for name, function in workload.functions.items():
        for line in _lines(logs, function.log_group, since):
            message_id = line.get("message_id")
            if message_id not in wanted or not isinstance(line.get("reason"), str):
                continue
            told = Reason(line["reason"], name, int(line.get("receive_count") or 0), line.get("level") == "ERROR")
            known = found.get(message_id)
            if known is None or (told.own, told.receive_count) >= (known.own, known.receive_count):
                found[message_id] = told
    return found


def _lines(logs: Any, group: str, since: int) -> list[dict[str, Any]]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since, filterPattern=PATTERN)
    found = []
    try:
        for number, page in enumerate(pages, 1):
            for event in page["events"]:
                try:
                    line = json.loads(event["message"])
                except ValueError:
                    continue
                if isinstance(line, dict):
                    found.append(line)
            if number == PAGES:
                break
    except logs.exceptions.ResourceNotFoundException:
        pass  # a function that has never run
    return found
