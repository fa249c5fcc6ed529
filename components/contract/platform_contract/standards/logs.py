"""Amazon CloudWatch Logs."""

RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Days that PutRetentionPolicy accepts (CloudWatch Logs API reference)."""

MINIMUM_DAYS_BY_DATA_CLASS = {"public": 1, "internal": 1, "confidential": 30, "restricted": 90}
"""The stricter the data, the longer one must be able to say who did what (own choice; security reviewers may raise it)."""

LOG_FORMAT = "JSON"


def retention_days(settings_days: int, data_class: str, durable: bool) -> int:
    """How long a log is kept, in days: the stack's setting, and outside throw-away stacks no less than the data class asks."""
    wanted = max(settings_days, MINIMUM_DAYS_BY_DATA_CLASS[data_class]) if durable else settings_days
    return next(days for days in RETENTION_DAYS if days >= wanted)
