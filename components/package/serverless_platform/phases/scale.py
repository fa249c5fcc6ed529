"""The third phase: what a workload needs that many depend on."""

from .later import LaterPhase


class Scale(LaterPhase):
    """Objectives, capacity and what else the contract lists for the phase (platform_contract.phases)."""

    phase = "scale"
