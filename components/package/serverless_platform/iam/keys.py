"""One customer-managed key per workload, and one for the foundation."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import kms


def make_key(
    name: str, *, alias: str, description: str, policy: str, deletion_window_days: int, tags: Mapping[str, str],
    opts: pulumi.ResourceOptions, region: str | None = None,
) -> kms.Key:  # fmt: skip
    """A symmetric key `NAME-key` with its alias.

    policy: the key policy as JSON text; known at preview, because it names services and the account, never roles (a role
        in a key policy is stored by its unique id, so a role that is made again loses its access without a diff).
    deletion_window_days: 7 to 30, KMS's limits; how long a deleted key can still be brought back.
    region: where it is, if not where the provider is.
    Rotated every year, which is KMS's default period.
    """
    key = kms.Key(
        f"{name}-key", description=description, policy=policy, enable_key_rotation=True,
        deletion_window_in_days=deletion_window_days, tags=tags, region=region, opts=opts,
    )  # fmt: skip
    kms.Alias(f"{name}-key", name=alias, target_key_id=key.key_id, region=region, opts=opts)
    return key
