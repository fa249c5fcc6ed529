"""What is watched of schedules, which AWS counts by group."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform.alarm_standard import any_at_all

_GROUP = {"ScheduleGroup": "{schedule_group}"}

METRICS = {
    "schedule": Metrics("Topics, rules and schedules", (
        any_at_all("dropped", "AWS/Scheduler", "InvocationDroppedCount", _GROUP, "a run could not be started and was given up", "page"),
        # One is enough: a nightly run is tried again with growing pauses, so two errors never lie in minutes that follow each other.
        any_at_all("target-errors", "AWS/Scheduler", "TargetErrorCount", _GROUP, "a function refused to be started by its schedule", "ticket"),
    ), traffic=(Traffic("InvocationAttemptCount", "Sum"),)),
}
"""What is watched -> its metrics."""
