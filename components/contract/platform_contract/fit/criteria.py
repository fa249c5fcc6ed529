"""Whether a workload fits serverless: strong, weak or unfit, with reasons; from which load on containers are cheaper.

Tables of criteria, nothing else decides. Their source are the platform's guides on serverless design; each names the guide's section.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from platform_contract.fit.break_even import BreakEven, break_even
from platform_contract.platform.lambda_ import MAXIMUM_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from platform_contract.manifest.model import Manifest

Verdict = Literal["strong", "weak", "unfit"]

FASTEST_TARGET_MS = 50
"""A target below this is missed by every cold start, and by many a warm call."""

LONGEST_CHAIN = 2
"""Services waited for one after the other, beyond which latency and failures multiply."""

SMALL_RUN_MS = 30_000
"""A run up to this long is a small unit of work: a retry of it is cheap."""


@dataclass(frozen=True)
class Fit:
    """The verdict and why: the reasons that speak against it are `unfit` and `weak`, those for it are `strong`."""

    verdict: Verdict
    unfit: tuple[str, ...]
    weak: tuple[str, ...]
    strong: tuple[str, ...]
    break_even: BreakEven


@dataclass(frozen=True)
class Criterion:
    """One line of a guide: where the test holds, the reason speaks for the verdict."""

    verdict: Verdict
    guide: str
    """Section of the guides."""
    reason: str
    test: Callable[["Manifest", BreakEven], bool]


FIT, NOT, STATE, COST, SMALL = (
    "Start With Workload Fit", "When should I NOT use serverless", "Make State Ownership Explicit", "Watch The Cost Model", "Keep Units Small",
)  # fmt: skip

CRITERIA: tuple[Criterion, ...] = (
    Criterion("unfit", NOT, "a run takes longer than Lambda's 15 minutes",
              lambda it, _: it.profile.duration_ms_p95 > MAXIMUM_TIMEOUT_SECONDS * 1000),
    Criterion("unfit", NOT, f"an answer within {FASTEST_TARGET_MS} ms cannot be kept: a cold start alone takes longer",
              lambda it, _: it.profile.trigger == "request" and it.profile.latency_target_ms < FASTEST_TARGET_MS),
    Criterion("unfit", FIT, "state in memory under steady load needs a process that stays",
              lambda it, _: it.profile.state == "memory" and it.profile.traffic == "steady"),
    Criterion("weak", STATE, "state in memory is lost between runs: move it into a table",
              lambda it, _: it.profile.state == "memory"),
    Criterion("weak", FIT, f"more than {LONGEST_CHAIN} services are waited for one after the other: use a queue or a workflow",
              lambda it, _: it.profile.chained_calls > LONGEST_CHAIN),
    Criterion("weak", FIT, "it wants control of the runtime that Lambda does not give",
              lambda it, _: it.profile.custom_runtime),
    Criterion("weak", COST, "load is steady and beyond the break-even: containers are cheaper",
              lambda it, even: it.profile.traffic == "steady" and even.containers_are_cheaper),
    Criterion("weak", FIT, "one run takes longer than the latency target",
              lambda it, _: it.profile.trigger == "request" and it.profile.duration_ms_p95 > it.profile.latency_target_ms),
    Criterion("strong", FIT, "load comes and goes, and costs nothing while it is gone",
              lambda it, _: it.profile.traffic == "bursty"),
    Criterion("strong", STATE, "no state in the process, so every run can be anywhere",
              lambda it, _: it.profile.state in ("none", "external")),
    Criterion("strong", SMALL, "small units of work", lambda it, _: it.profile.duration_ms_p95 <= SMALL_RUN_MS),
    Criterion("strong", COST, "cheaper than the smallest service of containers",
              lambda _, even: not even.containers_are_cheaper),
)  # fmt: skip


def judge(manifest: "Manifest") -> Fit:
    """The fit of a workload: unfit if one criterion says so, else weak if one says so, else strong."""
    even = break_even(manifest)
    reasons = {
        verdict: tuple(it.reason for it in CRITERIA if it.verdict == verdict and it.test(manifest, even))
        for verdict in ("unfit", "weak", "strong")
    }
    verdict: Verdict = "unfit" if reasons["unfit"] else "weak" if reasons["weak"] else "strong"
    return Fit(verdict, reasons["unfit"], reasons["weak"], reasons["strong"], even)


def report(manifest: "Manifest") -> str:
    """All that is judged about a workload, as Markdown; the same on a page and on a terminal."""
    from platform_contract.fit.flags import flags  # which only the report shows

    fit = judge(manifest)
    guide = {it.reason: it.guide for it in CRITERIA}
    lines = [f"**{manifest.name}: {fit.verdict}**", ""]
    against = [f"- against it: {reason} (guide: {guide[reason]})" for reason in (*fit.unfit, *fit.weak)]
    lines += against or ["- against it: nothing"]
    lines += [f"- for it: {reason} (guide: {guide[reason]})" for reason in fit.strong]
    lines += ["", *fit.break_even.lines(), ""]
    lines += [f"- flag: {flag}" for flag in flags(manifest)] or ["- flags: none"]
    return "\n".join(lines) + "\n"
