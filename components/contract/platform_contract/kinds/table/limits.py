"""DynamoDB tables."""

RECOVERY_DAYS = 35
"""Point-in-time recovery, DynamoDB's maximum (1 to 35); it costs the same for every length. Source: DynamoDB guide,
"Point-in-time backups"."""

MAXIMUM_INDEXES = 20
"""Global secondary indexes of a table. Source: DynamoDB guide, "Quotas"."""

MAXIMUM_UNITS_PER_SECOND = 40_000
"""Read and write request units that a table on demand takes in a second, and each of its indexes, without a maximum of its own. Source: DynamoDB guide,
"Quotas", "Throughput default quotas"; AWS raises it, and the maximum of a table may not be higher."""

STREAM_VIEW = "NEW_AND_OLD_IMAGES"
"""What a change carries: the item before and after, so that a consumer can tell what has gone."""

IDEMPOTENCY_TABLE = "idempotency"
"""Name of the table that a workload gets when a function asks for idempotency; so it is reserved."""

IDEMPOTENCY_PARTITION_KEY = "id"
IDEMPOTENCY_EXPIRES_AT = "expiration"
"""Attribute names that Powertools' DynamoDBPersistenceLayer uses by default."""

MINIMUM_INDEX_NAME_CHARACTERS = 3
"""Source: DynamoDB API reference, GlobalSecondaryIndex."""
