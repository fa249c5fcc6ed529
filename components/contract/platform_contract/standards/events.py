"""EventBridge buses, rules and schedules. Source of the limits: EventBridge guide, "Quotas", and its API reference, RetryPolicy."""

DEFAULT_ARCHIVE_DAYS, MAXIMUM_ARCHIVE_DAYS = 30, 3650
"""Days for which published events can be replayed. A month is longer than an error stays unseen."""

MINIMUM_AGE_SECONDS, DEFAULT_AGE_SECONDS, MAXIMUM_AGE_SECONDS = 60, 3600, 86_400
"""How long a target is tried: EventBridge's own default, a day, hides a failure for as long."""

DEFAULT_RETRIES, MAXIMUM_RETRIES = 24, 185
"""How often a target is tried again. Delivery only: a function that fails is tried again by Lambda."""

MAXIMUM_INPUT_PATHS = 100

SCHEDULE_GROUP_NAME_CHARACTERS = 64

DEFAULT_SCHEDULE_RETRIES = 3
"""Of a schedule: its next run comes anyway, and a late run helps less than the next one."""

MAXIMUM_WINDOW_MINUTES = 1440

INVOCATION_INPUT = {
    "schedule_arn": "<aws.scheduler.schedule-arn>",
    "scheduled_time": "<aws.scheduler.scheduled-time>",
    "execution_id": "<aws.scheduler.execution-id>",
    "attempt": "<aws.scheduler.attempt-number>",
}
"""What a scheduled function gets; EventBridge Scheduler fills it in. Source: its guide, "Adding context attributes"."""

SCHEMA_TYPE = "JSONSchemaDraft4"
"""What the schema registry takes besides OpenAPI."""

MAXIMUM_PATTERN_CHARACTERS = 4096
"""Of a rule's pattern. Source: EventBridge API reference, PutRule."""

GIVEN_WORDS = (
    "aws.events.rule-arn", "aws.events.rule-name", "aws.events.event.ingestion-time", "aws.events.event", "aws.events.event.json",
)  # fmt: skip
"""What a template may use without a path. Source: EventBridge guide, "Input transformation", predefined variables."""
