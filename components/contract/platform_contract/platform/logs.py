"""CloudWatch Logs: retention and level. How long at least and at most, and what is masked, is decided by the class of data."""

from platform_contract.platform import data_class as classes

RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""What CloudWatch Logs accepts. Source: its API reference, PutRetentionPolicy."""

LOG_FORMAT = "JSON"
"""Text cannot be queried by field, and Lambda filters by level in JSON only."""

LOG_GROUP_FUNCTION_PREFIX = "/aws/lambda/"
LOG_GROUP_STATES_PREFIX = "/aws/vendedlogs/states/"
LOG_GROUP_API_PREFIX = "/aws/vendedlogs/apigateway/"
"""Under /aws/vendedlogs/, or every API adds its log group to one policy of the account, which ends at 5120 characters: after a few
dozen APIs, AWS refuses the next stage. Source: CloudWatch Logs guide, "Logs sent to CloudWatch Logs"."""


def retention_days(data_class: str, wanted_days: int) -> int:
    """`wanted_days` of the settings, brought within the bounds of the class of data; a value that CloudWatch Logs accepts."""
    rules = classes.CLASSES[data_class]
    within = max(rules.least_log_days, min(wanted_days, rules.most_log_days))
    return next(days for days in RETENTION_DAYS if days >= within)
