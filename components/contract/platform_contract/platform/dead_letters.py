"""Queues of what was given up: of a queue, of a function, of a bus. Source of the limits: SQS guide, "Amazon SQS message quotas"."""

from platform_contract.platform.base import AlarmPlan, Plain

DEAD_LETTER_RETENTION_DAYS = 14
"""SQS's maximum. In the dead-letter queue of a standard queue, age counts from the first arrival in the source queue.
Source: SQS guide, "Setting up dead-letter queue retention"."""

KEY_REUSE_SECONDS = 3600
"""How long SQS reuses a data key before it asks KMS again: 60 to 86400. An hour makes KMS calls negligible in cost."""


class FailuresPlan(Plain):
    """The queue that keeps what a function was invoked for and gave up, or what a bus could not process."""

    physical_name: str
    arn: str
    retention_seconds: int
    key_reuse_seconds: int | None
    """None where its key is SQS's own."""
    source_arns: tuple[str, ...]
    """ARNs of the rules and buses for which EventBridge may put into it."""
    protect: bool
    alarms: tuple[AlarmPlan, ...]
