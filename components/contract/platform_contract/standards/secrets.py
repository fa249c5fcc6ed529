"""Secrets Manager."""

RECOVERY_DAYS_PROTECTED, RECOVERY_DAYS = 30, 7
"""Days for which a deleted secret can be brought back, with and without protected state; its name is taken for as long. Secrets Manager: 7
to 30, or none at all. On the embedded cloud, which is thrown away, none."""
