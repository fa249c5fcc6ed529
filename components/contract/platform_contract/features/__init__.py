"""What a phase adds to a workload, one module each: what may be asked for, limits with their source, the plan, alarms."""
