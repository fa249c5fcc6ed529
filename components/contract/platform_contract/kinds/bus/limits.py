"""EventBridge buses and rules. Source of the limits: EventBridge guide, "Quotas"."""

DEFAULT_ARCHIVE_DAYS, MAXIMUM_ARCHIVE_DAYS = 30, 3650
"""Days for which published events can be replayed. A month is longer than an error stays unseen."""

DEFAULT_RETRIES = 24
"""How often a target is tried again. Delivery only: a function that fails is tried again by Lambda."""

MAXIMUM_INPUT_PATHS = 100

SCHEMA_TYPE = "JSONSchemaDraft4"
"""What the schema registry takes besides OpenAPI."""

MAXIMUM_PATTERN_CHARACTERS = 4096
"""Of a rule's pattern. Source: EventBridge API reference, PutRule."""

GIVEN_WORDS = (
    "aws.events.rule-arn", "aws.events.rule-name", "aws.events.event.ingestion-time", "aws.events.event", "aws.events.event.json",
)  # fmt: skip
"""What a template may use without a path. Source: EventBridge guide, "Input transformation", predefined variables."""
