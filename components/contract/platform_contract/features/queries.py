"""Saved queries: what on-call asks of a workload's logs, ready to be run in CloudWatch Logs Insights.

They use fields that are there: those of our handlers' own lines (handlers/shared/observability.py), and of the line that Lambda writes at the
end of each run. Source of that one: Lambda developer guide, "Lambda Telemetry API Event schema reference", platform.report.
"""

from dataclasses import dataclass

from pydantic import Field

from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import naming
from platform_contract.platform.base import Plain
from platform_contract.platform.name_limits import checked_name
from platform_contract.platform.settings import Settings

FEATURE = "queries"
GROUPS = 50
"""Log groups of one query at most. Source: CloudWatch Logs user guide, "Quotas"."""
CHARACTERS = 10_000
"""Of one query at most. Source: CloudWatch Logs API reference, PutQueryDefinition."""
ANY_ID = "PASTE-AN-ID"
"""What stands for a correlation id until somebody puts one in."""

_RUNS = 'filter type = "platform.report"'
_METRICS = "record.metrics"


@dataclass(frozen=True)
class SavedQuery:
    """One question."""

    answers: str
    text: str


QUERIES: dict[str, SavedQuery] = {
    "errors-by-correlation-id": SavedQuery(
        "which requests failed, how often, and what was said last",
        'filter level in ["ERROR", "CRITICAL"]\n'
        "| stats count(*) as errors, earliest(@timestamp) as began, latest(@timestamp) as ended, latest(message) as said by correlation_id, @log\n"
        "| sort ended desc\n"
        "| limit 50",
    ),
    "one-request": SavedQuery(
        f"all that was logged of one request, in order: put its id in place of {ANY_ID}",
        f'filter correlation_id = "{ANY_ID}"\n'
        "| fields @timestamp, function_name, level, message, exception_name\n"
        "| sort @timestamp asc\n"
        "| limit 1000",
    ),
    "cold-starts": SavedQuery(
        "how many there were in each hour, and how long they took",
        f"{_RUNS} and ispresent({_METRICS}.initDurationMs)\n"
        f"| stats count(*) as cold_starts, avg({_METRICS}.initDurationMs) as average_ms, pct({_METRICS}.initDurationMs, 99) as p99_ms by @log, bin(1h)\n"
        "| sort p99_ms desc",
    ),
    "slowest": SavedQuery(
        "the runs that took longest, with the memory that they used",
        f"{_RUNS}\n"
        f"| fields @timestamp, @log, record.requestId, {_METRICS}.durationMs, {_METRICS}.initDurationMs, {_METRICS}.maxMemoryUsedMB, {_METRICS}.memorySizeMB\n"
        f"| sort {_METRICS}.durationMs desc\n"
        "| limit 50",
    ),
    "cost-drivers": SavedQuery(
        "which functions are paid for: runs, GB-seconds, and the memory that is paid beside what is used",
        f"{_RUNS}\n"
        f"| stats count(*) as runs, sum({_METRICS}.billedDurationMs * {_METRICS}.memorySizeMB) / 1024000 as gb_seconds,\n"
        f"    max({_METRICS}.maxMemoryUsedMB) as used_mb, max({_METRICS}.memorySizeMB) as paid_mb by @log\n"
        "| sort gb_seconds desc",
    ),
    "log-volume": SavedQuery(
        "what fills the logs, which are paid by the GB",
        "stats count(*) as lines, sum(strlen(@message)) / 1000000 as megabytes by @log, level, location\n"
        "| sort megabytes desc\n"
        "| limit 50",
    ),
}  # fmt: skip
"""Name -> question. In CloudWatch they are in a folder of the workload."""


class QueryPlan(Plain):
    physical_name: str
    text: str = Field(max_length=CHARACTERS)


class QueriesPlan(Plain):
    """The saved queries of a workload."""

    functions: tuple[str, ...] = Field(min_length=1, max_length=GROUPS)
    """Functions whose logs they search."""
    queries: dict[str, QueryPlan]


def plan_queries(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> QueriesPlan | None:
    """The queries of a planned workload; None where it has no function, and so no lines of this form."""
    if not plan.functions:
        return None
    queries = {name: QueryPlan(physical_name=query_name(settings, plan.name, name), text=query.text) for name, query in QUERIES.items()}
    # More functions than a query may search are told of in the order of the manifest.
    return QueriesPlan(functions=tuple(plan.functions)[:GROUPS], queries=queries)


def query_name(settings: Settings, workload: str, query: str) -> str:
    return checked_name("query", f"{naming.prefix(settings, workload)}/{query}", {"workload name": workload})
