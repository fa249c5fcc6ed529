"""Cases of types that the emulator lacks: validated, kept in state, never sent. See `cases` for what a case says."""

from . import wire
from .cases import Case

ROLE = f"arn:aws:iam::{wire.ACCOUNT}:role/codedeploy"

DECLARED = [
    Case("aws:codedeploy/application:Application", lambda made: {"name": "orders", "computePlatform": "Lambda", "tags": {"a": "1"}},
         changed={"tags": {"a": "2"}}, replaced={"computePlatform": "Server"}, outputs=("arn", "applicationId")),
    Case("aws:codedeploy/deploymentConfig:DeploymentConfig", lambda made: {
            "deploymentConfigName": "orders-10-in-5", "computePlatform": "Lambda",
            "trafficRoutingConfig": {"type": "TimeBasedCanary", "timeBasedCanary": {"percentage": 10, "interval": 5}}},
         replaced={"trafficRoutingConfig": {"type": "TimeBasedLinear", "timeBasedLinear": {"percentage": 10, "interval": 1}}}, outputs=("arn", "deploymentConfigId")),
    Case("aws:codedeploy/deploymentGroup:DeploymentGroup", lambda made: {
            "appName": "orders", "deploymentGroupName": "place-order", "serviceRoleArn": ROLE, "deploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
            "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}, "alarmConfiguration": {"enabled": True, "alarms": ["errors"]},
            "autoRollbackConfiguration": {"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]}, "tags": {"a": "1"}},
         changed={"alarmConfiguration": {"enabled": True, "alarms": ["errors", "latency"]}, "tags": {"b": "2"}}, outputs=("arn", "deploymentGroupId")),
    Case("aws:cloudwatch/queryDefinition:QueryDefinition", lambda made: {"name": "orders/errors", "logGroupNames": ["/aws/lambda/one"], "queryString": "fields @message | limit 20"},
         changed={"queryString": "fields @message | limit 50"}, outputs=("arn", "queryDefinitionId")),
]  # fmt: skip
