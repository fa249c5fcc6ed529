"""The second phase: what watches over a workload and moves it safely. It loops over the features of the phase and decides nothing."""

from typing import Any

import pulumi

from platform_contract.phases import FEATURES

from ..features import dashboards, rollout
from ..features.context import Context

MAKE = {"rollout": rollout.make, "dashboards": dashboards.make}
"""Feature -> what makes it."""


class Standardize(pulumi.ComponentResource):
    """Beside the Pilot, which stays as it is."""

    made: dict[str, Any]
    """Feature -> its component."""

    def __init__(self, name: str, context: Context, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("serverless-platform:index:Standardize", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        planned = {feature.name: context.plan.features.get(feature.name) for feature in FEATURES["standardize"]}
        self.made = {feature: MAKE[feature](context, part, child) for feature, part in planned.items() if part is not None}
        self.register_outputs({})
