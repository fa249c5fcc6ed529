"""Who may invoke a function besides roles: services, each on behalf of one resource."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import lambda_


def permit(
    name: str, service: str, target: Mapping[str, Any], source_arn: pulumi.Input[str], opts: pulumi.ResourceOptions, source_account: str | None = None
) -> lambda_.Permission:
    """The permission `NAME` for `service` to invoke the alias of `target`, on behalf of `source_arn` alone (the confused deputy).

    source_account: for a source whose name another account could have one day, such as a bucket.
    """
    return lambda_.Permission(
        name, action="lambda:InvokeFunction", principal=service, function=target["function_name"], qualifier=target["alias_name"],
        source_arn=source_arn, source_account=source_account, opts=opts,
    )  # fmt: skip
