"""Distributions, decided: what may be cached, under which name they are reached, what they cost, where they are watched."""

import json
from pathlib import Path
from typing import Any

import pytest

from platform_contract.economics.estimate import cost, idle_lines
from platform_contract.features.cdn import FEATURE, CdnPlan
from platform_contract.manifest import Manifest
from platform_contract.manifest.edge_checks import _meet, _segments, path_pattern
from platform_contract.plan.account import wanted
from platform_contract.planning import draft, plan_workload
from platform_contract.platform import apigateway, cloudfront

from .samples import SCALED, Break, manifest, problems_with, put, settings

DOMAIN = {"domain": "dev.api.example.com", "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/one"}
STACK = settings(cdn=DOMAIN)
PUBLIC = {"public": True, "public_reason": "The catalogue is in every window."}


def with_cdn(*changes: Break) -> dict[str, Any]:
    """The sample with a distribution after `changes`; its own at each call, because they change what is in it."""
    routes = [{"http": {"route": "GET /orders"}}, {"http": {"route": "POST /orders"}}, {"http": {"route": "GET /catalog/{sku}", **PUBLIC}},
              {"http": {"route": "GET /catalog", **PUBLIC}}]  # fmt: skip
    cdn = {"cached": {"GET /catalog/{sku}": 60, "GET /catalog": 60}}
    return manifest(*SCALED, put("functions.api.triggers", routes), put("functions.api.smoke", [{"request": "GET /orders", "status": 200}]),
                    put("http_api", {"cdn": cdn}), *changes)  # fmt: skip


CACHED = "http_api.cdn.cached"


def planned(*changes: Break, **of_stack) -> CdnPlan:
    made = plan_workload(Manifest.model_validate(with_cdn(*changes)), settings(**{"cdn": DOMAIN, **of_stack})).features[FEATURE]
    assert isinstance(made, CdnPlan)
    return made


def test_the_sample_is_right(tmp_path: Path):
    assert problems_with(tmp_path, with_cdn(), STACK) == []


@pytest.mark.parametrize(("changes", "told"), [
    ([put("http_api.cdn.cached", {"GET /orders": 60})],
     "http_api.cdn.cached.GET /orders=60: would tell one caller another's answer: its authorizer is jwt, and the cache knows no callers; remove it; only what is `public: true` can be cached"),
    ([put("http_api.cdn.cached", {"GET /catalogue": 60})], "http_api.cdn.cached.GET /catalogue=60: is no route of the HTTP API; there is GET /orders, "),
    ([put("http_api.cdn.cached", {"POST /orders": 60})], "is for GET, and POST changes something; remove it"),
    ([put("http_api.cdn.cached", {"GET /catalog": 0})], "=0: must be at least 1"),
    ([put("http_api.cdn.cached", {"GET /catalog": 86_401})], "=86401: must be at most 86400"),
    ([put("functions.api.triggers.1.http.route", "PUT /catalog/{sku}")],
     "http_api.cdn.cached.GET /catalog/{sku}=60: would take requests of `PUT /catalog/{sku}` as well: CloudFront goes by the path alone, /catalog/*; change one of the two paths, or "
     "cache both for the same time"),
    ([put("functions.api.triggers.1.http.route", "GET /catalog/{sku}/price")],
     "http_api.cdn.cached.GET /catalog/{sku}=60: would take requests of `GET /catalog/{sku}/price` as well: CloudFront goes by the path alone, /catalog/*; "),
    ([put("http_api.cdn", {"ttl": 5})], "http_api.cdn.ttl: is not known"),
])  # fmt: skip
def test_what_cannot_be_cached_is_told(tmp_path: Path, changes, told: str):
    problems = problems_with(tmp_path, with_cdn(*changes), STACK)
    assert len(problems) == 1 and told in problems[0], problems


def test_different_times_on_paths_that_meet_are_told(tmp_path: Path):
    problems = problems_with(tmp_path, with_cdn(put("functions.api.triggers.3.http.route", "GET /catalog/new"), put(CACHED, {"GET /catalog/{sku}": 60, "GET /catalog/new": 5})), STACK)
    assert len(problems) == 2 and all("would take requests of" in each for each in problems), problems


@pytest.mark.parametrize(("cached", "other", "meet"), [
    ("GET /a", "POST /a", True), ("GET /a", "GET /a/b", False), ("GET /a/{x}", "GET /a", False), ("GET /a/{x}", "GET /a/b/c", True), ("GET /a/{x}", "GET /a/{y}/c", True),
    ("GET /a/{x}/b", "GET /a/{y}", False), ("GET /a/{x}/b", "GET /a/{y+}", True), ("GET /a/{x}/b", "GET /a/{y}/{z}", True), ("GET /a/b", "GET /a/{y}", True), ("GET /a/b", "GET /{y+}", True),
    ("GET /a/b/c", "GET /a/{y}", False), ("GET /{x}", "GET /b/c", True), ("GET /b", "GET /{x}/c", False),
])  # fmt: skip
def test_what_cloudfront_takes_for_one_path(cached: str, other: str, meet: bool):
    """`*` of a pattern stands for slashes too, a {parameter} of a route for none."""
    assert _meet(path_pattern(cached), _segments(other)) is meet


