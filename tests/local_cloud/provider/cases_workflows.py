"""Cases of AWS Step Functions; see `cases`."""

import json
from typing import Any

from . import wire
from .cases import ROOT_KEY, Case, need_key, need_role

MACHINE = "aws:sfn/stateMachine:StateMachine"
GROUP = f"arn:aws:logs:{wire.REGION}:{wire.ACCOUNT}:log-group:/aws/vendedlogs/states/loans:*"


def definition(**first: Any) -> str:
    return json.dumps({"StartAt": "First", "States": {"First": {"Type": "Pass", "End": True, **first}}})


CASES = [
    Case(MACHINE, lambda made: {
            "name": "decide", "roleArn": made["role"]["arn"], "definition": definition(), "type": "STANDARD", "publish": True, "tags": {"a": "1"},
            "loggingConfiguration": {"level": "ERROR", "includeExecutionData": False, "logDestination": GROUP}, "tracingConfiguration": {"enabled": True},
            "encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": made["key"]["arn"], "kmsDataKeyReusePeriodSeconds": 300}},
         needs=(need_role, need_key, ("other", "aws:kms/key:Key", lambda made: {"policy": ROOT_KEY})),
         changed=lambda made: {"definition": definition(Comment="two"), "loggingConfiguration": {"level": "ALL", "includeExecutionData": True, "logDestination": GROUP}, "tags": {"b": "2"},
                               "encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": made["other"]["arn"], "kmsDataKeyReusePeriodSeconds": 900}},
         replaced={"type": "EXPRESS"}, outputs=("arn", "creationDate", "status", "revisionId", "stateMachineVersionArn"),
         not_imported=frozenset({"publish", "tracingConfiguration"}), deletes_first=True),
]  # fmt: skip
