"""Schedules of EventBridge Scheduler, which AWS counts by group."""

from platform_contract.kinds.kind import Kind, Trigger
from platform_contract.kinds.schedule.metrics import METRICS
from platform_contract.platform.usage import Use

KIND = Kind("schedule", triggers={"schedule": Trigger((Use("runs of the schedule", "schedule_run"),), "asynchronous")}, metrics=METRICS)
