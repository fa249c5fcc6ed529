"""One customer-managed key per workload, and one for the foundation."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import kms

from platform_contract.plan.model import KeyPlan


def make_key(
    name: str, plan: KeyPlan, *, tags: Mapping[str, str], opts: pulumi.ResourceOptions, region: str | None = None,
) -> kms.Key:  # fmt: skip
    """A symmetric key `NAME-key` with its alias.

    Its policy is known at preview, because it names services and the account, never roles (a role in a key policy is stored by its unique id, so a role that is
    made again loses its access without a diff).
    region: where it is, if not where the provider is.
    Rotated every year, which is KMS's default period.
    """
    key = kms.Key(
        f"{name}-key", description=plan.description, policy=plan.policy, enable_key_rotation=True,
        deletion_window_in_days=plan.deletion_window_days, tags=tags, region=region, opts=opts,
    )  # fmt: skip
    kms.Alias(f"{name}-key", name=plan.alias, target_key_id=key.key_id, region=region, opts=opts)
    return key
