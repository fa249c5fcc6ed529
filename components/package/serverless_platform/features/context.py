"""What a feature is made for: a workload that runs already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from platform_contract.plan.model import WorkloadPlan

from ..planned import Planned, Shared
from ..resources.function import Function


@dataclass(frozen=True)
class Context:
    """The pilot of one workload, and what its stack shares. A feature adds to it; what it changes on it is decided in the plan."""

    name: str
    """Logical name of the workload: names of a feature's resources begin with it."""
    plan: WorkloadPlan
    functions: Mapping[str, Function]
    apis: Mapping[str, Any]
    """Its APIs of every kind, by the names of the plan."""
    shared: Shared
    identity: Callable[[str], pulumi.Output[str]]
    """TOKEN_ISSUER, TOKEN_AUDIENCES or JWKS_URL -> what a function is told of tokens under that name."""
    user_pool_arn: pulumi.Input[str]
    """ARN of the managed user pool; empty text where tokens come from elsewhere."""
    features: dict[str, Any] = field(default_factory=dict)
    """Feature -> its component, of those that were made before."""

    def planned(self, part: Any, **given: Any) -> Any:
        """A part of the plan as a component takes it. given: what no plan can hold."""
        return Planned(part, self.shared, given)
