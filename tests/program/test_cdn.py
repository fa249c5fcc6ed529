"""Distributions in the graph: before an HTTP API and after its firewall, no plain HTTP, nothing cached that is not everybody's, watched where its metrics are."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from platform_contract.platform import cloudfront
from tests.once import once, session_folder
from tests.program import checks, test_firewall
from tests.program.breaking import Change, broken, not_made, only, told_of, unordered, with_, without
from tests.program.graph import ROOT, Graph, run_program
from tests.program.stacks import graph_of

PUBLIC = ["GET /catalog", "GET /catalog/{sku}"]
"""Routes that the program of this test gives to clickstream, the workload whose API everybody may call, and caches."""


@cache
def program() -> Path:
    """clickstream in the last phase, with a distribution that caches."""

    def make() -> Path:
        folder = session_folder() / "program-with-a-cache"
        (folder / "workloads").mkdir(parents=True)
        manifest = yaml.safe_load((ROOT / "workloads" / "clickstream.yaml").read_text()) | {"phase": "scale"}
        triggers = manifest["functions"]["collect"]["triggers"]
        triggers += [{"http": {"route": route, "public": True, "public_reason": "For this test."}} for route in PUBLIC]
        manifest["http_api"] = {"allowed_origins": ["https://shop.example.com"], "cdn": {"cached": {PUBLIC[0]: 30, PUBLIC[1]: 60}}}
        manifest["cost"]["monthly_budget_usd"] = 500
        orders = yaml.safe_load((ROOT / "workloads" / "orders.yaml").read_text())
        manifest |= {"operations": orders["operations"], "slo": orders["slo"]}
        for name, function in manifest["functions"].items():
            function.setdefault("smoke", [{"event": {}, "answer": {}}] if name != "collect" else [{"request": PUBLIC[0], "status": 200}])
        (folder / "workloads" / "clickstream.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False))
        for name in ("handlers", "policies"):
            (folder / name).symlink_to(ROOT / name)
        shutil.copy(ROOT / "__main__.py", folder)
        return folder / "__main__.py"

    return once("path-of-a-cache", make)


@cache
def caching() -> Graph:
    return once("graph-with-a-cache", lambda: run_program("dev", program=program()))


def distributions(graph: Graph) -> Iterator[str]:
    """One before the HTTP API of each workload that asks, reached by its own name with TLS 1.2 and nothing else, after its firewall's log."""
    asking = [node.name for node in graph.all("Workload") if any(child.kind == "Cdn" for child in graph.under(node))]
    for name in asking:
        found = [node for node in graph.all("cloudfront/distribution") if node.inputs["tags"]["workload"] == name]
        if len(found) != 1:
            yield f"{name}: has {len(found)} distributions"
            continue
        [node] = found
        api = next(each for each in graph.all("apigatewayv2/api") if each.inputs["tags"]["workload"] == name and each.inputs["protocolType"] == "HTTP")
        [origin] = node.inputs["origins"]
        if origin["domainName"] != api.outputs["apiEndpoint"].removeprefix("https://") or not graph.comes_after(node, api):
            yield f"{node.name}: stands before {origin['domainName']}"
        custom = origin["customOriginConfig"]
        if custom["originProtocolPolicy"] != "https-only" or custom["originSslProtocols"] != ["TLSv1.2"] or custom["originReadTimeout"] <= 30:
            yield f"{node.name}: asks the API by {custom}"
        certificate = node.inputs["viewerCertificate"]
        if certificate.get("minimumProtocolVersion") != "TLSv1.2_2021" or ":acm:us-east-1:" not in certificate.get("acmCertificateArn", ""):
            yield f"{node.name}: viewers may come by {certificate}"
        if node.inputs.get("aliases") != [f"{name}.dev.api.example.com"]:
            yield f"{node.name}: is reached as {node.inputs.get('aliases')}"
        acl = next((each for each in graph.all("wafv2/webAcl") if each.outputs["arn"] == node.inputs.get("webAclId")), None)
        if acl is None or acl.inputs["scope"] != "CLOUDFRONT" or acl.inputs.get("region") != "us-east-1":
            yield f"{node.name}: has no firewall of the scope CLOUDFRONT, in us-east-1"
            continue
        logging = [each for each in graph.all("wafv2/webAclLoggingConfiguration") if each.inputs["resourceArn"] == acl.outputs["arn"]]
        if not logging or not graph.comes_after(node, logging[0]):
            yield f"{node.name}: may be made before its firewall logs"


