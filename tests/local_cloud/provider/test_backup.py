"""AWS Backup: what is refused of plans and selections before anything is sent."""

import pytest

from . import wire
from .cases_backup import PLAN, SELECTION, VAULT
from .refusing import assert_refused, each_of

pytestmark = pytest.mark.emulator
DAILY = {"ruleName": "daily", "targetVaultName": "orders"}
CHOSEN = {"name": "tables", "planId": "one", "iamRoleArn": "arn:aws:iam::000000000000:role/backup", "resources": ["*"]}


def planned(**settings: object) -> dict:
    return {"name": "orders", "rules": [{**DAILY, **settings}]}


REFUSED = [
    (VAULT, {"name": "orders"}, {"name": "o"}, "name", "must match ^[a-zA-Z0-9"),
    (PLAN, planned(), planned(lifecycle={"coldStorageAfter": 30, "deleteAfter": 100}), "rules[0].lifecycle.deleteAfter", "is at least 90 days after coldStorageAfter=30"),
    (PLAN, planned(), planned(enableContinuousBackup=True, lifecycle={"deleteAfter": 36}), "rules[0].lifecycle.deleteAfter", "is at most 35"),
    (PLAN, planned(), planned(enableContinuousBackup=True, lifecycle={"coldStorageAfter": 1}), "rules[0].lifecycle.coldStorageAfter", "are not moved"),
    (PLAN, planned(), planned(schedule="rate(1 day)"), "rules[0].schedule", "is cron(...) with six fields"),
    (PLAN, planned(), planned(startWindow=30), "rules[0].startWindow", "is at least 60 minutes"),
    (PLAN, planned(), planned(startWindow=60, completionWindow=90), "rules[0].completionWindow", "at least an hour longer"),
    (PLAN, planned(), {"rules": [DAILY, DAILY]}, "rules", "names are unique in a plan; here: daily, daily"),
    (PLAN, planned(), planned(ruleName="a b"), "rules[0].ruleName", "must match"),
    (SELECTION, CHOSEN, {"resources": None}, "resources", "a selection of nothing is refused"),
    (SELECTION, CHOSEN, {"selectionTags": [{"type": "STRINGLIKE", "key": "a", "value": "b"}]}, "selectionTags[0].type", "must be one of STRINGEQUALS"),
]  # fmt: skip


@each_of(REFUSED)
def test_refused(provider: wire.Provider, token: str, fine: dict, change: dict, path: str, reason: str) -> None:
    assert_refused(provider, token, fine, change, path, reason)
