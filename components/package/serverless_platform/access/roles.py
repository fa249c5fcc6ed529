"""A role of its own for each function, under the account's permissions boundary."""

import json
from collections.abc import Mapping

import pulumi
from pulumi_aws import iam


def trust_document(account_id: str) -> str:
    """Lambda may take the role, for functions of this account only (the confused deputy)."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Lambda",
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
                }
            ],
        }
    )


def make_role(
    name: str, *, role_name: str, description: str, account_id: str, boundary_arn: str, tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> iam.Role:  # fmt: skip
    """The role `NAME-role`, which only Lambda in `account_id` may take."""
    return iam.Role(
        f"{name}-role", name=role_name, description=description, assume_role_policy=trust_document(account_id),
        permissions_boundary=boundary_arn, tags=tags, opts=opts,
    )  # fmt: skip
