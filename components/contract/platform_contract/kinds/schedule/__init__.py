"""Schedules of EventBridge Scheduler, which AWS counts by group."""

from platform_contract.kinds.kind import Kind, Metrics, Traffic, Trigger
from platform_contract.platform.alarm_standard import any_at_all
from platform_contract.platform.usage import Use

_GROUP = {"ScheduleGroup": "{schedule_group}"}

KIND = Kind(
    "schedule",
    triggers={"schedule": Trigger((Use("runs of the schedule", "schedule_run"),), "asynchronous")},
    metrics={
        "schedule": Metrics("Topics, rules and schedules", (
            any_at_all("dropped", "AWS/Scheduler", "InvocationDroppedCount", _GROUP, "a run could not be started and was given up", "page"),
            # One is enough: a nightly run is tried again with growing pauses, so two errors never lie in minutes that follow each other.
            any_at_all("target-errors", "AWS/Scheduler", "TargetErrorCount", _GROUP, "a function refused to be started by its schedule", "ticket"),
        ), traffic=(Traffic("InvocationAttemptCount", "Sum"),)),
    },
)  # fmt: skip
