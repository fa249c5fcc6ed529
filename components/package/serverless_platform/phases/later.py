"""What the phases after the pilot have in common: they loop over their features and decide nothing."""

from collections.abc import Callable
from typing import Any

import pulumi

from platform_contract.phases import FEATURES
from platform_contract.platform.settings import Phase

from ..features import (
    anomalies,
    backups,
    capacity,
    cdn,
    cold_starts,
    dashboards,
    feature_flags,
    firewall,
    metrics,
    probe,
    queries,
    rollout,
    slo,
)
from ..features.context import Context

MAKE: dict[str, Callable[[Context, Any, pulumi.ResourceOptions], Any]] = {
    module.__name__.rpartition(".")[2]: module.make
    for module in (anomalies, backups, capacity, cdn, cold_starts, dashboards, feature_flags, firewall, metrics, probe, queries, rollout, slo)
}  # fmt: skip
"""Feature -> what makes it, of the part of the plan that the feature of the same name in the contract has made."""


class LaterPhase(pulumi.ComponentResource):
    """A phase beside the Pilot, which stays as it is."""

    phase: Phase

    def __init__(self, name: str, context: Context, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"serverless-platform:index:{type(self).__name__}", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        for name in (feature.name for feature in FEATURES[self.phase]):
            if (part := context.plan.features.get(name)) is not None:
                context.features[name] = MAKE[name](context, part, child)
        self.register_outputs({})
