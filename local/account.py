"""The account of a real stack, asked before an update: what AWS allows it, and what it holds besides the stack.

What cannot be read (a role without the permission) is told and assumed; the update is not held up for it.
"""

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rich import box
from rich.console import Console
from rich.table import Table

from local.paths import ROOT
from local.steps import Refusal, console, step
from platform_contract.economics.idle import IdleCost, idle_cost
from platform_contract.features.feature_flags import FeatureFlagsPlan
from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.manifest import Manifest, load_manifests
from platform_contract.manifest.concurrency_checks import peak_runs
from platform_contract.manifest.stack_files import check_stack
from platform_contract.plan.account import Account, account_problems, assumed, taken
from platform_contract.plan.model import WorkloadPlan, parts_of
from platform_contract.plan.web_acl import WebAclPlan
from platform_contract.planning import plan_all
from platform_contract.platform import naming
from platform_contract.platform.base import CachePolicyPlan
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.quotas import ACCOUNT
from platform_contract.platform.settings import Settings

Client = Callable[[str], Any]
"""Service -> its boto3 client in the stack's region."""

Plans = Mapping[str, WorkloadPlan]


@dataclass
class Asked:
    """What the account has answered, and what is to be told of it."""

    most: dict[str, int | None]
    others: dict[str, int] = field(default_factory=dict)
    """Quota -> what does not belong to the stack."""
    notes: list[str] = field(default_factory=list)

    @property
    def account(self) -> Account:
        return Account(most=self.most, others=self.others)


def clients_of(settings: Settings) -> Client:
    """The user's own credentials, as for the update itself."""
    session = boto3.Session(region_name=settings.region)
    patience = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3})
    return lambda service: session.client(service, config=patience)


def tell_before(stack: str, settings: Settings) -> None:
    """Plans every workload, asks the account whether there is room for it, and prints what it has said. Raises Refusal."""
    try:
        if problems := list(check_stack(ROOT, stack, settings)):
            raise ProblemsError(problems)
        manifests = load_manifests(ROOT / "workloads", settings)
        plans = plan_all(manifests, settings)
    except ProblemsError as wrong:
        raise Refusal(str(wrong)) from None
    with step(f"Account {settings.account_id} in {settings.region}") as current:
        asked = ask(settings, plans, clients_of(settings))
        refuse_what_does_not_fit(settings, plans, asked)
        current.result = ", ".join(f"{ACCOUNT[it.quota].what}: {it.wanted:,} of {it.most - it.others:,}" for it in taken(plans, asked.account) if it.most)
    for note in filter(None, (*asked.notes, peaks_beyond(manifests, plans, asked))):
        console.print(f"  {note}", markup=False)
    tell_idle_cost(idle_cost(manifests, plans, settings))


WIDE = 160
"""Characters, in which the table of costs has room."""


def tell_idle_cost(cost: IdleCost) -> None:
    """What will cost money though nothing runs: said before it is made."""
    head, *rows, last = cost.rows()
    table = Table(title="Costs a month though nothing runs, in USD", title_justify="left", box=box.SIMPLE_HEAD, show_footer=True, padding=(0, 1, 0, 0), pad_edge=False)
    for number, (name, footer) in enumerate(zip(head, last, strict=True)):
        table.add_column(name, footer, justify="right" if number else "left", no_wrap=number != len(head) - 1)
    for row in rows:
        table.add_row(*row)
    wide = Console(width=max(console.width, WIDE))  # a number that is cut off is worse than a long line
    with wide.capture() as drawn:
        wide.print(table)
    console.print("\n".join(line.rstrip() for line in drawn.get().splitlines()), markup=False, highlight=False, soft_wrap=True)
    for note in cost.notes:
        console.print(f"  {note}", markup=False)


