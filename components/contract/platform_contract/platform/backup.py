"""AWS Backup and the restore check: how long backups are kept, what may be done for them, when a restore is tried."""

NIGHTLY_DAYS = 7
"""Days that nightly backups are kept. Each holds a whole table and is billed so; what is older than a week is brought back to any second by
point-in-time recovery, for 35 days, unless the table itself is gone with it: then by the weekly ones."""
WEEKLY_DAYS: dict[str, int] = {"public": 35, "internal": 35, "confidential": 90, "restricted": 365}
"""Class of data -> days that weekly backups are kept, where state is protected (`protect_state`); elsewhere backups are a rehearsal, and there are
none. At least as long as point-in-time recovery reaches, and longer for data whose loss is noticed late: in the next quarter's accounts, in the
next year's review. Choices of this platform; the law may ask for more."""

NIGHTLY, WEEKLY = "cron(0 2 ? * * *)", "cron(0 4 ? * SUN *)"
"""UTC. Six fields (AWS Backup guide, "Backup schedules")."""
START_WINDOW_MINUTES, COMPLETION_WINDOW_MINUTES = 60, 480
"""Within which a backup begins and ends, or has failed: done before the next one. Least: 60, and an hour more than that."""

OPT_IN = "aws backup update-region-settings --resource-type-opt-in-preference DynamoDB=true"
"""Once for each account and region: what is not opted in is passed over in silence (AWS Backup guide, "Getting started", service opt-in)."""

BACKUP = "backup.amazonaws.com"
"""Takes the role with which backups are made and brought back."""

TABLE_ACTIONS = ("dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:StartAwsBackupJob")
BACKUP_ACTIONS = ("dynamodb:DeleteBackup", "dynamodb:DescribeBackup", "dynamodb:RestoreTableFromBackup")
VAULT_ACTIONS = ("backup:CopyIntoBackupVault", "backup:DescribeBackupVault")
RESTORE_ACTIONS = (
    "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query",
    "dynamodb:RestoreTableFromAwsBackup", "dynamodb:RestoreTableFromBackup", "dynamodb:Scan", "dynamodb:UpdateItem",
)  # fmt: skip
"""On the tables, on their backups, on the vault, and on what a backup is restored to. Source: the managed policies
AWSBackupServiceRolePolicyForBackup and ...ForRestores, what they say of DynamoDB."""
KEY_ACTIONS = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
"""On the key, through DynamoDB alone: what a table that is restored under it is encrypted with. Source: DynamoDB guide, "DynamoDB encryption at
rest", customer managed key."""

RESTORED = "restored"
"""End of the name of a table that a person brings a backup back to: nothing else may be restored to, so a table in use is never in the way."""

COPY = "restore-check"
"""End of the name of the copy that a restore check makes and deletes, and what the function is called after. No table or function of a manifest
may be called so: the permissions boundary lets nobody delete a table, except such a copy."""
SOURCE_ACTIONS = ("dynamodb:DescribeTable", "dynamodb:RestoreTableToPointInTime", "dynamodb:Scan")
COPY_ACTIONS = (
    "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DeleteTable", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem",
    "dynamodb:Query", "dynamodb:RestoreTableToPointInTime", "dynamodb:Scan", "dynamodb:UpdateItem",
)  # fmt: skip
"""Of the restore check: on the table, and on its copy. DynamoDB writes the copy with the permissions of who restores (DynamoDB guide, "Using IAM
with DynamoDB backup and restore"). It writes no item itself: `tests/package/test_restore_check.py` holds what it calls."""

CHECK_START, CHECK_FINISH = "cron(15 3 1/3 * ? *)", "rate(30 minutes)"
"""A check begins on every third day and costs a restore of each table; whether one can be finished is looked at twice an hour, and costs a call."""
PROVEN_DAYS = 7
"""After so many days without a restore that succeeded the alarm fires: two checks, and the longest that an alarm can look back (CloudWatch API
reference, PutMetricAlarm: periods of an hour or more, seven days together)."""
CHECKS_PER_MONTH = 10
