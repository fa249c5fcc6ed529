"""What the phases after the pilot have in common: they loop over their features and decide nothing."""

from typing import Any

import pulumi

from platform_contract.phases import FEATURES
from platform_contract.settings import Phase

from ..features import cold_starts, dashboards, metrics, queries, rollout, slo
from ..features.context import Context

MAKE = {
    "rollout": rollout.make, "metrics": metrics.make, "queries": queries.make, "cold_starts": cold_starts.make, "dashboards": dashboards.make,
    "slo": slo.make,
}  # fmt: skip
"""Feature -> what makes it."""


class LaterPhase(pulumi.ComponentResource):
    """A phase beside the Pilot, which stays as it is."""

    phase: Phase
    made: dict[str, Any]
    """Feature -> its component."""

    def __init__(self, name: str, context: Context, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"serverless-platform:index:{type(self).__name__}", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        planned = {feature.name: context.plan.features.get(feature.name) for feature in FEATURES[self.phase]}
        self.made = {feature: MAKE[feature](context, part, child) for feature, part in planned.items() if part is not None}
        self.register_outputs({})
