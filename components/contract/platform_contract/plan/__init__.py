"""The plan: manifest, settings and phase in; every number, name, permission and alarm out. No resource is made here."""

from platform_contract.plan.build import effective_phase, plan_all, plan_workload
from platform_contract.plan.foundation import FoundationPlan, plan_foundation, stack_tags
from platform_contract.plan.model import WorkloadPlan
from platform_contract.plan.platform import Platform

__all__ = [
    "FoundationPlan", "Platform", "WorkloadPlan", "effective_phase", "plan_all", "plan_foundation", "plan_workload", "stack_tags",
]  # fmt: skip
