"""The inventory of a stack: from a file, from standard input, or from the stack's outputs."""

import json
import subprocess
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from operations.errors import OperationError
from platform_contract.inventory import FunctionEntry, Inventory, QueueEntry, ScheduleEntry, WorkloadEntry
from platform_contract.platform.probe import COMPONENT as PROBE


def read(source: str | None, stack: str | None) -> Inventory:
    """`source`: a file with the inventory or with all outputs as JSON, `-` for standard input; None asks `pulumi` for those of
    `stack`, or of the selected one. Raises OperationError."""
    text = _output(stack) if source is None else sys.stdin.read() if source == "-" else _file(source)
    try:
        content = json.loads(text)
        return Inventory.model_validate(content.get("inventory", content) if isinstance(content, dict) else content)
    except (ValueError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise OperationError(f"{source or 'the output of pulumi'} holds no inventory of this version of the platform: {first}") from None


def queue_of(inventory: Inventory, workload: str, queue: str) -> tuple[WorkloadEntry, QueueEntry]:
    """Raises OperationError that names what there is."""
    found = workload_of(inventory, workload)
    return found, entry_named(found.queues, queue, "queue", f"the workload {workload}")


def workload_of(inventory: Inventory, name: str) -> WorkloadEntry:
    """Raises OperationError that names what there is."""
    found: WorkloadEntry = entry_named(inventory.workloads, name, "workload", f"the stack {inventory.environment}")
    return found


def function_of(inventory: Inventory, named: str) -> FunctionEntry:
    """The function that `WORKLOAD/FUNCTION` names. Raises OperationError that names what there is."""
    workload, function = _halves(named, "FUNCTION", "orders/api")
    found = workload_of(inventory, workload)
    known = {**found.functions, **({PROBE: found.probe.function} if found.probe else {})}
    entry: FunctionEntry = entry_named(known, function, "function", f"the workload {workload}")
    return entry


def secret_of(inventory: Inventory, named: str) -> str:
    """Physical name of the secret that `WORKLOAD/SECRET` names. Raises OperationError that names what there is."""
    workload, secret = _halves(named, "NAME", "loans/bureau")
    found = workload_of(inventory, workload)
    known = {name: each.physical_name for name, each in found.secrets.items()}
    if found.probe and found.probe.secret_name:
        known[PROBE] = found.probe.secret_name
    physical: str = entry_named(known, secret, "secret", f"the workload {workload}")
    return physical


def schedule_of(inventory: Inventory, named: str) -> ScheduleEntry:
    """The schedule that `WORKLOAD/FUNCTION-INDEX` names, or `WORKLOAD/FUNCTION` where the function has one schedule only.
    Raises OperationError that names what there is."""
    workload, schedule = _halves(named, "SCHEDULE", "housekeeping/sweep")
    found = workload_of(inventory, workload)
    of_function = [key for key in found.schedules if key.rpartition("-")[0] == schedule]
    if len(of_function) == 1:
        schedule = of_function[0]
    return entry_named(found.schedules, schedule, "schedule", f"the workload {workload}")


def _halves(named: str, what: str, example: str) -> tuple[str, str]:
    workload, slash, part = named.partition("/")
    if not (workload and slash and part) or "/" in part:
        raise OperationError(f"{what}={named}: must be the workload, a slash and a name from its manifest, such as {example}")
    return workload, part


def entry_named(known: dict[str, Any], name: str, kind: str, where: str) -> Any:
    """Raises OperationError that names what there is."""
    if name in known:
        return known[name]
    near = get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise OperationError(f"{where} has no {kind} {name!r}, but {', '.join(sorted(known)) or 'none at all'}{hint}")


def _file(source: str) -> str:
    try:
        return Path(source).read_text()
    except OSError as error:
        raise OperationError(f"cannot read {source}: {error.strerror}") from None


def _output(stack: str | None) -> str:
    command = ["pulumi", "stack", "output", "inventory", "--json", "--non-interactive", *(["--stack", stack] if stack else [])]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise OperationError("there is no pulumi on PATH to ask for the inventory: give it by --inventory FILE") from None
    if done.returncode:
        raise OperationError(f"`{' '.join(command)}` failed: {done.stderr.strip().removeprefix('error: ')}")
    return done.stdout