def uncached(graph: Graph) -> Iterator[str]:
    """All goes on to the API with its token, but for the routes of the manifest; no error is told again."""
    for node in graph.all("cloudfront/distribution"):
        default = node.inputs["defaultCacheBehavior"]
        if (default.get("cachePolicyId"), default.get("originRequestPolicyId")) != (cloudfront.CACHING_DISABLED, cloudfront.ALL_BUT_HOST):
            yield f"{node.name}: caches what nobody asked for, or keeps something from the API"
        if set(default["allowedMethods"]) != set(cloudfront.ALL_METHODS):
            yield f"{node.name}: lets {sorted(default['allowedMethods'])} through only"
        for behavior in (default, *(node.inputs.get("orderedCacheBehaviors") or [])):
            if behavior["viewerProtocolPolicy"] != "https-only":
                yield f"{node.name}: takes plain HTTP"
        kept = {each["errorCode"] for each in node.inputs.get("customErrorResponses", []) if each["errorCachingMinTtl"] == 0}
        if not kept >= set(cloudfront.ERRORS):
            yield f"{node.name}: tells one caller's {sorted(set(cloudfront.ERRORS) - kept)} to others"


def cached(graph: Graph) -> Iterator[str]:
    """A cached path keeps answers by path, query and the page that may read them; nothing else reaches the API there, and nothing lives longer than asked."""
    policies = {f"{node.name}-id": node for node in graph.all("cloudfront/cachePolicy")}
    used: set[str] = set()
    for node in graph.all("cloudfront/distribution"):
        for behavior in node.inputs.get("orderedCacheBehaviors") or []:
            policy = policies.get(behavior["cachePolicyId"])
            if policy is None or not graph.comes_after(node, policy):
                yield f"{node.name}: caches {behavior['pathPattern']} by a policy that is not there"
                continue
            used.add(policy.name)
            key = policy.inputs["parametersInCacheKeyAndForwardedToOrigin"]
            if key["queryStringsConfig"] != {"queryStringBehavior": "all"} or key["cookiesConfig"] != {"cookieBehavior": "none"}:
                yield f"{policy.name}: keeps answers apart by {key}"
            if key["headersConfig"] != {"headerBehavior": "whitelist", "headers": {"items": ["Origin"]}}:
                yield f"{policy.name}: tells one page's permission to another"
            if behavior.get("originRequestPolicyId") != cloudfront.CORS_HEADERS:
                yield f"{node.name}: {behavior['pathPattern']} hands on what is not in its key, or not what browsers ask first"
            if not policy.inputs["maxTtl"] == policy.inputs["defaultTtl"] <= cloudfront.MOST_CACHE_SECONDS:
                yield f"{policy.name}: keeps answers for {policy.inputs['maxTtl']} s"
    yield from (f"{node.name}: no distribution uses it" for node in policies.values() if node.name not in used)


