"""Environment variables of a function: the names that the platform sets, and those that nobody may set."""

ENVIRONMENT = "ENVIRONMENT"
WORKLOAD = "WORKLOAD"
DATA_CLASS = "DATA_CLASS"
"""By which the logger of the functions redacts: handlers/shared/redaction.py."""
SERVICE_NAME = "POWERTOOLS_SERVICE_NAME"
METRICS_NAMESPACE = "POWERTOOLS_METRICS_NAMESPACE"
LOG_LEVEL = "POWERTOOLS_LOG_LEVEL"
IDEMPOTENCY_EXPIRES_AFTER_SECONDS = "IDEMPOTENCY_EXPIRES_AFTER_SECONDS"

SOCKET_ENDPOINT = "SOCKET_ENDPOINT"
TOKEN_ISSUER, TOKEN_AUDIENCES, JWKS_URL = "TOKEN_ISSUER", "TOKEN_AUDIENCES", "JWKS_URL"
"""Told to functions that decide who may call: whose tokens are good, for whom, and where the keys are that sign them."""
TOKEN_GROUPS_CLAIM = "TOKEN_GROUPS_CLAIM"
"""The claim of a token that lists the groups of a user: for whoever reads a token, itself or as API Gateway hands it on."""

FLAGS, FLAGS_APPLICATION = "FLAGS", "FLAGS_APPLICATION"
"""Told to functions that read feature flags: those flags with their defaults, as a JSON object; and the AppConfig application that has the values,
from the phase standardize on."""

ROTATION_FIELD, ROTATION_HOOK, ROTATION_HOOK_SECONDS = "ROTATION_FIELD", "ROTATION_HOOK", "ROTATION_HOOK_SECONDS"
"""Told to the platform's function that rotates a secret: where in its text the value is; the alias of the workload's function that hands a new
value over, and how long that may run."""

ALWAYS = (ENVIRONMENT, WORKLOAD, DATA_CLASS, SERVICE_NAME, METRICS_NAMESPACE, LOG_LEVEL, TOKEN_GROUPS_CLAIM)
"""Set for every function."""

METRICS_NAMESPACE_VALUE = "serverless-platform"
"""CloudWatch namespace of metrics from code; their dimension `service` is the workload."""

RESERVED_PREFIXES = ("AWS_", "LAMBDA_", "POWERTOOLS_", "_")
"""Begins of names that a manifest may not set: Lambda's (Lambda guide, "Defined runtime environment variables"); those of our resources beside them."""

RESERVED = frozenset({*ALWAYS, SOCKET_ENDPOINT, TOKEN_ISSUER, TOKEN_AUDIENCES, JWKS_URL, IDEMPOTENCY_EXPIRES_AFTER_SECONDS, FLAGS, FLAGS_APPLICATION, "PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "TZ"})
"""Names that a manifest may not set: ours, and those on which the runtime depends."""

MAXIMUM_BYTES = 4096
"""Names and values of all variables of a function together, ours included; the plan measures them."""


def resource_variable(prefix: str, name: str) -> str:
    """Variable that tells a function of a resource: ("TABLE_", "paid-orders") -> TABLE_PAID_ORDERS."""
    return prefix + name.upper().replace("-", "_")
