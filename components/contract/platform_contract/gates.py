"""What a workload has to show before it is in a phase, each with the guide that asks. Answers come from its manifest, its plan and the settings.

Pilot demands only what every manifest must say: its boundary, its owner, its profile and a budget.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from platform_contract.features.rollout import RolloutPlan
from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform.diagnostics import Problem, choices
from platform_contract.platform.settings import PHASES, Phase, Settings

IMPLEMENTATION = "AWS Serverless Architecture Implementation Guide for Modern Teams"
PRACTICES = "AWS Serverless Design and Architecture Best Practices for Production Teams"
PRACTICAL = "Building a Scalable Serverless Architecture on AWS: A Practical Guide"
"""Titles of the guides."""


@dataclass(frozen=True)
class Case:
    """A workload that asks for a phase: all that answers are found in. The plan is that of the phase."""

    manifest: Manifest
    settings: Settings
    plan: WorkloadPlan


Lack = tuple[str, str, str]
"""(field of the manifest, what is not there, how to supply it)"""


@dataclass(frozen=True)
class Gate:
    """One question, asked from `phase` on."""

    phase: Phase
    question: str
    guide: str
    section: str
    """Title of the guide, and of its section."""
    supplied_by: str
    """Where the answer is given."""
    lacks: Callable[[Case], Iterator[Lack]]


def _smoke(case: Case) -> Iterator[Lack]:
    for name, function in case.manifest.functions.items():
        if not function.smoke:
            yield (f"functions.{name}.smoke", "has no event that a new version must answer",
                   "add events that leave nothing behind, such as {request: GET /orders/none, status: 404}")  # fmt: skip


def _stopped(case: Case) -> Iterator[Lack]:
    rollout = case.plan.features.get("rollout")
    groups = rollout.groups if isinstance(rollout, RolloutPlan) else {}
    for name in case.plan.functions:
        group = groups.get(name)
        if group is None or not (group.version_alarms and group.alias_alarms):
            yield f"functions.{name}", "no alarm takes a release of it back", "let the rollout of its phase plan a deployment group with alarms for it"


def _after_rollback(case: Case) -> Iterator[Lack]:
    if not case.manifest.operations.after_rollback:
        yield ("operations.after_rollback", "says nothing of data that the newer version has written",
               "write in one sentence what the version before does with it")  # fmt: skip


def _access(case: Case) -> Iterator[Lack]:
    review, found = case.manifest.operations.access_review, other_accounts(case.plan)
    if review is None:
        there = f"; the plan names {choices(sorted(found))}" if found else "; the plan names none"
        yield ("operations.access_review", f"nobody has reviewed which other accounts have access{there}",
               "write {accounts: [], reviewer: WHO, reviewed_on: YYYY-MM-DD} after the review")  # fmt: skip
    elif unknown := sorted(found - set(review.accounts)):
        yield ("operations.access_review.accounts", f"lacks {choices(unknown)}, which the plan names",
               "review that access and add the account, or take the access away")  # fmt: skip


def _promotion(case: Case) -> Iterator[Lack]:
    if case.manifest.operations.promotion is None:
        yield ("operations.promotion", "does not say how a release goes from one environment to the next",
               "write {environments: [dev, prod], evidence: WHAT IS SEEN FIRST, approver: TEAM}")  # fmt: skip


def _detection(case: Case) -> Iterator[Lack]:
    if case.manifest.slo is None:
        yield "slo", "promises nothing, so nobody can tell when it fails its callers", "write {availability_percent: 99.9, latency_ms_p99: 1000} with what it keeps"
    plan = case.plan
    watched = {
        **{f"functions.{name}": function.alarms for name, function in plan.functions.items()},
        **{f"queues.{name}": queue.dead_letter_alarms for name, queue in plan.queues.items()},
        **{f"workflows.{name}": workflow.alarms for name, workflow in plan.workflows.items()},
        **{f"functions.{name}.triggers": function.failures.alarms for name, function in plan.functions.items() if function.failures},
    }
    for field, alarms in watched.items():
        if not alarms:
            yield field, "fails without an alarm", "let the catalogue of alarms have a row for it"


def _cost(case: Case) -> Iterator[Lack]:
    budget = case.plan.budget
    if not budget.receivers or not (budget.actual_percent and budget.forecast_percent):
        yield "cost.monthly_budget_usd", "nobody is told before the budget is spent", "let the budget tell the owner at a share of it, and of a forecast"
    if case.manifest.operations.cost_review is None:
        yield ("operations.cost_review", "does not say who looks at what it costs",
               "write {reviewer: TEAM, every_days: 30, driver: WHAT ITS COST GROWS WITH}")  # fmt: skip


def _owner(case: Case) -> Iterator[Lack]:
    if not case.manifest.operations.escalation:
        yield ("operations.escalation", "does not say whom on-call turns to when the owner does not answer",
               "write in one line who that is, and how they are reached")  # fmt: skip


GATES: tuple[Gate, ...] = (
    Gate("standardize", "How is a new version checked before callers reach it?", IMPLEMENTATION, "Automated Validation",
         "`functions.NAME.smoke` for each function", _smoke),
    Gate("standardize", "What stops a release that fails?", PRACTICAL, "Canary Deployments and Feature Flags",
         "the plan: a deployment group with alarms for each function", _stopped),
    Gate("standardize", "What becomes of data when a version goes back?", PRACTICES, "Make State Ownership Explicit",
         "`operations.after_rollback`", _after_rollback),
    Gate("standardize", "Who has reviewed cross-account access?", PRACTICES, "Treat Security As A Design Constraint",
         "`operations.access_review`, compared with the accounts that the plan names", _access),
    Gate("scale", "How are releases promoted?", IMPLEMENTATION, "Phase 3: Scale", "`operations.promotion`", _promotion),
    Gate("scale", "How are failures detected?", IMPLEMENTATION, "Phase 3: Scale",
         "`slo`, and the plan: alarms on functions, dead letters, failures and workflows", _detection),
    Gate("scale", "How is cost watched?", IMPLEMENTATION, "Phase 3: Scale",
         "`operations.cost_review`, and the plan: a budget that tells somebody", _cost),
    Gate("scale", "Who owns the operating model?", IMPLEMENTATION, "Phase 3: Scale",
         "`owner` (as in every phase, a team of the settings that somebody is on call for), and `operations.escalation`", _owner),
)  # fmt: skip
"""In the order in which they are asked."""


def other_accounts(plan: WorkloadPlan) -> set[str]:
    """Accounts besides the workload's own that its key's policy or its functions' permissions name."""
    statements = [each for function in plan.functions.values() for each in (*function.statements, *function.key_statements)]
    named = plan.key.policy + " ".join(str(each) for each in statements)
    return set(re.findall(r"(?<![\w-])\d{12}(?![\w-])", named)) - {plan.account_id}


def lacks(case: Case, phase: Phase) -> list[tuple[Gate, Lack]]:
    """What the workload lacks to be in `phase`: that of the phases before it as well."""
    asked = [gate for gate in GATES if PHASES.index(gate.phase) <= PHASES.index(phase)]
    return [(gate, lack) for gate in asked for lack in gate.lacks(case)]


def unearned(case: Case, file: str) -> Iterator[Problem]:
    """Why the workload may not be in the phase of its plan: all that is missing, and how to supply it; nothing where it may."""
    phase = case.plan.phase
    if not (missing := lacks(case, phase)):
        return
    earned = max((each for each in PHASES[: PHASES.index(phase)] if not lacks(case, each)), key=PHASES.index)
    count = f"{len(missing)} answer{'' if len(missing) == 1 else 's'}"
    yield Problem(file, "phase", phase, f"is not earned yet: {count} missing", f"supply what is told here, or write `phase: {earned}`")
    for gate, (field, rule, fix) in missing:
        yield Problem(file, field, "", f"{rule}, and the phase {gate.phase} asks: {gate.question}", fix)
