"""Makes every workload do all that its code can do, failure paths included: `drive` in tests/end_to_end/driving/WORKLOAD.py.

A driver is handed a stack that is up (`Access`) and returns when the work is done, that of queues and streams included.
It raises AssertionError where the workload does not answer as it should.
"""

import json
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from local.operations import run_operation
from local.smoke import Access, example
from tests.end_to_end.calls import send, within

CHOSEN = [name for name in os.environ.get("WORKLOADS", "").split(",") if name]
"""Workloads to bring up instead of all, for who works on one pattern: the tests of the others fail then."""

DRIVERS = {path.stem.replace("_", "-") for path in (Path(__file__).parent / "driving").glob("[!_]*.py")}
"""Workloads that have a driver."""

PAID = {"currency": "EUR", "paid_at": "2026-01-01T00:00:00Z", "lines": [{"sku": "BOOK-1", "quantity": 1, "unit_price": 1250}]}

SECONDS = 45
"""Longest wait for something that happens by itself; measured for a poisoned message of five attempts: 3 s."""


ADVICE = """{0} has no driver, so only the examples of its routes were called and its schedules run. What else it may do counts as not tried.
  Write tests/end_to_end/driving/{1}.py with `def drive(access: Access) -> None`, which makes {0} do all that its code can do, failures included:
  `called(access, "{0}", "GET /path")` calls a route, `access.cloud.client("sqs")` is a boto3 client, and `eventually(...)` waits for workers.
  tests/end_to_end/driving/orders.py is a short one."""


def drive(access: Access) -> dict[str, str]:
    """Drives every workload of the stack, one without a driver as far as its manifest tells how; what went wrong by workload."""
    wrong = {}
    for workload in access.inventory.workloads:
        try:
            if workload in DRIVERS:
                import_module(f"tests.end_to_end.driving.{workload.replace('-', '_')}").drive(access)
            else:
                drive_by_manifest(access, workload)
            drive_probe(access, workload)
        except Exception as error:  # the next workload's turn comes all the same
            wrong[workload] = f"{type(error).__name__}: {error}"
    return wrong


def drive_probe(access: Access, workload: str) -> None:
    """One run of the workload's probe, if it has one, with a login of its own. Raises AssertionError where a call is not answered as it should be."""
    if access.inventory.workloads[workload].probe is None:
        return
    done = run_operation(access.cloud, access.inventory, ["probe-login", workload], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    done = run_operation(access.cloud, access.inventory, ["run-schedule", f"{workload}/probe"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout[done.stdout.index("\n{\n") :])
    assert told and not any(told.values()), f"the probe of {workload} says {told}"


def drive_by_manifest(access: Access, workload: str) -> None:
    """Calls every example of its routes and runs every schedule once. Raises AssertionError where one fails."""
    entry = access.inventory.workloads[workload]
    for api in entry.apis.values():
        for route in api.routes:
            if route.example is not None:
                method, path = route.route.split(" ", 1)
                url = access.url(api.api_id, api.stage) + path.replace("{", "driven-").replace("}", "")
                status, answer, _ = example(access, method, url, route.example, access.key(api))
                assert 200 <= status < 300, f"{route.route} with its example was answered with {status}: {answer}"
    for schedule in entry.schedules.values():
        target = access.cloud.client("scheduler").get_schedule(Name=schedule.physical_name, GroupName=schedule.group_name)["Target"]
        reply = access.cloud.client("lambda").invoke(FunctionName=target["Arn"], Payload=target.get("Input", "{}"))
        assert "FunctionError" not in reply, reply["Payload"].read().decode()


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