def test_a_stack_without_a_domain_is_told(tmp_path: Path):
    [problem] = problems_with(tmp_path, with_cdn(), settings())
    assert problem == ("http_api.cdn: needs a domain and its certificate, and the settings of dev name none; add `cdn: {domain: ..., certificate_arn: ...}` to the stack's settings, "
                       "or remove it")  # fmt: skip


@pytest.mark.parametrize(("given", "told"), [
    ({**DOMAIN, "domain": "Example.com"}, "cdn.domain"), ({**DOMAIN, "domain": "localhost"}, "cdn.domain"),
    ({**DOMAIN, "certificate_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/one"}, "must be the ARN of a certificate in us-east-1: CloudFront takes no other"),
    ({"domain": "dev.api.example.com"}, "certificate_arn"),
])  # fmt: skip
def test_a_wrong_domain_is_told(given, told: str):
    with pytest.raises(ValueError, match=told.replace("[", r"\[")):
        settings(cdn=given)


@pytest.mark.parametrize("phase", ["pilot", "standardize"])
def test_before_scale_there_is_none(phase):
    assert FEATURE not in draft(Manifest.model_validate(with_cdn()), STACK, phase).features


def test_nobody_has_one_who_does_not_ask():
    assert FEATURE not in plan_workload(Manifest.model_validate(manifest(*SCALED)), STACK).features


def test_it_is_reached_by_a_name_of_the_stacks_domain():
    plan = planned()
    assert (plan.host_name, plan.certificate_arn, plan.minimum_protocol) == ("orders.dev.api.example.com", DOMAIN["certificate_arn"], "TLSv1.2_2021")


def test_routes_of_one_time_share_a_policy_and_nothing_else_is_cached():
    plan = planned()
    assert plan.cached == {"/catalog/*": "60", "/catalog": "60"}
    assert {key: (it.physical_name, it.seconds) for key, it in plan.cache_policies.items()} == {"60": ("dev-orders-60s-eu-west-1", 60)}
    assert not planned(put("http_api.cdn", {})).cached


def test_answers_are_kept_apart_by_origin_where_pages_may_read_them():
    assert not planned().tells_origins
    assert planned(put("http_api.allowed_origins", ["https://shop.example.com"])).tells_origins


def test_its_own_answer_comes_before_cloudfronts():
    assert apigateway.INTEGRATION_TIMEOUT_MS < cloudfront.ORIGIN_READ_SECONDS * 1000 <= 60_000


def test_all_that_watches_it_is_beside_its_metrics():
    plan = planned()
    assert plan.region == "us-east-1" and {alarm.region for alarm in (*plan.alarms, *plan.acl.alarms)} == {"us-east-1"}
    assert [alarm.physical_name for alarm in plan.alarms] == ["dev-orders-cdn-server-errors-eu-west-1", "dev-orders-cdn-server-errors-hour-eu-west-1"]
    assert "Region" not in next(iter(plan.acl.alarms[0].metrics.values())).dimensions, "WAF gives none to metrics of a distribution"
    [publishers] = [each for each in json.loads(plan.topic_policy)["Statement"] if each["Sid"] == "Publishers"]
    assert publishers["Principal"]["Service"] == ["cloudwatch.amazonaws.com"] and ":us-east-1:" in publishers["Resource"]
    said = {each["Sid"]: each for each in json.loads(plan.key.policy)["Statement"]}
    assert said["ServiceLogs"]["Principal"]["Service"] == "logs.us-east-1.amazonaws.com" and "ServiceCloudwatch" in said


@pytest.mark.parametrize("data_class", ["public", "internal", "confidential", "restricted"])
def test_its_key_is_one_that_kms_takes(data_class: str):
    """No statement names nobody: KMS refuses an empty list of principals' ARNs."""
    named = {"restricted_data": {"deploying_roles": ["deploy"], "break_glass_roles": ["break-glass"]}}
    for each in json.loads(planned(put("data_class", data_class), **named).key.policy)["Statement"]:
        assert all(value for test in each.get("Condition", {}).values() for value in test.values()), each


def test_it_is_paid_by_the_month_and_by_the_request():
    content = Manifest.model_validate(with_cdn())
    lines = {line.what: line.usd for line in idle_lines(content, plan_workload(content, STACK))}
    assert (lines["web ACLs"], lines["rules of web ACLs"], lines["keys at the edge"]) == (5, 4, 1)
    by_price = {line.price: line.quantity for line in cost(content, STACK).lines}
    assert by_price["cdn_request"] == by_price["waf_request"] == by_price["http_api_request"] > 0


def test_its_policies_are_of_the_account():
    plan = plan_workload(Manifest.model_validate(with_cdn()), STACK)
    assert (wanted({"orders": plan})["cache_policies"], wanted({"orders": plan})["web_acls"]) == (1, 0)
