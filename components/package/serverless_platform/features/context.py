"""What a feature is made for: a workload that runs already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from platform_contract.plan.model import WorkloadPlan

from ..blocks.function import Function


@dataclass(frozen=True)
class Context:
    """The pilot of one workload, and what its stack shares. A feature adds to it; what it changes on it is decided in the plan."""

    name: str
    """Logical name of the workload: names of a feature's resources begin with it."""
    plan: WorkloadPlan
    functions: Mapping[str, Function]
    apis: Mapping[str, Any]
    """Its APIs of every kind, by the names of the plan."""
    key_arn: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    features: dict[str, Any] = field(default_factory=dict)
    """Feature -> its component, of those that were made before."""
