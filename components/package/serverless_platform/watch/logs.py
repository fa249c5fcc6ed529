"""Log groups: owned, encrypted and with a retention, before anything can write into them."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import cloudwatch


def make_log_group(
    name: str, *, group_name: pulumi.Input[str], retention_days: int, key_arn: pulumi.Input[str], tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> cloudwatch.LogGroup:  # fmt: skip
    """The log group `NAME-logs`. Its key has to admit CloudWatch Logs, or its creation is refused."""
    return cloudwatch.LogGroup(
        f"{name}-logs", name=group_name, retention_in_days=retention_days, kms_key_id=key_arn, tags=tags, opts=opts
    )
