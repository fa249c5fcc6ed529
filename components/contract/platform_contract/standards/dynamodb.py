"""DynamoDB tables."""

RECOVERY_DAYS = 35
"""Point-in-time recovery, DynamoDB's maximum (1 to 35); it costs the same for every length. Source: DynamoDB guide,
"Point-in-time backups"."""

MAXIMUM_INDEXES = 20
"""Global secondary indexes of a table. Source: DynamoDB guide, "Quotas"."""

STREAM_VIEW = "NEW_AND_OLD_IMAGES"
"""What a change carries: the item before and after, so that a consumer can tell what has gone."""

IDEMPOTENCY_TABLE = "idempotency"
"""Name of the table that a workload gets when a function asks for idempotency; so it is reserved."""

IDEMPOTENCY_PARTITION_KEY = "id"
IDEMPOTENCY_EXPIRES_AT = "expiration"
"""Attribute names that Powertools' DynamoDBPersistenceLayer uses by default."""

MINIMUM_INDEX_NAME_CHARACTERS = 3
"""Source: DynamoDB API reference, GlobalSecondaryIndex."""
