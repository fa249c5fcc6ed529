"""Kinesis streams, and what reads streams. Source of the limits: Kinesis Data Streams guide, "Quotas and limits"; Lambda API reference,
CreateEventSourceMapping."""

MINIMUM_RETENTION_HOURS, DEFAULT_RETENTION_HOURS, MAXIMUM_RETENTION_HOURS = 24, 48, 8760
"""Two days: a consumer that fails on a Saturday is repaired on Monday only with more; a day is free of charge."""

MAXIMUM_SHARDS = 500
"""Of one stream here. Kinesis gives an account 1,000 to 6,000 in a region, by region."""

RECORDS_PER_SHARD = 1000
"""Records a second that one shard takes, or 1 MB."""

STARTING_POSITION = "TRIM_HORIZON"
"""Read from the oldest record: with LATEST, what arrives while the mapping is made or made again is lost."""

DEFAULT_BATCH_SIZE, MAXIMUM_BATCH_SIZE = 100, 10_000

DEFAULT_RETRIES, MAXIMUM_RETRIES = 5, 10_000
"""How often a batch is tried again, halved each time, before it is given up; without a bound one bad record blocks its shard until it
expires."""

MINIMUM_RECORD_AGE_SECONDS, DEFAULT_RECORD_AGE_SECONDS, MAXIMUM_RECORD_AGE_SECONDS = 60, 3600, 604_800
"""A record that is older is given up."""

MAXIMUM_PARALLELIZATION = 10

TABLE_RETENTION_HOURS = 24
"""How long the stream of a table keeps a change; it cannot be raised. Source: DynamoDB guide, "Change data capture"."""

TABLE_READERS = 2
"""Who may read the stream of a table at the same time; more are throttled. Source: same."""
