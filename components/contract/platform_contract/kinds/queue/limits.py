"""SQS: timings that cohere with the consumer, and limits. Source of the limits: SQS guide, "Amazon SQS message quotas"."""

VISIBILITY_TIMEOUTS = 6
"""Queue visibility >= this many function timeouts plus the batching window. Source: Lambda guide, "Configuring an Amazon SQS
queue for use with Lambda"."""

MAXIMUM_VISIBILITY_SECONDS = 43_200
"""12 hours."""

MAX_RECEIVE_COUNT_LEAST, MAX_RECEIVE_COUNT_DEFAULT, MAX_RECEIVE_COUNT_MOST = 5, 10, 1000
"""Receives before a message goes to the dead-letter queue. At least 5, because a throttled invocation counts as a receive.
Source: Lambda guide, same page. With 5 the waits of `handlers/shared/batch.py` survive an outage of 15 minutes. 10, because a message
that was received and not tried, for want of the function's time, has used up a receive as well: as long as four of a batch of ten
fit into it, none is given up untried (tests/handlers/test_batch.py)."""

DEFAULT_RETENTION_DAYS = 4
"""How long a message waits for its consumer: a long weekend."""

MAXIMUM_RETENTION_DAYS = 10
"""For a source queue: what then fails is still there for 4 days, so a weekend is survived."""

DEFAULT_BATCH_SIZE, MAXIMUM_BATCH_SIZE = 10, 10_000
"""Messages in one invocation."""

BATCH_SIZE_WITHOUT_WINDOW = 10
"""More needs a batching window of at least a second. Source: Lambda API reference, CreateEventSourceMapping."""

MINIMUM_CONCURRENCY, MAXIMUM_CONCURRENCY = 2, 1000
"""Limits of `maximum_concurrency` of an event source mapping. Source: same."""


def visibility_timeout_seconds(function_timeout_seconds: int, batching_window_seconds: int) -> int:
    """Least time for which a received message has to be hidden, in seconds."""
    return VISIBILITY_TIMEOUTS * function_timeout_seconds + batching_window_seconds
