"""Amazon DynamoDB."""

BILLING_MODE = "PAY_PER_REQUEST"
RECOVERY_DAYS = {"protected": 35, "unprotected": 1}
"""Days back to which a table can be restored; 1 to 35 (point-in-time recovery)."""
KEY_TYPE = "S"
IDEMPOTENCY_TABLE = "idempotency"
IDEMPOTENCY_PARTITION_KEY = "id"  # Powertools' DynamoDBPersistenceLayer
IDEMPOTENCY_EXPIRY = "expiration"
