"""Run once per account and region by an administrator: the role under which API Gateway writes logs, for every stack there; and, where it is asked
for, the monitor of the account's costs.

The setting is one for an account and region (API Gateway, UpdateAccount): made by each environment, the last one would take it from the others.
"""

import json

import pulumi
from pulumi_aws import Provider, apigateway, costexplorer, iam

from platform_contract.platform.settings import partition_of

config = pulumi.Config()
account_id, region = config.require("account_id"), config.require("region")
provider = Provider("aws", region=region, allowed_account_ids=[account_id])
kept = pulumi.ResourceOptions(provider=provider, protect=True)
TAGS = {"owner": "platform", "managed_by": "serverless-platform-bootstrap"}

# No condition: API Gateway documents none, tries to take the role before it takes the setting, and refuses a role that it cannot take.
trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
writer = iam.Role(
    "api-logs",
    name=f"serverless-platform-api-logs-{region}",
    description="Under which API Gateway writes logs.",
    assume_role_policy=json.dumps(trust),
    tags=TAGS,
    opts=kept,
)
permission = iam.RolePolicyAttachment(
    "api-logs",
    role=writer.name,
    policy_arn=f"arn:{partition_of(region)}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    opts=kept,
)
# Without it AWS refuses a stage of a REST or WebSocket API that has a log. API Gateway tries the role, hence depends_on.
apigateway.Account(
    "api-logs",
    cloudwatch_role_arn=writer.arn,
    opts=pulumi.ResourceOptions(provider=provider, protect=True, depends_on=[permission]),
)
pulumi.export("api_log_role_arn", writer.arn)

# One for the account, whatever the region; as a rule it has one, and AWS refuses a second. By service: monitors of any other kind belong to the management account.
if config.get_bool("make_cost_monitor"):
    monitor = costexplorer.AnomalyMonitor(
        "costs", name="serverless-platform-services", monitor_type="DIMENSIONAL", monitor_dimension="SERVICE", tags=TAGS, opts=kept
    )
    pulumi.export("cost_anomaly_monitor_arn", monitor.arn)
