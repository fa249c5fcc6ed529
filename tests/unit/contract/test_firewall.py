"""The firewall, decided: what may be asked of it, how much an address may send, what only counts, what it costs, when it tells somebody."""

from pathlib import Path

import pytest

from platform_contract.economics.estimate import cost, idle_lines
from platform_contract.features.firewall import FEATURE, FirewallPlan
from platform_contract.manifest import Manifest
from platform_contract.plan.account import wanted
from platform_contract.plan.web_acl import LEAST_BLOCKED
from platform_contract.planning import draft, plan_workload
from platform_contract.platform import waf
from platform_contract.platform.prices import PRICES

from .samples import SCALED, Break, manifest, problems_with, put, settings

ROUTE = {"rest": {"route": "POST /prices", "authorizer": "key"}}
TIERS = {"tiers": {"slow": {"requests_per_second": 1, "burst": 5, "requests_per_month": 100}, "fast": {"requests_per_second": 50, "burst": 100, "requests_per_month": 100}},
         "clients": {"acme": "slow", "globex": "fast"}}  # fmt: skip
WITH_REST = (*SCALED, put("functions.api.triggers", [{"http": {"route": "GET /orders"}}, ROUTE]), put("rest_api", TIERS),
             put("functions.api.smoke", [{"request": "GET /orders", "status": 200}]))  # fmt: skip


def planned(*changes: Break, **of_stack) -> FirewallPlan:
    made = plan_workload(Manifest.model_validate(manifest(*WITH_REST, *changes)), settings(**of_stack)).features[FEATURE]
    assert isinstance(made, FirewallPlan)
    return made


def test_the_sample_is_right(tmp_path: Path):
    assert problems_with(tmp_path, manifest(*WITH_REST)) == []


@pytest.mark.parametrize(("given", "told"), [
    ({"requests_per_address": 9}, "firewall.requests_per_address=9: must be at least 10"),
    ({"requests_per_address": 2_000_000_001}, "firewall.requests_per_address=2000000001: must be at most 2e+09"),
    ({"requests_per_address": 15_099}, "firewall.requests_per_address=15099: is less than the tier 'fast' is promised: 50 a second x 300 s and a burst of 100 are 15100, "
                                       "and a client may call from one address; raise it to 15100, lower the tier, or leave it out"),
    ({"count_only": ["SizeRestriction_BODY"]}, "firewall.count_only[0]=SizeRestriction_BODY: is no group or rule of the firewall, and WAF "
                                               "would pass over it without a word; did you mean 'SizeRestrictions_BODY'?"),
    ({"count_only": ["bots"]}, "firewall.count_only[0]=bots: is no group or rule of the firewall"),
    ({"count_only": ["common", "NoUserAgent_HEADER"]}, "holds 'NoUserAgent_HEADER' and its whole group 'common'; keep one of the two"),
    ({"count_only": ["common", "common"]}, "firewall.count_only"),
    ({"rules": []}, "firewall.rules: is not known"),
])  # fmt: skip
def test_what_waf_would_refuse_or_pass_over_is_told(tmp_path: Path, given, told: str):
    [problem] = problems_with(tmp_path, manifest(*WITH_REST, put("firewall", given)))
    assert told in problem, problem


def test_a_firewall_before_nothing_is_told(tmp_path: Path):
    [problem] = problems_with(tmp_path, manifest(*SCALED, put("firewall", {"requests_per_address": 100})))
    assert problem.startswith("firewall: stands before nothing: WAF protects REST APIs, GraphQL APIs and distributions, no HTTP or WebSocket API; ")


@pytest.mark.parametrize("phase", ["pilot", "standardize"])
def test_before_scale_there_is_none(phase):
    assert FEATURE not in draft(Manifest.model_validate(manifest(*WITH_REST)), settings(), phase).features


def test_a_workload_without_an_api_that_waf_protects_has_none():
    assert FEATURE not in plan_workload(Manifest.model_validate(manifest(*SCALED)), settings()).features


@pytest.mark.parametrize(("changes", "limit"), [
    ((), 15_100), ((put("firewall", {"requests_per_address": 20_000}),), 20_000), ((put("rest_api.clients", {"acme": "slow"}), put("rest_api.tiers", {"slow": TIERS["tiers"]["slow"]})), 2000),
])  # fmt: skip
def test_an_address_may_send_what_a_client_is_promised(changes, limit: int):
    assert planned(*changes).acl.requests_per_address == limit


def test_what_only_counts_refuses_nobody():
    groups = {group.name: group for group in planned(put("firewall", {"count_only": ["ip-reputation", "SizeRestrictions_BODY"]})).acl.groups}
    assert [*groups] == ["ip-reputation", "known-bad-inputs", "common"]
    assert (groups["ip-reputation"].counts, groups["ip-reputation"].counted_rules) == (True, ())
    assert (groups["common"].counts, groups["common"].counted_rules) == (False, ("SizeRestrictions_BODY",))
    assert (groups["known-bad-inputs"].counts, groups["known-bad-inputs"].counted_rules) == (False, ())


def test_the_rules_fit_into_a_list():
    assert waf.RATE_CAPACITY + sum(group.capacity for group in waf.GROUPS.values()) <= waf.MAXIMUM_CAPACITY
    names = [rule for group in waf.GROUPS.values() for rule in group.rules]
    assert len(names) == len(set(names)), "a rule says which group it is in"


@pytest.mark.parametrize(("data_class", "redacts"), [("internal", False), ("confidential", True)])
def test_its_log_holds_no_credentials_and_no_queries_of_confidential_data(data_class: str, redacts: bool):
    acl = planned(put("data_class", data_class)).acl
    assert {"authorization", "cookie", "x-api-key"} <= set(acl.redacted_headers)
    assert (acl.redacts_query, acl.log_protection is not None) == (redacts, redacts)
    assert acl.log_group_name == "aws-waf-logs-dev-orders"


def test_somebody_is_told_of_a_share_and_at_once_if_it_is_most_of_what_usually_comes():
    some, most = planned().acl.alarms
    assert (some.suffix, some.threshold, some.told_by) == ("blocked", 0.1, "") and ". Ticket for " in some.description
    assert (most.suffix, most.threshold) == ("mostly-blocked", 0.5) and ". Page for " in most.description
    # The sample expects 2 M a month: 228 in five minutes.
    assert f">= {LEAST_BLOCKED}," in some.expression and ">= 114," in most.expression
    assert [alarm.suffix for alarm in planned(alarms="page").acl.alarms] == ["mostly-blocked"]


def test_it_is_paid_by_the_month_and_by_the_request():
    with_rest = Manifest.model_validate(manifest(*WITH_REST))
    lines = {line.what: line.usd for line in idle_lines(with_rest, plan_workload(with_rest, settings()))}
    assert lines["web ACLs"] == 5 and lines["rules of web ACLs"] == 4
    [asked] = [line for line in cost(with_rest, settings()).lines if line.price == "waf_request"]
    [requests] = [line for line in cost(with_rest, settings()).lines if line.price == "rest_api_request"]
    assert asked.quantity == requests.quantity > 0 and asked.usd == pytest.approx(asked.quantity * PRICES["waf_request"].each)


def test_it_is_one_of_the_lists_of_the_account():
    plan = plan_workload(Manifest.model_validate(manifest(*WITH_REST)), settings())
    assert wanted({"orders": plan})["web_acls"] == 1