def ask(settings: Settings, plans: Plans, client: Client) -> Asked:
    """Reads quotas and their use. Raises Refusal if the credentials are of another account than the stack's."""
    asked = Asked(most=dict(assumed(settings).most))
    with _what_fails_is_told(asked, "whose credentials these are"):
        account = client("sts").get_caller_identity()["Account"]
        if account != settings.account_id:
            raise Refusal(f"these credentials are of account {account}, and the stack is in {settings.account_id}: log in there")
    if asked.notes:
        return asked  # every other question would only end like this one
    for quota, read in QUESTIONS.items():
        with _what_fails_is_told(asked, f"about {ACCOUNT[quota].what}"):
            read(asked, settings, plans, client)
    for quota, most in assumed(settings).most.items():
        if (found := asked.most[quota]) != most:
            asked.notes.append(
                f"the account allows {found:,} {ACCOUNT[quota].what}, and {most:,} are assumed offline: write `account_quotas: "
                f"{{{quota}: {found}}}` into the stack's settings"
            )
    return asked


@contextmanager
def _what_fails_is_told(asked: Asked, what: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        asked.notes.append(f"AWS did not say {what}, so what the settings say is assumed: {error}")


def refuse_what_does_not_fit(settings: Settings, plans: Plans, asked: Asked) -> None:
    """Raises Refusal with every quota of the account that is not enough."""
    where = f"account {settings.account_id} in {settings.region}"
    if problems := list(account_problems(plans, settings, asked.account, where)):
        raise Refusal(str(ProblemsError(problems)))


def peaks_beyond(manifests: Mapping[str, Manifest], plans: Plans, asked: Asked) -> str:
    """A sentence if functions without a reservation need more at their peaks than the account has for them; else empty."""
    reserved = sum(function.reserved_concurrency or 0 for function in _functions(plans))
    room = (asked.most["concurrent_executions"] or 0) - asked.others.get("concurrent_executions", 0) - reserved
    free = [(manifest, name) for manifest in manifests.values() for name in manifest.functions if not plans[manifest.name].functions[name].reserved_concurrency]
    peak = sum(peak_runs(manifest, name) for manifest, name in free)
    if peak <= room:
        return ""
    return (
        f"functions without a reservation run up to {peak:g} at the same time when all workloads have their peak, and the account has {room} for them: "
        "beyond, callers get 429 and events wait; ask AWS to raise the quota before the load comes"
    )


def refuse_names_of_another(stack: str, settings: Settings, pulumi: Sequence[str], env: Mapping[str, str], client: Client) -> None:
    """Raises Refusal if the account holds a platform of this name that the stack knows nothing of: AWS would overwrite its alarms and policies.

    pulumi: the engine's command. The alarm topic stands for the platform: it is made first and deleted last. What cannot be found out is left to
    the update, which meets the same obstacle.
    """
    if _holds_something(stack, pulumi, env) is not False:
        return
    topic = naming.topic_arn(settings, naming.alarm_topic_name(settings))
    try:
        client("sns").get_topic_attributes(TopicArn=topic)
    except (BotoCoreError, ClientError):
        return
    raise Refusal(
        f"account {settings.account_id} has a platform {settings.environment} in {settings.region} already ({topic}), and the stack {stack} knows nothing "
        f"of it: another stack has made it, or its state is elsewhere. Log in to the backend that holds it (`pulumi login`), or give this "
        f"stack another environment, region or account"
    )


def _holds_something(stack: str, pulumi: Sequence[str], env: Mapping[str, str]) -> bool | None:
    """Whether the stack's state has a resource of AWS; None if the engine does not say."""
    done = subprocess.run([*pulumi, "stack", "export", "-s", stack], cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return False if "no stack named" in done.stderr else None
    resources = (json.loads(done.stdout).get("deployment") or {}).get("resources") or []
    return any(each["type"].startswith("aws:") for each in resources)


def _functions(plans: Plans) -> Iterator[FunctionPlan]:
    for plan in plans.values():
        yield from plan.functions.values()


def _concurrency(asked: Asked, settings: Settings, plans: Plans, client: Client) -> None:
    """AWS says what all functions of the account reserve; those of the stack are taken off, since the update sets them anew."""
    functions = client("lambda")
    limit = functions.get_account_settings()["AccountLimit"]
    reserved = limit["ConcurrentExecutions"] - limit["UnreservedConcurrentExecutions"]
    asked.most["concurrent_executions"] = limit["ConcurrentExecutions"]
    asked.others["concurrent_executions"] = reserved - sum(_reserved_now(functions, it.physical_name) for it in _functions(plans)) if reserved else 0


def _reserved_now(functions: Any, name: str) -> int:
    try:
        return int(functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions", 0))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return 0
        raise


def _roles(asked: Asked, settings: Settings, plans: Plans, client: Client) -> None:
    iam = client("iam")
    summary = iam.get_account_summary()["SummaryMap"]
    asked.most["roles"] = summary["RolesQuota"]
    ours = {name for plan in plans.values() for name in plan.role_names()}
    there = {role["RoleName"] for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]}
    asked.others["roles"] = summary["Roles"] - len(ours & there)


def _trace_groups(asked: Asked, settings: Settings, plans: Plans, client: Client) -> None:
    there = {group["GroupName"] for page in client("xray").get_paginator("get_groups").paginate() for group in page["Groups"]}
    asked.others["trace_groups"] = _beside(there, (plan.trace_group.physical_name for plan in plans.values() if plan.trace_group))


def _trace_policies(asked: Asked, settings: Settings, plans: Plans, client: Client) -> None:
    there = {it["PolicyName"] for page in client("xray").get_paginator("list_resource_policies").paginate() for it in page["ResourcePolicies"]}
    asked.others["trace_policies"] = _beside(there, [naming.trace_policy_name(settings)])


def _deployment_strategies(asked: Asked, settings: Settings, plans: Plans, client: Client) -> None:
    pages = client("appconfig").get_paginator("list_deployment_strategies").paginate()
    there = {it["Name"] for page in pages for it in page["Items"] if not it["Id"].startswith("AppConfig.")}  # those are everybody's
    ours = {part.strategy_name for plan in plans.values() for part in parts_of(FeatureFlagsPlan, plan.features)}
    asked.others["deployment_strategies"] = _beside(there, ours)


def _web_acls(asked: Asked, settings: Settings, plans: Plans, client: Client) -> None:
    waf, there, more = client("wafv2"), set(), dict[str, str]()  # no paginator
    while True:
        page = waf.list_web_acls(Scope="REGIONAL", **more)
        there |= {it["Name"] for it in page["WebACLs"]}
        if not page.get("NextMarker") or not page["WebACLs"]:
            break
        more = {"NextMarker": page["NextMarker"]}
    asked.others["web_acls"] = _beside(there, (acl.physical_name for plan in plans.values() for acl in parts_of(WebAclPlan, plan.features)))


def _cache_policies(asked: Asked, settings: Settings, plans: Plans, client: Client) -> None:
    cloudfront, there, more = client("cloudfront"), set(), dict[str, str]()  # no paginator
    while True:
        found = cloudfront.list_cache_policies(Type="custom", **more)["CachePolicyList"]
        there |= {it["CachePolicy"]["CachePolicyConfig"]["Name"] for it in found.get("Items", [])}
        if not found.get("NextMarker"):
            break
        more = {"Marker": found["NextMarker"]}
    asked.others["cache_policies"] = _beside(there, (it.physical_name for plan in plans.values() for it in parts_of(CachePolicyPlan, plan.features)))


def _beside(there: set[str], ours: Iterable[str]) -> int:
    return len(there - set(ours))


QUESTIONS: Mapping[str, Callable[[Asked, Settings, Plans, Client], None]] = {
    "concurrent_executions": _concurrency, "roles": _roles, "trace_groups": _trace_groups, "trace_policies": _trace_policies,
    "deployment_strategies": _deployment_strategies, "web_acls": _web_acls, "cache_policies": _cache_policies,
}  # fmt: skip
"""Quota -> how it is read. Alarms have none."""
