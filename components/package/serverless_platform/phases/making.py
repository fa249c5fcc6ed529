"""A workload while its pilot is made: what was planned, and what is there so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from platform_contract.plan.model import WorkloadPlan
from platform_contract.registry import KINDS

from ..planned import Planned, Shared

OUTPUTS = {"name": "physical_name", "arn": "arn", "url": "url"}
"""What a function knows of a resource -> the output that holds it."""


@dataclass(frozen=True)
class Making:
    """Steps add to `made` what they make; later ones find it there."""

    name: str
    """Logical name of the workload: those of its components begin with it."""
    plan: WorkloadPlan
    shared: Shared
    args: Mapping[str, Any]
    """Of the Pilot: code, files, and what the platform shares."""
    child: pulumi.ResourceOptions
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Kind -> name in the manifest -> component."""

    def planned(self, part: Any, **given: Any) -> Any:
        """A part of the plan as a component takes it. given: what no plan can hold."""
        return Planned(part, self.shared, given)

    def of(self, kind: str) -> dict[str, Any]:
        """The components of a kind, by name in the manifest."""
        return self.made.setdefault(kind, {})

    def target(self, function: str) -> Mapping[str, Any]:
        """A function as everything that invokes it needs it."""
        target: Mapping[str, Any] = self.of("function")[function].target
        return target

    def targets(self, functions: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """The same of several, by name in the manifest."""
        return {function: self.target(function) for function in functions}

    def known(self, kind: str, name: str) -> pulumi.Output[str]:
        """What a function is told of a resource, from the resource itself: so the function, and with it all that invokes it, comes after it."""
        attribute = "alias_arn" if kind == "function" else OUTPUTS[KINDS[kind].told]
        output: pulumi.Output[str] = getattr(self.of(kind)[name], attribute)
        return output
