"""The phases of a workload. Blocks always belong to Pilot; what a later phase adds belongs to its own component."""
