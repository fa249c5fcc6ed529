"""AWS KMS: what services need of a workload's key to do what they do for it (policy statements, never of roles)."""

DELETION_WINDOW_DAYS = {"protected": 30, "unprotected": 7}  # KMS: 7 to 30
USE = ("kms:Decrypt", "kms:GenerateDataKey*")
LOGS_ACTIONS = ("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")
"""CloudWatch Logs user guide, "Encrypt log data using KMS"."""
CALLERS_THROUGH = ("dynamodb", "sqs", "s3", "lambda")
"""Services that use the key on behalf of a caller of this account (kms:ViaService)."""
