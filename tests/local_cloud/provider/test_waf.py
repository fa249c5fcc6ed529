"""AWS WAF: what is refused of lists and associations before anything is sent."""

import pytest

from . import wire
from .cases_waf import ACL, ASSOCIATION, STAGE, limited, listed, managed
from .refusing import assert_refused, each_of

pytestmark = pytest.mark.emulator
LIST_ARN = f"arn:aws:wafv2:{wire.REGION}:{wire.ACCOUNT}:regional/webacl/orders/00000000-0000-0000-0000-000000000000"
OF_STAGE = {"webAclArn": LIST_ARN, "resourceArn": STAGE}
RATE = "rules[0].statement.rateBasedStatement"

REFUSED = [
    (ACL, listed(), {"defaultAction": {}}, "defaultAction", "exactly one of allow, block"),
    (ACL, listed(), {"defaultAction": {"allow": {}, "block": {}}}, "defaultAction", "exactly one of allow, block"),
    (ACL, listed(), {"scope": "GLOBAL"}, "scope", "must be one of CLOUDFRONT, REGIONAL"),
    (ACL, listed(), {"name": "a b"}, "name", "must match"),
    (ACL, listed(), {"rules": [limited(5)]}, f"{RATE}.limit", "must be 10 to 2000000000"),
    (ACL, listed(), {"rules": [limited(statement={"rateBasedStatement": {"limit": 100, "aggregateKeyType": "IP", "evaluationWindowSec": 90}})]}, f"{RATE}.evaluationWindowSec", "is one of 60, 120, 300, 600"),
    (ACL, listed(), {"rules": [limited(statement={"rateBasedStatement": {"limit": 100, "aggregateKeyType": "ADDRESS"}})]}, f"{RATE}.aggregateKeyType", "must be one of CONSTANT"),
    (ACL, listed(), {"rules": [limited(action=None)]}, "rules[0].action", "a rule with a rateBasedStatement has action, and no overrideAction"),
    (ACL, listed(), {"rules": [managed(action={"block": {}}, overrideAction=None)]}, "rules[0].overrideAction", "a rule with a managedRuleGroupStatement has overrideAction"),
    (ACL, listed(), {"rules": [limited(statement={})]}, "rules[0].statement", "has exactly one statement; here: none"),
    (ACL, listed(), {"rules": [limited(), managed(priority=2)]}, "rules", "each has a priority of its own; here: 2, 2"),
    (ACL, listed(), {"rules": [limited(), limited(priority=3)]}, "rules", "each has a name of its own; here: rate, rate"),
    (ACL, listed(), {"ruleJson": "[]"}, "ruleJson", "the embedded cloud's provider does not send it"),
    (ASSOCIATION, OF_STAGE, {"resourceArn": f"arn:aws:apigateway:{wire.REGION}::/apis/abc/stages/$default"}, "resourceArn", "is an HTTP or WebSocket API, which WAF does not protect"),
    (ASSOCIATION, OF_STAGE, {"resourceArn": f"arn:aws:cloudfront::{wire.ACCOUNT}:distribution/ABC"}, "resourceArn", "in webAclId"),
]  # fmt: skip


@each_of(REFUSED)
def test_refused(provider: wire.Provider, token: str, fine: dict, change: dict, path: str, reason: str) -> None:
    assert_refused(provider, token, fine, change, path, reason)


def test_rules_reach_the_service_as_it_names_them(provider: wire.Provider, client: object) -> None:
    id, state, _ = provider.make(ACL, listed(name="named"))
    sent = client("wafv2").get_web_acl(Name="named", Scope="REGIONAL", Id=id)["WebACL"]["Rules"]  # type: ignore[operator]
    group = sent[0]["Statement"]["ManagedRuleGroupStatement"]
    assert (group["VendorName"], group["Name"], sent[0]["OverrideAction"]) == (
        "AWS",
        "AWSManagedRulesCommonRuleSet",
        {"None": {}},
    )
    assert group["RuleActionOverrides"] == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
    assert sent[1]["Statement"]["RateBasedStatement"] == {"Limit": 1000, "AggregateKeyType": "IP", "EvaluationWindowSec": 300}
    provider.delete(ACL, id, state)
