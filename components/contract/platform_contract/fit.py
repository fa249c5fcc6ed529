"""Whether a workload fits serverless: strong, weak or unfit, with reasons. A table of criteria, nothing else decides.

Source: the platform's guides on serverless design: strong for bursty, event- or request-driven work in small units; weak for
long-lived local state, in-memory coordination, long synchronous chains, custom runtimes and steady load; unfit beyond 15
minutes a run, or for answers constantly within 50 ms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .standards.lambda_ import MAXIMUM_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from .specs.manifest import ProfileSpec

Verdict = Literal["strong", "weak", "unfit"]

SECONDS_PER_MONTH = 30 * 24 * 3600

FASTEST_TARGET_MS = 50
"""A target below this is missed by every cold start, and by many a warm call. Source: guide "when not to use serverless"."""

LONGEST_CHAIN = 2
"""Services waited for one after the other, beyond which latency and failures multiply."""

STEADY_CONCURRENCY = 50
"""Runs under way on average, all the time, from which containers are cheaper as a rule: 50 x 512 MB of Lambda cost about
what ten times the memory costs in always-on containers."""


@dataclass(frozen=True)
class Fit:
    """The verdict and why: the reasons that speak against it are `unfit` and `weak`, those for it are `strong`."""

    verdict: Verdict
    unfit: tuple[str, ...]
    weak: tuple[str, ...]
    strong: tuple[str, ...]


def mean_concurrency(profile: "ProfileSpec") -> float:
    """Runs under way on average over a month."""
    return profile.requests_per_month * profile.duration_ms_p95 / 1000 / SECONDS_PER_MONTH


Criterion = tuple[Verdict, Callable[["ProfileSpec"], bool], str]

CRITERIA: tuple[Criterion, ...] = (
    ("unfit", lambda it: it.duration_ms_p95 > MAXIMUM_TIMEOUT_SECONDS * 1000, "a run takes longer than Lambda's 15 minutes"),
    ("unfit", lambda it: it.trigger == "request" and it.latency_target_ms < FASTEST_TARGET_MS,
     f"an answer within {FASTEST_TARGET_MS} ms cannot be kept: a cold start alone takes longer"),
    ("unfit", lambda it: it.state == "memory" and it.traffic == "steady",
     "state in memory under steady load needs a process that stays"),
    ("weak", lambda it: it.state == "memory", "state in memory is lost between runs: move it into a table"),
    ("weak", lambda it: it.chained_calls > LONGEST_CHAIN,
     f"more than {LONGEST_CHAIN} services are waited for one after the other: use a queue or a workflow"),
    ("weak", lambda it: it.custom_runtime, "it wants control of the runtime that Lambda does not give"),
    ("weak", lambda it: it.traffic == "steady" and mean_concurrency(it) > STEADY_CONCURRENCY,
     "load is steady and high: compare the price of containers"),
    ("weak", lambda it: it.trigger == "request" and it.duration_ms_p95 > it.latency_target_ms,
     "one run takes longer than the latency target"),
    ("strong", lambda it: it.traffic == "bursty", "load comes and goes, and costs nothing while it is gone"),
    ("strong", lambda it: it.state in ("none", "external"), "no state in the process, so every run can be anywhere"),
    ("strong", lambda it: it.duration_ms_p95 <= 30_000, "small units of work"),
)  # fmt: skip
"""(what it speaks for, test, reason)."""


def judge(profile: "ProfileSpec") -> Fit:
    """The fit of a profile: unfit if one criterion says so, else weak if one says so, else strong."""
    reasons = {
        verdict: tuple(reason for kind, test, reason in CRITERIA if kind == verdict and test(profile))
        for verdict in ("unfit", "weak", "strong")
    }
    verdict: Verdict = "unfit" if reasons["unfit"] else "weak" if reasons["weak"] else "strong"
    return Fit(verdict, reasons["unfit"], reasons["weak"], reasons["strong"])
