"""The second phase: what watches over a workload and moves it safely."""

from .later import LaterPhase


class Standardize(LaterPhase):
    """Rollout, dashboards and what else the contract lists for the phase (platform_contract.phases)."""

    phase = "standardize"
