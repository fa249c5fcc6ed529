"""Secrets Manager."""

RECOVERY_DAYS_PROTECTED, RECOVERY_DAYS = 30, 0
"""Days for which a deleted secret can be brought back, with and without protected state. Secrets Manager: 7 to 30, or none at all. Its name is
taken for as long, and a stack whose state may go has to be one that can be made again: so none."""

MAXIMUM_ROTATION_DAYS, RECOMMENDED_ROTATION_DAYS = 365, 90
"""Days between two rotations: Secrets Manager takes up to 1000, a manifest a year, and the guardrail 90. Source of the 90: AWS Security Hub,
control SecretsManager.4."""

INITIAL = "INITIAL"
"""Label of the version that is made with a rotated secret, because Secrets Manager does not rotate a secret without a version. With a label of
its own it becomes the current one only where there is none yet (PutSecretValue): a value that somebody has set stays. The package's code of
rotation (platform_functions/rotation/steps.py) goes by the same label."""

INITIAL_TEXT = "{}"
"""What that version holds: no value, for readers of JSON as for others."""

ROTATION_SECONDS, ROTATION_MEMORY_MB = 45, 128
"""Of the platform's function, in s and MB. Its calls take milliseconds, and together at most 40 s (platform_functions/rotation/handler.py)."""

HOOK_MARGIN_SECONDS = 45
"""What the platform's function has besides the time of the workload's function that it waits for."""

MAXIMUM_HOOK_SECONDS = 600
"""Longest run of a workload's function that rotates: Lambda ends the platform's own, which waits for it, after 900 s."""
