"""How long and how often EventBridge tries a target, of rules and schedules. Source: EventBridge API reference, RetryPolicy."""

MINIMUM_AGE_SECONDS, DEFAULT_AGE_SECONDS, MAXIMUM_AGE_SECONDS = 60, 3600, 86_400
"""How long a target is tried: EventBridge's own default, a day, hides a failure for as long."""

MAXIMUM_RETRIES = 185
