"""Releases of a workload: which version callers reach, how it got there, and the way back."""
