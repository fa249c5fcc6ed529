"""Lambda: timeouts, memory, runtimes. Source of the limits: Lambda guide, "Lambda quotas"."""

from datetime import date

DEFAULT_TIMEOUT_SECONDS = 10
"""Below the 30 s of an HTTP integration with room for a retry by the caller."""

MAXIMUM_TIMEOUT_SECONDS = 900
"""Lambda's limit: 15 minutes."""

DEFAULT_MEMORY_MB = 512
"""Enough processor for pydantic, Powertools and tracing to start in well under a second; 128 would take several."""

MINIMUM_MEMORY_MB, MAXIMUM_MEMORY_MB = 128, 10_240
"""Lambda's limits, in MB."""

RUNTIMES: dict[str, date] = {
    "python3.11": date(2027, 6, 30),
    "python3.12": date(2028, 10, 31),
    "python3.13": date(2029, 6, 30),
    "python3.14": date(2029, 6, 30),
}
"""Runtime -> day on which Lambda stops to patch it. Source: Lambda guide, "Lambda runtimes", table of projected deprecation dates; they move, so
look them up before relying on one."""

DEFAULT_RUNTIME = "python3.13"

TRACING_MODE = "Active"
"""PassThrough traces only what the caller has decided to trace."""

ALIAS = "live"
"""What every trigger invokes, never $LATEST."""

ACCOUNT_CONCURRENCY = 1000
"""Runs at the same time that an account has in a region, unless AWS has raised it; new accounts begin lower, look it up."""

UNRESERVED_CONCURRENCY = 100
"""Of these, what Lambda keeps for functions that reserve nothing: a reservation that leaves less is refused. Source: Lambda guide,
"Configuring reserved concurrency for a function"."""

ASYNCHRONOUS_RETRIES, ASYNCHRONOUS_AGE_SECONDS = 2, 3600
"""How often Lambda tries an event again that nobody waits for (its maximum), and for how long: its own 6 hours hide an outage."""

PROVISIONED_UTILIZATION_PERCENT = 70
"""Of the runs that are kept ready: with fewer in use there is room for what comes while more are made ready, which takes minutes. Source: Lambda
guide, "Managing provisioned concurrency with Application Auto Scaling", whose example this is."""

SNAPSTART_RUNTIMES = ("python3.12", "python3.13", "python3.14")
"""Source: Lambda guide, "Improving startup performance with Lambda SnapStart": Python 3.12 and later."""

MAXIMUM_RESERVED_CONCURRENCY = 1000
"""Most that one function may reserve here."""

TAKEN_PACKAGES = frozenset({
    "shared", "annotated_types", "aws_lambda_powertools", "aws_xray_sdk", "boto3", "botocore", "cffi", "cryptography", "dateutil", "jmespath", "jwt",
    "pycparser", "pydantic", "pydantic_core", "s3transfer", "six", "tenacity", "typing_extensions", "typing_inspection", "urllib3", "wrapt",
})  # fmt: skip
"""Packages that functions import besides Python's own: a workload's package of the same name would be imported instead."""

MAXIMUM_BATCHING_WINDOW_SECONDS = 300
"""For which Lambda collects a batch. Source: Lambda API reference, CreateEventSourceMapping."""