def watched(graph: Graph) -> Iterator[str]:
    """What tells of it is in us-east-1 all the way: alarm, topic, its policy, its receivers, key and log."""
    for node in graph.all("cloudfront/distribution"):
        below = [each for each in graph.nodes if each.parent == node.parent and each.custom and not each.kind.startswith("cloudfront/")]
        yield from (f"{each.kind} {each.name}: is in {each.inputs.get('region')}" for each in below if each.inputs.get("region") != "us-east-1")
        alarms = [each for each in below if each.kind == "cloudwatch/metricAlarm"]
        if sorted(each.inputs.get("metricName", "") for each in alarms) != ["", "", "5xxErrorRate", "5xxErrorRate"]:
            yield f"{node.name}: is watched by {sorted(each.name for each in alarms)}"
        for alarm in alarms:
            for action in alarm.inputs.get("alarmActions") or ["nobody"]:
                yield from (f"{alarm.name}: {wrong}" for wrong in checks.unreachable(graph, action, "cloudwatch.amazonaws.com"))
        topics = [each for each in below if each.kind == "sns/topic"]
        heard = {each.inputs["topic"] for each in below if each.kind == "sns/topicSubscription"}
        yield from (f"{each.name}: nobody receives it" for each in topics if each.outputs["arn"] not in heard)


CHECKS = (distributions, uncached, cached, watched)
EVERYWHERE = (checks.parents, checks.tokens, checks.edges, checks.alarms, checks.names)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_reference_workload_with_an_http_api_has_one(check):
    graph = graph_of("dev")
    assert [node.name for node in graph.all("cloudfront/distribution")] == ["orders-cdn"]
    assert list(check(graph)) == []


@pytest.mark.parametrize("check", (*CHECKS, *EVERYWHERE, *test_firewall.CHECKS), ids=lambda check: check.__name__)
def test_one_that_caches(check):
    graph = caching()
    assert {each["pathPattern"] for node in graph.all("cloudfront/distribution") for each in node.inputs["orderedCacheBehaviors"]} == {"/catalog", "/catalog/*"}
    assert sorted(node.inputs["maxTtl"] for node in graph.all("cloudfront/cachePolicy")) == [30, 60]
    assert list(check(graph)) == []


def test_a_workload_tells_its_address():
    """Beside the API's own, which goes on answering."""
    orders = graph_of("dev").one("Workload", "orders").registered_outputs or {}
    assert orders["urls"]["cdn"] == "https://orders.dev.api.example.com" and orders["urls"]["http"].endswith(".amazonaws.com")
    assert orders["resources"]["apis"]["http"]["distribution"] == {
        "id": "orders-cdn-id", "url": "https://orders.dev.api.example.com", "domain_name": "orders-cdn.cloudfront.net",
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "check", "says"), [
    ("cloudfront.Distribution", without("web_acl_id"), distributions, "has no firewall"),
    ("cloudfront.Distribution", unordered, distributions, "may be made before its firewall logs"),
    ("cloudfront.Distribution", with_(viewer_certificate={"cloudfront_default_certificate": True}), distributions, "viewers may come by"),
    ("cloudfront.Distribution", without("custom_error_responses"), uncached, "tells one caller's [400, 403, 404"),
    ("wafv2.WebAcl", without("region"), distributions, "has no firewall of the scope CLOUDFRONT, in us-east-1"),
    ("cloudwatch.MetricAlarm", only("-cdn-server-errors", not_made), watched, "is watched by"),
    ("cloudwatch.MetricAlarm", only("-cdn-server-errors", without("region")), watched, "orders-cdn-server-errors: is in None"),
    ("sns.TopicSubscription", only("-cdn-alarms-platform-dev-example-com", not_made), watched, "nobody receives it"),
    ("cloudwatch.LogGroup", only("-cdn-firewall-logs", without("kms_key_id")), test_firewall.logged, "logs to "),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, check, says: str):
    found = told_of(monkeypatch, ("orders",), kind, change, check)
    assert any(says in each for each in found), found


def test_a_cache_that_tells_one_page_what_another_may_read_is_noticed(monkeypatch: pytest.MonkeyPatch):
    key = {"cookies_config": {"cookie_behavior": "none"}, "headers_config": {"header_behavior": "none"}, "query_strings_config": {"query_string_behavior": "all"}}
    assert broken(monkeypatch, "cloudfront.CachePolicy", with_(parameters_in_cache_key_and_forwarded_to_origin=key)) == []
    found = list(cached(run_program("dev", program=program())))
    assert any("tells one page's permission to another" in each for each in found), found
