"""Amazon SQS."""

VISIBILITY_TIMEOUTS = 6
"""Visibility timeout >= this many function timeouts plus the batching window (Lambda guide, "Configuring a queue to use with
Lambda"): a throttled batch must not become visible while it is still being retried."""
VISIBILITY_SECONDS_MAXIMUM = 43_200  # SQS quotas: 12 h
RETENTION_DAYS_DEFAULT = 4  # SQS's own default
RETENTION_SECONDS_MINIMUM, RETENTION_SECONDS_MAXIMUM = 60, 1_209_600  # SQS quotas
DEAD_LETTER_RETENTION_SECONDS = 1_209_600
"""14 days, the maximum: the age of a message in a standard dead-letter queue counts from its first arrival."""
MAX_RECEIVE_COUNT_DEFAULT = 5  # Lambda guide: at least 5, or throttling alone sends messages to the dead-letter queue
MAX_RECEIVE_COUNT_MINIMUM, MAX_RECEIVE_COUNT_MAXIMUM = 1, 1000
BATCH_SIZE_DEFAULT, BATCH_SIZE_MAXIMUM = 10, 10_000
BATCH_SIZE_WITHOUT_WINDOW = 10  # more needs a batching window of at least 1 s
BATCHING_WINDOW_SECONDS_MAXIMUM = 300
MAXIMUM_CONCURRENCY_MINIMUM, MAXIMUM_CONCURRENCY_MAXIMUM = 2, 1000
KEY_REUSE_SECONDS = 300  # SQS's default; a KMS call per 5 minutes and sender


def visibility_timeout_seconds(function_timeout_seconds: int, batching_window_seconds: int) -> int:
    """How long a received message is hidden from other receivers, in seconds."""
    return VISIBILITY_TIMEOUTS * function_timeout_seconds + batching_window_seconds
