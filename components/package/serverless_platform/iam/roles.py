"""Roles: one for each function, and for each service that acts for a workload; all under the account's permissions boundary."""

import json
from collections.abc import Mapping

import pulumi
from pulumi_aws import iam

from platform_contract.platform.documents import LAMBDA, trust_policy


def make_role(
    name: str, *, role_name: str, description: str, account_id: str, boundary_arn: str, tags: Mapping[str, str],
    opts: pulumi.ResourceOptions, service: str = LAMBDA, source_arn: str | None = None,
) -> iam.Role:  # fmt: skip
    """The role `NAME-role`, which only `service` in `account_id` may take, and only for `source_arn` if that is given."""
    return iam.Role(
        f"{name}-role", name=role_name, description=description, assume_role_policy=json.dumps(trust_policy(account_id, service, source_arn)),
        permissions_boundary=boundary_arn, tags=tags, opts=opts,
    )  # fmt: skip
