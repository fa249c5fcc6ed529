"""Environment variables of a function: set by the components, read by the handlers."""

ALWAYS = (
    "ENVIRONMENT", "WORKLOAD", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL",
    "POWERTOOLS_TRACER_CAPTURE_RESPONSE", "POWERTOOLS_TRACER_CAPTURE_ERROR",
)  # fmt: skip
METRICS_NAMESPACE = "serverless-platform"
IDEMPOTENCY_EXPIRES = "IDEMPOTENCY_EXPIRES_AFTER_SECONDS"
RESERVED_PREFIXES = ("AWS_", "LAMBDA_", "POWERTOOLS_", "TABLE_", "QUEUE_", "BUCKET_")
"""Names that Lambda or the platform sets: a manifest may not."""


def variable(kind: str, name: str) -> str:
    """`TABLE_ORDERS` for the table `orders`."""
    return f"{kind}_{name}".upper().replace("-", "_")
