"""AWS Lambda."""

from datetime import date

TIMEOUT_SECONDS_MAXIMUM = 900  # Lambda quotas
TIMEOUT_SECONDS_HTTP_DEFAULT = 10  # own choice: three times a slow answer, well below the API's 30 s
TIMEOUT_SECONDS_DEFAULT = 30
MEMORY_MB_DEFAULT = 512  # pydantic and X-Ray in 128 MB start in seconds; 512 MB is 0.29 vCPU
MEMORY_MB_MINIMUM, MEMORY_MB_MAXIMUM = 128, 10240  # Lambda quotas
ENVIRONMENT_BYTES_MAXIMUM = 4096  # all variables together, Lambda quotas
RESERVED_CONCURRENCY_MAXIMUM = 1000  # the default quota of an account
TRACING_MODE = "Active"
ALIAS = "live"

RUNTIME_DEPRECATION = {
    "python3.11": date(2027, 6, 30),
    "python3.12": date(2028, 10, 31),
    "python3.13": date(2029, 6, 30),
    "python3.14": date(2029, 6, 30),
}
"""When AWS ends a runtime (Lambda developer guide, "Supported runtimes"; dates move, look them up before relying on one)."""
