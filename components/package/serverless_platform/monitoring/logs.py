"""Log groups: owned, encrypted, with a retention and what the class of data masks, before anything can write into them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch


@dataclass(frozen=True)
class LogGroup:
    """A log group. Whoever writes into it takes its name or its ARN from here, and so comes after its data protection policy: what is
    logged before is never masked."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    made: tuple[pulumi.Resource, ...]
    """For those that take neither name nor ARN of it."""


def make_log_group(
    name: str, *, group_name: pulumi.Input[str], retention_days: int, key_arn: pulumi.Input[str], tags: Mapping[str, str],
    opts: pulumi.ResourceOptions, protection: str | None = None, region: str | None = None,
) -> LogGroup:  # fmt: skip
    """The log group `NAME-logs`. Its key has to admit CloudWatch Logs, or its creation is refused.

    protection: its data protection policy as JSON text; without it, log events are shown as they were written.
    region: where it is, if not where the provider is; its key is there as well.
    """
    group = cloudwatch.LogGroup(
        f"{name}-logs", name=group_name, retention_in_days=retention_days, kms_key_id=key_arn, tags=tags, region=region, opts=opts
    )
    if not protection:
        return LogGroup(group.name, group.arn, (group,))
    policy = cloudwatch.LogDataProtectionPolicy(f"{name}-logs", log_group_name=group.name, policy_document=protection, region=region, opts=opts)
    # The policy's own output: the name is known at preview all the same.
    arn = pulumi.Output.all(group.arn, policy.log_group_name).apply(lambda both: str(both[0]))
    return LogGroup(policy.log_group_name, arn, (group, policy))
