"""AWS IAM: the least actions behind each verb of a manifest, as data keyed by the kind of resource."""

ACTIONS = {
    "table": {
        "read": ("dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"),
        "write": ("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
    },
    "queue": {
        "send": ("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"),
        "consume": ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
    },
    "bucket": {
        "read": ("s3:GetObject", "s3:GetObjectVersion"),
        "write": ("s3:AbortMultipartUpload", "s3:PutObject"),
        "delete": ("s3:DeleteObject",),
    },
}
"""Kind -> verb -> actions."""

BUCKET_ACTIONS_OF_THE_BUCKET = {"read": ("s3:ListBucket",)}
"""Verb -> actions whose resource is the bucket itself; without s3:ListBucket a missing object is 403 instead of 404."""

KEY_ACTIONS = {
    "table": {"read": ("kms:Decrypt",), "write": ("kms:Decrypt", "kms:GenerateDataKey")},
    "queue": {"send": ("kms:Decrypt", "kms:GenerateDataKey"), "consume": ("kms:Decrypt",)},
    "bucket": {"read": ("kms:Decrypt",), "write": ("kms:Decrypt", "kms:GenerateDataKey"), "delete": ()},
}
"""What the same verbs need of the workload's key. DynamoDB wants both even to read with a customer key on some paths: it
caches a table key per caller, which needs kms:Decrypt only (DynamoDB guide, "Encryption at rest usage notes")."""

ARN_SUFFIX = {"table": ("", "/index/*"), "queue": ("",), "bucket": ("/*",)}
"""What follows the resource's ARN: a table's indexes, a bucket's objects."""

LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
TRACE_ACTIONS = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")

WITHOUT_RESOURCE_LEVEL = frozenset({
    "cloudwatch:PutMetricData", "xray:PutTelemetryRecords", "xray:PutTraceSegments", "xray:GetSamplingRules",
    "xray:GetSamplingTargets", "states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat",
    "sts:GetCallerIdentity", "sqs:ListQueues", "dynamodb:ListTables", "kms:GenerateRandom", "secretsmanager:GetRandomPassword",
    "lambda:ListFunctions", "s3:ListAllMyBuckets", "logs:DescribeLogGroups",
})  # fmt: skip
"""Actions that IAM knows no resource for, so "*" is the least (service authorization reference)."""
