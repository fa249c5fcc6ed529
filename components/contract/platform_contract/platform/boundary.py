"""The permissions boundary: what a role of any workload may ever do, whatever its own policies say.

Made once per environment by an administrator (`bootstrap/environment`). A role gets the intersection of this and its own policies, so the
boundary names services and denies what no workload needs; the least actions are in the roles.
"""

from typing import Any

from platform_contract.platform import backup, iam, probe

ALLOWED_SERVICES = ("dynamodb", "sqs", "s3", "sns", "events", "kinesis", "states", "execute-api", "secretsmanager", "ssm", "lambda", "kms", "logs", "xray", "codedeploy", "cloudwatch", "appconfig", "cognito-idp")
"""Services whose data a workload may use: those of the blocks that the platform has."""

DENIED_ACTIONS = (
    "iam:*", "organizations:*", "account:*", "sts:AssumeRole", "sts:GetFederationToken",
    "cloudformation:*", "lambda:Update*", "lambda:Create*", "lambda:Delete*", "lambda:Put*", "lambda:AddPermission",
    "apigateway:*", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy",
    "dynamodb:UpdateContinuousBackups", "dynamodb:PutResourcePolicy",
    "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:AddPermission", "sqs:PurgeQueue",
    "kinesis:DeleteStream", "kinesis:Decrease*", "kinesis:StopStreamEncryption", "kinesis:PutResourcePolicy",
    "s3:DeleteBucket", "s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:PutObjectAcl", "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:BypassGovernanceRetention", "s3:DeleteObjectVersion",
    "logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy",
)  # fmt: skip
"""What deploys, opens up, or removes evidence: a function that can do it is a way out of the platform."""


def boundary_name(environment: str, region: str) -> str:
    """Of the permissions boundary: IAM is global, and each environment has a boundary of its own."""
    return f"serverless-platform-boundary-{environment}-{region}"


def boundary_document(account_id: str, region: str, environment: str, partition: str = "aws") -> dict[str, Any]:
    """The policy document of the boundary.

    Allows the data plane of ALLOWED_SERVICES on resources of this account, region and environment; names in AWS begin with the
    environment, so a role of dev cannot reach prod even in a shared account. Denies DENIED_ACTIONS, the deletion of any table but the copies
    that a restore check made, and everything
    outside the region except the services that have none.
    """

    def arn(service: str, resource: str) -> str:
        return f"arn:{partition}:{service}:{region}:{account_id}:{resource}"

    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("Tables", "dynamodb:*", arn("dynamodb", f"table/{environment}-*")),
            _allow("Queues", "sqs:*", arn("sqs", f"{environment}-*")),
            _allow("Buckets", "s3:*", [f"arn:{partition}:s3:::{environment}-*-{account_id}-{region}",
                                       f"arn:{partition}:s3:::{environment}-*-{account_id}-{region}/*",
                                       f"arn:{partition}:s3:::{environment}-*-{account_id}-{region}-g*"]),
            _allow("Topics", "sns:Publish", arn("sns", f"{environment}-*")),
            _allow("Buses", "events:PutEvents", arn("events", f"event-bus/{environment}-*")),
            _allow("Streams", "kinesis:*", arn("kinesis", f"stream/{environment}-*")),
            _allow("Workflows", ["states:StartExecution", "states:StartSyncExecution"], arn("states", f"stateMachine:{environment}-*")),
            # Neither has a resource level: whoever has the token of a step may answer it, and logs go where the workflow says.
            _allow("Answers", ["states:SendTaskSuccess", "states:SendTaskFailure"], "*"),
            _allow("LogDeliveries", list(iam.WORKFLOW_LOG_ACTIONS), "*"),
            _allow("Connections", "execute-api:ManageConnections", arn("execute-api", "*/live/POST/@connections/*")),
            # Of the probe. Ids of APIs and pools are AWS's own: which API, and which of its routes, is in the role.
            _allow("Calls", probe.SIGNED_ACTION, arn("execute-api", "*")),
            _allow("LogIn", probe.TOKEN_ACTION, arn("cognito-idp", "userpool/*")),
            _allow("Secrets", list(iam.ROTATION_ACTIONS), arn("secretsmanager", f"secret:{environment}-*")),
            _allow("Parameters", "ssm:GetParameter", arn("ssm", f"parameter/{environment}/*")),
            _allow("Invoke", "lambda:InvokeFunction", arn("lambda", f"function:{environment}-*:*")),
            _allow("Keys", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"], arn("kms", "key/*")),
            _allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], [arn("logs", f"log-group:/aws/*/{environment}-*"), arn("logs", "log-group:/aws/appsync/apis/*")]),
            # Of the function that checks new versions: by their numbers, and by what they logged and how they did.
            _allow("Releases", list(iam.RELEASE_STATUS_ACTIONS), arn("codedeploy", f"deploymentgroup:{environment}-*")),
            _allow("Measures", [*iam.RELEASE_TARGET_ACTIONS, *iam.RELEASE_METRIC_ACTIONS], "*"),
            _allow("Searches", list(iam.RELEASE_LOG_ACTIONS), arn("logs", f"log-group:/aws/lambda/{environment}-*")),
            # AppConfig's ids are its own: which application, environment and profile is in the role.
            _allow("Flags", list(iam.FLAG_ACTIONS), arn("appconfig", "application/*")),
            _allow("Monitors", list(iam.MONITOR_ACTIONS), arn("cloudwatch", f"alarm:{environment}-*")),
            _allow("Traces", list(iam.WORKFLOW_TRACE_ACTIONS), "*"),
            # Of backups, and of the restore check: a restored table is encrypted under the workload's key, for which DynamoDB needs a grant.
            _allow("Vaults", list(backup.VAULT_ACTIONS), arn("backup", f"backup-vault:{environment}-*")),
            {**_allow("Restores", ["kms:CreateGrant", "kms:ReEncryptFrom", "kms:ReEncryptTo"], arn("kms", "key/*")),
             "Condition": {"StringEquals": {"kms:ViaService": f"dynamodb.{region}.amazonaws.com"}}},
            {"Sid": "NeverTables", "Effect": "Deny", "Action": "dynamodb:DeleteTable",
             "NotResource": arn("dynamodb", f"table/{environment}-*-{backup.COPY}")},
            {"Sid": "Never", "Effect": "Deny", "Action": list(DENIED_ACTIONS), "Resource": "*"},
        ],
    }  # fmt: skip


def _allow(sid: str, actions: str | list[str], resources: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
