"""Run once per account and environment by an administrator: the boundary that no role of a workload can outgrow, and the role under which
API Gateway writes access logs of REST APIs, which is one for account and region.

Apart from the platform's program, because whoever may change the boundary must not be whoever deploys under it.
"""

import json

import pulumi
from pulumi_aws import Provider, apigateway, iam

from platform_contract.settings import partition_of
from platform_contract.standards.boundary import boundary_document

config = pulumi.Config()
account_id, region, environment = config.require("account_id"), config.require("region"), config.require("environment")
provider = Provider("aws", region=region, allowed_account_ids=[account_id])
boundary = iam.Policy(
    "boundary",
    name=config.get("boundary_policy_name") or "serverless-platform-boundary",
    description="The most that a role of any workload may do, whatever its own policies say.",
    policy=json.dumps(boundary_document(account_id, region, environment, partition_of(region))),
    tags={"owner": "platform", "managed_by": "serverless-platform-bootstrap"},
    opts=pulumi.ResourceOptions(provider=provider, protect=True),
)
trust = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }],
}  # fmt: skip
writer = iam.Role(
    "api-logs",
    name=f"serverless-platform-api-logs-{region}",
    description="Under which API Gateway writes access logs.",
    assume_role_policy=json.dumps(trust),
    tags={"owner": "platform", "managed_by": "serverless-platform-bootstrap"},
    opts=pulumi.ResourceOptions(provider=provider),
)
permission = iam.RolePolicyAttachment(
    "api-logs",
    role=writer.name,
    policy_arn=f"arn:{partition_of(region)}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    opts=pulumi.ResourceOptions(provider=provider),
)
# Without it AWS refuses a stage of a REST API that has an access log. API Gateway tries the role, hence depends_on.
apigateway.Account(
    "api-logs",
    cloudwatch_role_arn=writer.arn,
    opts=pulumi.ResourceOptions(provider=provider, depends_on=[permission], retain_on_delete=True),
)
pulumi.export("boundary_arn", boundary.arn)
