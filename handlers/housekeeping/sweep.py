"""The scheduled sweep: of several runs at once one works, and what was done for one planned time is not done again."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import Field

from housekeeping import logic
from housekeeping.contracts import SweepOutcome, SweepRequest
from housekeeping.store import DraftStore, ReportStore
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.lease import Leases, LeaseTaken, WorkDone
from shared.observability import accept_correlation_id, correlation_id, count, instrumented, logger, sent_id

LEASE = "sweep"
LEASE_SECONDS = 45
"""Renewed before every page. With the skew of the clocks below the minute that Lambda waits before it repeats an asynchronous
invocation: the run after one that was killed finds the lease free."""


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_leases: str = Field(min_length=3)
    table_drafts: str = Field(min_length=3)
    bucket_reports: str = Field(min_length=3)


@dataclass(frozen=True)
class Parts:
    """What lives as long as the execution environment."""

    leases: Leases
    drafts: DraftStore
    reports: ReportStore


@cache
def parts() -> Parts:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    dynamodb = client("dynamodb")
    return Parts(
        Leases(dynamodb, config.table_leases),
        DraftStore(dynamodb, config.table_drafts),
        ReportStore(client("s3"), config.bucket_reports),
    )


def run(request: SweepRequest, context: Any) -> SweepOutcome:
    """One run. A failure gives the lease back, so that the schedule's next attempt need not wait for its end."""
    used = parts()
    try:
        lease = used.leases.acquire(LEASE, LEASE_SECONDS, work=request.scheduled_time.isoformat())
    except LeaseTaken:
        return SweepOutcome(outcome="already-running")
    except WorkDone:
        return SweepOutcome(outcome="already-done")
    try:
        key, report = logic.sweep(
            request, correlation_id(), lease, used.drafts, used.reports, lambda: context.get_remaining_time_in_millis() / 1000
        )
        lease.release(done=True)
    except Exception as error:
        try:
            lease.release(done=False)
        except Exception as second:  # lost, or DynamoDB is away: the lease ends by itself, and the first failure matters
            logger.warning("lease not given back", token=lease.token, reason=type(second).__name__, after=type(error).__name__)
        raise
    return SweepOutcome(outcome="swept", removed=report.removed, complete=report.complete, report=key)


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    # The schedule's run begins the id: known before the input is judged, so that a refusal carries it too.
    accept_correlation_id(sent_id(event, "execution_id"), context.aws_request_id)
    request = logic.read(event)
    outcome = run(request, context)
    if outcome.outcome == "swept":
        count("DraftsRemoved", outcome.removed)
    else:
        count("SweepsSkipped")
    logger.info("sweep ended", attempt=request.attempt, scheduled_time=request.scheduled_time.isoformat(), **outcome.model_dump())
    return outcome.model_dump(mode="json")


if in_lambda():
    parts()
