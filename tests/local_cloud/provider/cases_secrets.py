"""Cases of secrets and parameters; see `cases`."""

import json

from . import wire
from .cases import ROOT_KEY, Case, document, need_function, need_key, need_role

SECRET, VERSION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretVersion:SecretVersion"

need_secret = ("secret", SECRET, lambda made: {"name": "needed-secret", "recoveryWindowInDays": 0})
need_version = ("version", VERSION, lambda made: {"secretId": made["secret"]["id"], "secretString": "first"})
other_key = ("other", "aws:kms/key:Key", lambda made: {"policy": ROOT_KEY})

CASES = [
    Case(SECRET, lambda made: {"name": "credit-bureau", "description": "one", "kmsKeyId": made["key"]["arn"], "recoveryWindowInDays": 7, "tags": {"a": "1"}}, needs=(need_key, other_key),
         changed=lambda made: {"description": None, "kmsKeyId": made["other"]["arn"], "tags": {"b": "2"}}, replaced={"name": "other"}, outputs=("arn",),
         not_imported=frozenset({"recoveryWindowInDays"}), deletes_first=False),
    Case(VERSION, lambda made: {"secretId": made["secret"]["id"], "secretString": json.dumps({"key": "k"})}, needs=(need_secret,), changed={"versionStages": ["AWSCURRENT", "BLUE"]},
         replaced={"secretString": "other"}, outputs=("arn", "versionId"), deletes_first=False, stays=True),
    Case("aws:secretsmanager/secretPolicy:SecretPolicy", lambda made: {"secretArn": made["secret"]["id"], "policy": document("secretsmanager:GetSecretValue", principal={"AWS": wire.ACCOUNT})},
         needs=(need_secret,), changed={"policy": document("secretsmanager:*", principal={"AWS": wire.ACCOUNT})}, replaced={"secretArn": "other"}, deletes_first=False),
    Case("aws:secretsmanager/secretRotation:SecretRotation", lambda made: {"secretId": made["secret"]["id"], "rotationLambdaArn": made["function"]["arn"], "rotationRules": {"automaticallyAfterDays": 30, "duration": "2h"}},
         needs=(need_role, need_function, need_secret, need_version), changed={"rotationRules": {"scheduleExpression": "rate(10 days)"}}, replaced={"secretId": "other"},
         not_imported=frozenset({"rotateImmediately"}), deletes_first=False, stays=True),
    Case("aws:ssm/parameter:Parameter", lambda made: {"name": "/loans/limits", "type": "String", "value": "one", "description": "one", "tags": {"a": "1"}},
         changed={"value": "two", "description": None, "tags": {"b": "2"}}, replaced={"name": "/loans/other"}, outputs=("arn", "version"), deletes_first=False),
]  # fmt: skip

MORE = [
    Case("aws:ssm/parameter:Parameter", lambda made: {"name": "/loans/key", "type": "SecureString", "value": "secret", "keyId": made["key"]["arn"]}, needs=(need_key,),
         changed={"value": "other"}, replaced={"name": "other"}, outputs=("arn",), deletes_first=False),
]  # fmt: skip
