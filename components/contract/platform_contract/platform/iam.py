"""IAM: what roles may do beside the verbs of a manifest, which stand with their kinds (platform_contract/kinds).

Source of actions and their resources: Service Authorization Reference. Source of the KMS actions: the developer guides'
pages on encryption at rest of each service.
"""

WORKFLOW_LOG_ACTIONS = (
    "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
    "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
)  # fmt: skip
"""What the role of a workflow needs so that Step Functions may log; all of them without a resource level. Source: guide, "Logging"."""

WORKFLOW_TRACE_ACTIONS = ("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments")
"""What its tracing needs. Source: guide, "Tracing in Step Functions using AWS X-Ray"."""

FAILURE_ACTIONS, FAILURE_KEY_ACTIONS = ("sqs:SendMessage",), ("kms:Decrypt", "kms:GenerateDataKey")
"""What Lambda does with a function's role when it puts what was given up into the queue of failures, and needs of its key for it."""

ROTATION_ACTIONS = (
    "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
)  # fmt: skip
ROTATION_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
"""What the function that rotates a secret does with it, and needs of its key for it. Source: Secrets Manager guide, "Lambda rotation function
execution role permissions". No verb: nobody else may."""

RELEASE_TARGET_ACTIONS = ("codedeploy:ListDeploymentTargets", "codedeploy:BatchGetDeploymentTargets")
RELEASE_STATUS_ACTIONS = ("codedeploy:PutLifecycleEventHookExecutionStatus",)
RELEASE_METRIC_ACTIONS, RELEASE_LOG_ACTIONS = ("cloudwatch:GetMetricData",), ("logs:FilterLogEvents",)
"""What the function that checks new versions asks CodeDeploy for and tells it, and how it measures a version. No verbs: nobody else may."""

FLAG_ACTIONS = ("appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration")
"""What a function that reads feature flags does. No verb: `flags` of the function says it."""
MONITOR_ACTIONS = ("cloudwatch:DescribeAlarms",)
"""What AppConfig does in the name of an environment's monitors. On the alarms themselves, which CloudWatch takes for metric alarms (CloudWatch API
reference, DescribeAlarms: only composite alarms need "*")."""

ENVIRONMENT_SERVICE, ENVIRONMENT_KEY_ACTIONS = "lambda", ("kms:Decrypt",)
"""What a function's role needs on the key that encrypts its environment variables, and through which service."""

LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
"""On the function's own log group, `:*` behind its ARN. Not CreateLogGroup: the group is ours, or it is not logged to."""

LOG_ARN_SUFFIXES = (":*",)

TRACE_ACTIONS = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
"""What active tracing needs; on "*", because X-Ray has no resources for them."""

WITHOUT_RESOURCE_LEVEL = frozenset(
    {
        "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries", "cloudwatch:PutMetricData", "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics", "states:SendTaskSuccess", "states:SendTaskFailure",
        "states:SendTaskHeartbeat", "sts:GetCallerIdentity", "sqs:ListQueues", "sns:ListTopics", "dynamodb:ListTables",
        "s3:ListAllMyBuckets", "kms:ListKeys", "kms:ListAliases", "kms:GenerateRandom", "secretsmanager:GetRandomPassword",
        "secretsmanager:ListSecrets", "ssm:DescribeParameters", "kinesis:ListStreams", "lambda:ListFunctions",
        "ec2:DescribeNetworkInterfaces", "codedeploy:ListDeploymentTargets", "codedeploy:BatchGetDeploymentTargets",
        *WORKFLOW_LOG_ACTIONS,
    }
)  # fmt: skip
"""Actions that take no resource, so `Resource: "*"` says nothing. All others name what they act on."""
