"""CloudWatch Logs: retention and level."""

RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""What CloudWatch Logs accepts. Source: its API reference, PutRetentionPolicy."""

LEAST_RETENTION_DAYS = {"public": 1, "internal": 1, "confidential": 30, "restricted": 90}
"""Class of data -> days that its logs are kept at least outside the embedded cloud: who read it must stay answerable for as
long as an incident usually takes to be found. A choice of this platform."""

MOST_RETENTION_DAYS = {"public": 731, "internal": 731, "confidential": 1827, "restricted": 3653}
"""Class of data -> days that its logs are kept at most: cost, and data kept longer than needed."""

LOG_FORMAT = "JSON"
"""Text cannot be queried by field, and Lambda filters by level in JSON only."""

LOG_GROUP_FUNCTION_PREFIX = "/aws/lambda/"
LOG_GROUP_STATES_PREFIX = "/aws/vendedlogs/states/"
LOG_GROUP_API_PREFIX = "/aws/vendedlogs/apigateway/"
"""Under /aws/vendedlogs/, or every API adds its log group to one policy of the account, which ends at 5120 characters: after a few
dozen APIs, AWS refuses the next stage. Source: CloudWatch Logs guide, "Logs sent to CloudWatch Logs"."""


def retention_days(data_class: str, wanted_days: int) -> int:
    """`wanted_days` of the settings, brought within the bounds of the class of data; a value that CloudWatch Logs accepts."""
    within = max(LEAST_RETENTION_DAYS[data_class], min(wanted_days, MOST_RETENTION_DAYS[data_class]))
    return next(days for days in RETENTION_DAYS if days >= within)
