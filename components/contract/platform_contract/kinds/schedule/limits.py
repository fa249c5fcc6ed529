"""Schedules of EventBridge Scheduler. Source of the limits: its guide, "Quotas"."""

GROUP_NAME_CHARACTERS = 64

DEFAULT_RETRIES = 3
"""Of a schedule: its next run comes anyway, and a late run helps less than the next one."""

MAXIMUM_WINDOW_MINUTES = 1440

INVOCATION_INPUT = {
    "schedule_arn": "<aws.scheduler.schedule-arn>",
    "scheduled_time": "<aws.scheduler.scheduled-time>",
    "execution_id": "<aws.scheduler.execution-id>",
    "attempt": "<aws.scheduler.attempt-number>",
}
"""What a scheduled function gets; EventBridge Scheduler fills it in. Source: its guide, "Adding context attributes"."""
