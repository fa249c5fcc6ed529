"""Roles: one for each function, and for each service that acts for a workload; all under the account's permissions boundary."""

import json
from collections.abc import Mapping

import pulumi
from pulumi_aws import iam


def trust_document(account_id: str, service: str = "lambda.amazonaws.com", source_arn: str | None = None) -> str:
    """`service` may take the role, for this account only and, where it says for what, for `source_arn` (the confused deputy)."""
    condition = {"StringEquals": {"aws:SourceAccount": account_id}}
    if source_arn:
        condition["ArnLike"] = {"aws:SourceArn": source_arn}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": service.split(".")[0].capitalize(),
                    "Effect": "Allow",
                    "Principal": {"Service": service},
                    "Action": "sts:AssumeRole",
                    "Condition": condition,
                }
            ],
        }
    )


def make_role(
    name: str, *, role_name: str, description: str, account_id: str, boundary_arn: str, tags: Mapping[str, str],
    opts: pulumi.ResourceOptions, service: str = "lambda.amazonaws.com", source_arn: str | None = None,
) -> iam.Role:  # fmt: skip
    """The role `NAME-role`, which only `service` in `account_id` may take, and only for `source_arn` if that is given."""
    return iam.Role(
        f"{name}-role", name=role_name, description=description, assume_role_policy=trust_document(account_id, service, source_arn),
        permissions_boundary=boundary_arn, tags=tags, opts=opts,
    )  # fmt: skip
