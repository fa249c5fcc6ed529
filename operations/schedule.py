"""A run of a schedule by hand: what the scheduler would call, with the input that it would give."""

import json
import uuid
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime

from operations import invoke
from operations.clients import clients_in
from operations.inventory import schedule_of
from platform_contract.inventory import Inventory


def lines(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """Runs the target once, now, and waits for its answer. Raises OperationError where it failed."""
    found, clients = schedule_of(inventory, options.schedule), clients_in(inventory.region)
    schedule = clients("scheduler").get_schedule(Name=found.physical_name, GroupName=found.group_name)
    text = filled_in(schedule["Target"].get("Input") or "{}", schedule["Arn"], datetime.now(UTC))
    yield f"{found.physical_name}: {schedule['ScheduleExpression']} ({schedule.get('ScheduleExpressionTimezone', 'UTC')}), run now with {text}"
    function = options.schedule.rpartition("-")[0] if options.schedule.rpartition("-")[2].isdecimal() else options.schedule
    yield from invoke.invoked(clients("lambda"), schedule["Target"]["Arn"], json.loads(text), function)


def filled_in(text: str, schedule_arn: str, at: datetime) -> str:
    """The input with what EventBridge Scheduler fills in (its guide, "Adding context attributes")."""
    for name, value in {
        "<aws.scheduler.schedule-arn>": schedule_arn,
        "<aws.scheduler.scheduled-time>": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "<aws.scheduler.execution-id>": f"by-hand-{uuid.uuid4().hex[:12]}",
        "<aws.scheduler.attempt-number>": "1",
    }.items():
        text = text.replace(name, value)
    return text
