"""Calls a workload over its public address, as a client does, and counts what came back."""
