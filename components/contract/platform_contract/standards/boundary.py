"""The permissions boundary: the most that any role of a workload may ever do, whatever its policies say."""

from typing import Any

ALLOWED = (
    "dynamodb:*", "events:PutEvents", "kinesis:*", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*",
    "kms:ReEncrypt*", "lambda:InvokeFunction", "logs:CreateLogStream", "logs:PutLogEvents", "s3:*", "scheduler:*",
    "secretsmanager:GetSecretValue", "sns:Publish", "sqs:*", "ssm:GetParameter*", "states:*", "execute-api:*", "appconfig:*",
)  # fmt: skip
"""Data plane of the services that workloads use; narrowed by the roles' own policies and by the denials below."""

DENIED = (
    "dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:PutResourcePolicy", "iam:*",
    "kinesis:CreateStream", "kinesis:DeleteStream", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "organizations:*",
    "s3:CreateBucket", "s3:DeleteBucket*", "s3:PutBucket*", "s3:PutLifecycleConfiguration", "sqs:AddPermission",
    "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "states:CreateStateMachine", "states:UpdateStateMachine",
    "states:DeleteStateMachine", "sts:AssumeRole",
)  # fmt: skip
"""Deployment is not the runtime's business: no workload makes, deletes or opens a resource, or becomes another role."""


def boundary_document(account_id: str, region: str, environment: str) -> dict[str, Any]:
    """The policy document for one account: resources of this account and of the given region alone (S3 has no region in ARNs)."""
    del environment  # one boundary for all environments of an account
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DataPlane", "Effect": "Allow", "Action": sorted(ALLOWED), "Resource": "*",
                "Condition": {"StringEquals": {"aws:ResourceAccount": account_id, "aws:RequestedRegion": region}},
            },
            {"Sid": "Telemetry", "Effect": "Allow", "Action": ["cloudwatch:PutMetricData", "xray:Put*", "xray:Get*"], "Resource": "*"},
            {"Sid": "NoDeployment", "Effect": "Deny", "Action": sorted(DENIED), "Resource": "*"},
        ],
    }  # fmt: skip
