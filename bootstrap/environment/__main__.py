"""Run once per environment by an administrator: the boundary that no role of a workload of this environment can outgrow, and the role with
which CodeDeploy releases its functions.

Apart from the platform's program, because whoever may change the boundary must not be whoever deploys under it.
"""

import json

import pulumi
from pulumi_aws import Provider, iam

from platform_contract.platform import codedeploy
from platform_contract.platform.boundary import boundary_document, boundary_name
from platform_contract.platform.documents import trust_policy
from platform_contract.platform.settings import partition_of

config = pulumi.Config()
account_id, region, environment = config.require("account_id"), config.require("region"), config.require("environment")
provider = Provider("aws", region=region, allowed_account_ids=[account_id])
kept = pulumi.ResourceOptions(provider=provider, protect=True)
TAGS = {"owner": "platform", "environment": environment, "managed_by": "serverless-platform-bootstrap"}
boundary = iam.Policy(
    "boundary",
    name=config.get("boundary_policy_name") or boundary_name(environment, region),
    description=f"The most that a role of any workload of {environment} may do, whatever its own policies say.",
    policy=json.dumps(boundary_document(account_id, region, environment, partition_of(region))),
    tags=TAGS,
    opts=kept,
)
releasing = iam.Role(
    "releases",
    name=codedeploy.service_role_name(environment, region),
    description=f"CodeDeploy takes it to move functions of {environment} to new versions, and back.",
    # Not under the boundary, which denies everybody else to move an alias.
    assume_role_policy=json.dumps(trust_policy(account_id, "codedeploy.amazonaws.com")),
    tags=TAGS,
    opts=kept,
)
iam.RolePolicy(
    "releases",
    name="release",
    role=releasing.name,
    policy=json.dumps(codedeploy.service_policy(account_id, region, environment, partition_of(region))),
    opts=kept,
)
pulumi.export("boundary_arn", boundary.arn)
pulumi.export("boundary_policy_name", boundary.name)
pulumi.export("release_role_arn", releasing.arn)
