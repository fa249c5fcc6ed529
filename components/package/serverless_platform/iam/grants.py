"""Grants as role policies: what is known at preview in one, what AWS assigns (the ARN of a key) in a second.

With everything in one document, that document would be unknown at preview as soon as one ARN is, and no guardrail could
judge it before the update has begun.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import iam

from platform_contract.platform.base import KeyStatementPlan, StatementPlan
from platform_contract.platform.documents import role_policy


def make_policies(
    name: str, *, role: iam.Role, statements: Sequence[StatementPlan], key_arn: pulumi.Input[str],
    key_statements: Sequence[KeyStatementPlan], opts: pulumi.ResourceOptions, assigned_statements: Sequence[Mapping[str, Any]] = (),
) -> list[iam.RolePolicy]:  # fmt: skip
    """`NAME-access` with the statements on named resources, `NAME-key` with those on the workload's key, `NAME-assigned` with those on
    ARNs that AWS assigns: each with sid, actions and resources."""
    policies = [iam.RolePolicy(f"{name}-access", name="access", role=role.name, policy=json.dumps(role_policy([each.model_dump() for each in statements])), opts=opts)]
    if key_statements:
        key_document = pulumi.Output.json_dumps(role_policy([{**each.model_dump(), "resources": [key_arn]} for each in key_statements]))
        policies.append(iam.RolePolicy(f"{name}-key", name="key", role=role.name, policy=key_document, opts=opts))
    if assigned_statements:
        on_assigned = pulumi.Output.json_dumps(role_policy(assigned_statements))
        policies.append(iam.RolePolicy(f"{name}-assigned", name="assigned", role=role.name, policy=on_assigned, opts=opts))
    return policies
