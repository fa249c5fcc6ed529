"""What every workload has once: key, budget, and its group of traces; also of one that is written with components instead of a manifest."""

from collections.abc import Sequence

from pydantic import Field

from platform_contract.manifest.capacity import BudgetUsd
from platform_contract.plan import access
from platform_contract.plan.foundation import deletion_window_days
from platform_contract.plan.model import BudgetPlan, KeyPlan, TraceGroupPlan
from platform_contract.platform import kms, naming, tags
from platform_contract.platform.base import Plain
from platform_contract.platform.scope import Scope
from platform_contract.platform.text_types import Name, Strict

BUDGET_ACTUAL_PERCENT = (80.0,)
BUDGET_FORECAST_PERCENT = (100.0,)
"""A notice at 80 % spent, in time to do something, and as soon as the whole is forecast."""

DELIVERING = ("bus", "bus_lookup", "events", "sns", "s3", "log_delivery")
"""Services that encrypt or deliver for a workload which has something for them: buses, rules, topics, uploads, workflows."""


class WorkloadScopeSpec(Strict):
    """A workload that is written with components."""

    monthly_budget_usd: BudgetUsd
    functions: list[Name] = Field(
        default=[], max_length=100, description="Its functions. In the classes confidential and restricted no other roles may use its key, so all have to be here."
    )
    delivering: list[str] = Field(
        default=list(DELIVERING), description=f"Services that its key admits because they encrypt or deliver for it: {', '.join(DELIVERING)}. Without it, all of them."
    )


class WorkloadScopePlan(Plain):
    """What every workload has once."""

    key: KeyPlan
    budget: BudgetPlan
    trace_group: TraceGroupPlan | None


def plan_workload_scope(scope: Scope, spec: WorkloadScopeSpec) -> WorkloadScopePlan:
    """From what its user says of it."""
    roles = [naming.role_name(scope.settings, scope.workload, function) for function in spec.functions]
    services = (*kms.WORKLOAD_SERVICES, *(service for service in DELIVERING if service in spec.delivering))
    return WorkloadScopePlan(
        key=plan_key(scope, services, roles), budget=plan_budget(scope, spec.monthly_budget_usd), trace_group=plan_trace_group(scope)
    )


def plan_key(scope: Scope, services: tuple[str, ...], own_roles: Sequence[str], restoring_roles: Sequence[str] = ()) -> KeyPlan:
    """Its key. Arguments: as of access.key_policy."""
    settings = scope.settings
    return KeyPlan(
        alias=naming.key_alias(settings, scope.workload), description=f"Encrypts everything of the workload {scope.workload}.",
        policy=access.key_policy(settings, services, scope.data_class, own_roles, restoring_roles), deletion_window_days=deletion_window_days(settings),
    )  # fmt: skip


def plan_trace_group(scope: Scope) -> TraceGroupPlan | None:
    """Its traces; None where the settings want no groups."""
    if not scope.settings.trace_groups:
        return None
    return TraceGroupPlan(
        physical_name=naming.trace_group_name(scope.settings, scope.workload),
        # Powertools' Tracer writes POWERTOOLS_SERVICE_NAME, which is the workload, as annotation `Service`.
        filter_expression=f'annotation.Service = "{scope.workload}"',
    )


def plan_budget(scope: Scope, limit_usd: float) -> BudgetPlan:
    """What it may cost a month, in US dollars."""
    return BudgetPlan(
        physical_name=naming.budget_name(scope.settings, scope.workload), limit_usd=limit_usd, actual_percent=BUDGET_ACTUAL_PERCENT,
        forecast_percent=BUDGET_FORECAST_PERCENT, receivers=(scope.team.on_call_email,), tag_filter=f"user:{tags.WORKLOAD}${scope.workload}",
    )  # fmt: skip
