"""Cases of AWS Backup; see `cases`."""

from typing import Any

from .cases import Case, Inputs, Made, need_key, need_role

VAULT, PLAN, SELECTION = (f"aws:backup/{name.lower()}:{name}" for name in ("Vault", "Plan", "Selection"))
TABLE = "arn:aws:dynamodb:eu-west-1:000000000000:table/orders"


def rule(made: Made, **settings: Any) -> Inputs:
    return {"ruleName": "daily", "targetVaultName": made["vault"]["name"], "schedule": "cron(0 3 * * ? *)", "scheduleExpressionTimezone": "Etc/UTC", "startWindow": 60,
            "completionWindow": 180, "lifecycle": {"deleteAfter": 35}, "recoveryPointTags": {"a": "1"}, **settings}  # fmt: skip


need_vault = ("vault", VAULT, lambda made: {"name": "needed"})
need_plan = ("plan", PLAN, lambda made: {"name": "needed", "rules": [rule(made)]})

CASES = [
    Case(VAULT, lambda made: {"name": "orders", "kmsKeyArn": made["key"]["arn"], "tags": {"a": "1"}}, needs=(need_key,), changed={"tags": {"b": "2"}}, replaced={"name": "orders-2"},
         outputs=("arn",), deletes_first=False),
    Case(PLAN, lambda made: {"name": "orders", "rules": [rule(made)], "tags": {"a": "1"}}, needs=(need_vault,),
         changed=lambda made: {"rules": [rule(made, lifecycle={"deleteAfter": 120, "coldStorageAfter": 30}), rule(made, ruleName="hourly", schedule="cron(0 * * * ? *)")], "tags": {"b": "2"}},
         replaced={"name": "orders-2"}, outputs=("arn", "version"), deletes_first=False),
    Case(SELECTION, lambda made: {"name": "tables", "planId": made["plan"]["id"], "iamRoleArn": made["role"]["arn"], "resources": [TABLE],
                                  "selectionTags": [{"type": "STRINGEQUALS", "key": "workload", "value": "orders"}],
                                  "conditions": [{"stringEquals": [{"key": "aws:ResourceTag/environment", "value": "prod"}], "stringNotLikes": [{"key": "aws:ResourceTag/a", "value": "b*"}]}]},
         needs=(need_role, need_vault, need_plan), replaced={"resources": ["*"]}, import_id=lambda made, state: f"{made['plan']['id']}|{state['id']}"),
]  # fmt: skip
