"""Cases of types that the emulator lacks: validated, kept in state, never sent. See `cases` for what a case says."""

import json

from . import wire
from .cases import Case

ROLE = f"arn:aws:iam::{wire.ACCOUNT}:role/codedeploy"
SCALED = {
    "serviceNamespace": "lambda",
    "resourceId": "function:orders:live",
    "scalableDimension": "lambda:function:ProvisionedConcurrency",
}
BY_TAG = json.dumps({"Tags": {"Key": "workload", "Values": ["orders"], "MatchOptions": ["EQUALS"]}})
IMPACT = {
    "ors": [
        {"dimension": {"key": f"ANOMALY_TOTAL_IMPACT_{kind}", "values": [value], "matchOptions": ["GREATER_THAN_OR_EQUAL"]}}
        for kind, value in (("ABSOLUTE", "100"), ("PERCENTAGE", "40"))
    ]
}
LOG_GROUP = f"arn:aws:logs:{wire.REGION}:{wire.ACCOUNT}:log-group"

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
    Case("aws:cloudwatch/logMetricFilter:LogMetricFilter", lambda made: {
            "name": "cold-starts", "logGroupName": "/aws/lambda/one", "pattern": '{ $.type = "platform.report" }',
            "metricTransformation": {"name": "InitDuration", "namespace": "orders", "value": "$.record.metrics.initDurationMs", "unit": "Milliseconds"}},
         changed={"pattern": '{ $.type = "platform.start" }'}, replaced={"logGroupName": "/aws/lambda/two"}),
    Case("aws:appautoscaling/target:Target", lambda made: {**SCALED, "minCapacity": 1, "maxCapacity": 10, "tags": {"a": "1"}}, changed={"maxCapacity": 20, "tags": {"b": "2"}},
         replaced={"resourceId": "function:orders:other"}, outputs=("arn",), deletes_first=False),
    Case("aws:appautoscaling/policy:Policy", lambda made: {
            **SCALED, "name": "busy", "policyType": "TargetTrackingScaling",
            "targetTrackingScalingPolicyConfiguration": {"targetValue": 0.7, "predefinedMetricSpecification": {"predefinedMetricType": "LambdaProvisionedConcurrencyUtilization"}}},
         changed={"targetTrackingScalingPolicyConfiguration": {"targetValue": 0.6, "predefinedMetricSpecification": {"predefinedMetricType": "LambdaProvisionedConcurrencyUtilization"}}},
         replaced={"name": "busier"}, outputs=("arn",), deletes_first=False),
    Case("aws:appautoscaling/scheduledAction:ScheduledAction", lambda made: {**SCALED, "name": "morning", "schedule": "cron(0 7 * * ? *)", "timezone": "Europe/Amsterdam", "scalableTargetAction": {"minCapacity": 5}},
         changed={"schedule": "cron(0 8 * * ? *)"}, replaced={"name": "evening"}, outputs=("arn",), deletes_first=False),
    Case("aws:costexplorer/anomalyMonitor:AnomalyMonitor", lambda made: {"name": "orders", "monitorType": "CUSTOM", "monitorSpecification": BY_TAG, "tags": {"a": "1"}},
         changed={"tags": {"b": "2"}}, replaced={"monitorType": "DIMENSIONAL", "monitorDimension": "SERVICE", "monitorSpecification": None}, outputs=("arn",)),
    Case("aws:costexplorer/anomalySubscription:AnomalySubscription", lambda made: {
            "name": "orders", "frequency": "IMMEDIATE", "monitorArnLists": [f"arn:aws:ce::{wire.ACCOUNT}:anomalymonitor/one"],
            "subscribers": [{"type": "SNS", "address": f"arn:aws:sns:{wire.REGION}:{wire.ACCOUNT}:costs"}], "thresholdExpression": IMPACT, "tags": {"a": "1"}},
         changed={"frequency": "DAILY", "subscribers": [{"type": "EMAIL", "address": "a@example.com"}]}, replaced={"name": "orders-2"}, outputs=("arn",), deletes_first=False),
    Case("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", lambda made: {
            "resourceArn": f"arn:aws:wafv2:{wire.REGION}:{wire.ACCOUNT}:regional/webacl/orders/one", "logDestinationConfigs": [f"{LOG_GROUP}:aws-waf-logs-orders"],
            "redactedFields": [{"singleHeader": {"name": "authorization"}}, {"queryString": {}}],
            "loggingFilter": {"defaultBehavior": "DROP", "filters": [{"behavior": "KEEP", "requirement": "MEETS_ANY", "conditions": [{"actionCondition": {"action": "BLOCK"}}]}]}},
         changed={"redactedFields": [{"singleHeader": {"name": "cookie"}}]}, replaced={"logDestinationConfigs": [f"{LOG_GROUP}:aws-waf-logs-other"]}, deletes_first=False),
]  # fmt: skip
