"""Makes every workload do all that its code can do, failure paths included: `drive` in tests/end_to_end/driving/WORKLOAD.py.

A driver is handed a stack that is up (`Access`) and returns when the work is done, that of queues and streams included.
It raises AssertionError where the workload does not answer as it should.
"""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from local.smoke import Access
from tests.end_to_end.calls import send, within

DRIVERS = {path.stem.replace("_", "-") for path in (Path(__file__).parent / "driving").glob("[!_]*.py")}
"""Workloads that have a driver."""

PAID = {"currency": "EUR", "paid_at": "2026-01-01T00:00:00Z", "lines": [{"sku": "BOOK-1", "quantity": 1, "unit_price": 1250}]}

SECONDS = 45
"""Longest wait for something that happens by itself; measured for a poisoned message of five attempts: 3 s."""


def drive(access: Access) -> dict[str, str]:
    """Drives every workload of the stack; what went wrong by workload. One without a driver has gone wrong."""
    wrong = {}
    for workload in access.inventory.workloads:
        if workload not in DRIVERS:
            wrong[workload] = "has no driver in tests/end_to_end/driving: nothing shows what it needs"
            continue
        try:
            import_module(f"tests.end_to_end.driving.{workload.replace('-', '_')}").drive(access)
        except Exception as error:  # the next workload's turn comes all the same
            wrong[workload] = f"{type(error).__name__}: {error}"
    return wrong


def eventually(what: str, condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Waits until `condition` holds. Raises AssertionError that says `what` did not happen."""
    assert within(seconds, condition), f"within {seconds} s it did not happen that {what}"


def called(access: Access, workload: str, route: str, body: Any = None, expect: int = 200, **headers: str) -> Any:
    """Calls a route (`POST /orders`) of the workload's API as one who may, by token or by key; the answer's body."""
    method, path = route.split(" ", 1)
    (api,) = access.inventory.workloads[workload].apis.values()
    url = access.url(api.api_id, api.stage) + path
    status, answer, _ = send(url, method, None if api.key_ids else access.token, body, **access.key(api), **headers)
    assert status == expect, f"{route} was answered with {status}, not {expect}: {answer.decode(errors='replace')}"
    return json.loads(answer or "null")
