"""Cases of AWS WAF; see `cases`."""

from typing import Any

from . import wire
from .cases import Case, Inputs

ACL, ASSOCIATION = "aws:wafv2/webAcl:WebAcl", "aws:wafv2/webAclAssociation:WebAclAssociation"
STAGE = f"arn:aws:apigateway:{wire.REGION}::/restapis/abc/stages/v1"


def seen(name: str) -> Inputs:
    return {"cloudwatchMetricsEnabled": True, "metricName": name, "sampledRequestsEnabled": True}


def managed(priority: int = 1, **settings: Any) -> Inputs:
    override = {"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}
    group = {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet", "ruleActionOverrides": [override]}
    return {
        "name": "common",
        "priority": priority,
        "overrideAction": {"none": {}},
        "statement": {"managedRuleGroupStatement": group},
        "visibilityConfig": seen("common"),
        **settings,
    }


def limited(limit: int = 1000, **settings: Any) -> Inputs:
    rate = {"limit": limit, "aggregateKeyType": "IP", "evaluationWindowSec": 300}
    return {
        "name": "rate",
        "priority": 2,
        "action": {"block": {}},
        "statement": {"rateBasedStatement": rate},
        "visibilityConfig": seen("rate"),
        **settings,
    }


def listed(**settings: Any) -> Inputs:
    return {
        "name": "orders",
        "scope": "REGIONAL",
        "defaultAction": {"allow": {}},
        "rules": [managed(), limited()],
        "visibilityConfig": seen("orders"),
        **settings,
    }


need_list = ("list", ACL, lambda made: listed(name="needed"))

CASES = [
    Case(ACL, lambda made: listed(description="of orders", tags={"a": "1"}), changed={"rules": [limited(2000)], "description": "of all", "tags": {"b": "2"}}, replaced={"name": "orders-2"},
         outputs=("arn", "lockToken", "id"), import_id=lambda made, state: f"{state['id']}/orders/REGIONAL", not_imported=frozenset({"description"}), deletes_first=False),
    Case(ASSOCIATION, lambda made: {"webAclArn": made["list"]["arn"], "resourceArn": STAGE}, needs=(need_list,), replaced={"resourceArn": f"{STAGE}2"},
         import_id=lambda made, state: f"{made['list']['arn']},{STAGE}", deletes_first=False),
]  # fmt: skip
