"""What the workloads of a stack take of the quotas of its account; whether that is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from platform_contract.plan.model import WorkloadPlan, parts_of
from platform_contract.plan.web_acl import WebAclPlan
from platform_contract.platform import documents, lambda_, waf
from platform_contract.platform.base import CachePolicyPlan, ProvisionedPlan, ServiceRolePlan
from platform_contract.platform.diagnostics import Problem
from platform_contract.platform.quotas import ACCOUNT
from platform_contract.platform.settings import Settings


@dataclass(frozen=True)
class Account:
    """Quotas of an account, and what it holds besides the stack. By default what is assumed: AWS's quotas, and nothing else in the account."""

    most: Mapping[str, int | None] = field(default_factory=lambda: {name: quota.most for name, quota in ACCOUNT.items()})
    others: Mapping[str, int] = field(default_factory=dict)
    """What does not belong to the stack."""


@dataclass(frozen=True)
class Taken:
    """One quota of the account and what is taken of it."""

    quota: str
    wanted: int
    """By the stack."""
    others: int
    """By everything else, as far as it is known."""
    most: int | None

    @property
    def left(self) -> int | None:
        """What is left with the stack as planned; negative if it is not enough; None without a limit."""
        return None if self.most is None else self.most - self.wanted - self.others


def assumed(settings: Settings) -> Account:
    """The account as far as it is known offline."""
    raised = settings.account_quotas.model_dump()
    return Account(most={name: raised.get(name, quota.most) for name, quota in ACCOUNT.items()})


def wanted(plans: Mapping[str, WorkloadPlan]) -> dict[str, int]:
    """Quota -> what the workloads and the foundation of a stack need of it."""
    functions = [function for plan in plans.values() for function in plan.functions.values()]
    return {
        "concurrent_executions": sum(function.reserved_concurrency or 0 for function in functions) + sum(
            ready.most for plan in plans.values() for ready in parts_of(ProvisionedPlan, plan.features)
            if not plan.functions[ready.function].reserved_concurrency  # else it is part of that
        ),
        "roles": sum(len(plan.role_names()) for plan in plans.values()),
        "trace_groups": sum(plan.trace_group is not None for plan in plans.values()),
        "trace_policies": 1,  # of the foundation, for all topics
        "deployment_strategies": sum(role.service == documents.APPCONFIG for plan in plans.values() for role in parts_of(ServiceRolePlan, plan.features)),
        "web_acls": sum(acl.scope == waf.REGIONAL for plan in plans.values() for acl in parts_of(WebAclPlan, plan.features)),
        "cache_policies": sum(len(list(parts_of(CachePolicyPlan, plan.features))) for plan in plans.values()),
        "alarms": sum(len(plan.alarm_names()) for plan in plans.values()),
    }


def taken(plans: Mapping[str, WorkloadPlan], account: Account) -> list[Taken]:
    """Every quota, with what the stack and others take of it. What Lambda keeps for functions without a reservation counts as taken."""
    needed = wanted(plans)
    kept = {"concurrent_executions": lambda_.UNRESERVED_CONCURRENCY if needed["concurrent_executions"] else 0}
    return [Taken(name, needed[name], account.others.get(name, 0) + kept.get(name, 0), account.most[name]) for name in ACCOUNT]


Stacks = Mapping[str, tuple[Settings, Mapping[str, WorkloadPlan]]]
"""Stack -> its settings and plans."""


def beside(stacks: Stacks, stack: str) -> Account:
    """The account of `stack` as far as it is known offline: with what the other stacks in it take."""
    settings, _ = stacks[stack]
    others: dict[str, int] = dict.fromkeys(ACCOUNT, 0)
    for name, (its, plans) in stacks.items():
        if name == stack or its.account_id != settings.account_id:
            continue
        needed = wanted(plans)
        for quota, row in ACCOUNT.items():
            if row.per == "account" or its.region == settings.region:
                others[quota] += needed[quota]
    return replace(assumed(settings), others=others)


def report(stacks: Stacks, stack: str) -> str:
    """The quotas of a stack's account, and what is taken of each, as Markdown."""
    settings, plans = stacks[stack]
    rows = [f"Quotas of account {settings.account_id} in {settings.region}, as stack {stack} assumes them: before an update on AWS, the account is asked.", "",
            "| what | this stack | others | quota | left | source |", "|---|---|---|---|---|---|"]  # fmt: skip
    for it in taken(plans, beside(stacks, stack)):
        most, left = ("no limit", "") if it.most is None else (f"{it.most:,}", f"{it.left:,}")
        rows.append(f"| {ACCOUNT[it.quota].what} | {it.wanted:,} | {it.others:,} | {most} | {left} | {ACCOUNT[it.quota].source} |")
    rows.append(f"\nOf functions running at the same time, the stack's are those that it reserves; Lambda keeps {lambda_.UNRESERVED_CONCURRENCY} for all others.")
    return "\n".join(rows) + "\n"


def account_problems(plans: Mapping[str, WorkloadPlan], settings: Settings, account: Account, file: str = "settings") -> Iterator[Problem]:
    """Quotas that are not enough: AWS would refuse what goes beyond them, in mid-update."""
    for it in taken(plans, account):
        if it.left is None or it.left >= 0:
            continue
        quota = ACCOUNT[it.quota]
        where = f"account_quotas.{it.quota}" if it.quota in type(settings.account_quotas).model_fields else it.quota
        rule = f"is too small by {-it.left}: the stack makes {it.wanted} {quota.what}" + (f", and the account has {it.others} others" if it.others else "")
        if it.quota == "concurrent_executions":
            reserved = it.others - lambda_.UNRESERVED_CONCURRENCY
            rule = (
                f"leaves {max((it.most or 0) - it.others, 0)} to reserve, because Lambda keeps {lambda_.UNRESERVED_CONCURRENCY} for all others"
                + (f" and other functions of the account reserve {reserved}" if reserved else "") + f", and the functions reserve {it.wanted} together"
            )  # fmt: skip
        yield Problem(file, where, str(it.most), f"{rule} ({quota.source})", quota.fix)
