"""Amazon CloudFront: what stands before an API. The emulator keeps distributions; requests through them were not tried."""

import uuid
from collections.abc import Iterator
from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging
from .common import refused

ARN = "arn:{partition}:cloudfront::{account}"
TAGS = Tagging(
    "", "tag_resource", "untag_resource", "list_tags_for_resource", {"Resource": "arn"}, answer="Tags.Items", shape="items"
)
ZONE = "Z2FDTNDATAQYW2"
"""Route 53's hosted zone of every distribution (CloudFront developer guide)."""
NAMES = {
    "ARN": "arn", "CacheBehaviors": "orderedCacheBehaviors", "ETag": "etag", "HeaderName": "name", "HeaderValue": "value", "Id": "originId",
    "Items": "locations", "LambdaFunctionARN": "lambdaArn", "Logging": "loggingConfig", "TrustedKeyGroups": "", "TrustedSigners": "",
}  # fmt: skip
METHODS = (["GET", "HEAD"], ["GET", "HEAD", "OPTIONS"], ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"])
"""CloudFront API reference, AllowedMethods: the three sets that there are."""
NOT_SENT = (
    "anycastIpListId",
    "cacheTagConfig",
    "connectionFunctionAssociation",
    "continuousDeploymentPolicyId",
    "originGroups",
    "staging",
    "viewerMtlsConfig",
)


def _behaviors(config: State, default: str, ordered: str) -> list[State]:
    return [each for each in (config.get(default), *(config.get(ordered) or [])) if isinstance(each, dict)]


def _config(work: Work, reference: str) -> dict[str, Any]:
    """The configuration as the service has it: lists are counted, and the methods that are cached lie in those that are allowed."""
    call = Call("create_distribution", wrap="DistributionConfig")
    made: dict[str, Any] = work.params(call)["DistributionConfig"]
    given = _behaviors(work.state, "defaultCacheBehavior", "orderedCacheBehaviors")
    sent = [made["DefaultCacheBehavior"], *made.get("CacheBehaviors", {}).get("Items", [])]
    for properties, behavior in zip(given, sent, strict=True):
        methods = properties["cachedMethods"]
        behavior["AllowedMethods"]["CachedMethods"] = {"Quantity": len(methods), "Items": methods}
    if "Logging" in made:
        made["Logging"] = {"IncludeCookies": False, "Prefix": "", **made["Logging"], "Enabled": True}
    made["Restrictions"]["GeoRestriction"].setdefault("Quantity", 0)
    return {"Comment": "", **made, "CallerReference": reference}


def _create(work: Work) -> State:
    answer = work.call("create_distribution", DistributionConfig=_config(work, str(uuid.uuid4())))["Distribution"]
    return {"id": answer["Id"], "arn": answer["ARN"]}


def _read(work: Work) -> State | None:
    answer = work.call("get_distribution", Id=work.state["id"])
    seen, config = answer["Distribution"], answer["Distribution"]["DistributionConfig"]
    for behavior in [config["DefaultCacheBehavior"], *config.get("CacheBehaviors", {}).get("Items", [])]:
        behavior["CachedMethods"] = behavior.get("AllowedMethods", {}).pop("CachedMethods", None)
    if not config.get("Logging", {}).get("Enabled"):
        config.pop("Logging", None)
    found = (
        work.properties(Call("get_distribution"), {**config, **{name: seen[name] for name in ("ARN", "Status", "DomainName")}})
        or {}
    )
    return {**found, "etag": answer["ETag"], "callerReference": config["CallerReference"], "hostedZoneId": ZONE}


def _update(work: Work) -> None:
    answer = work.call("get_distribution_config", Id=work.state["id"])
    config = _config(work, answer["DistributionConfig"]["CallerReference"])
    work.call("update_distribution", Id=work.state["id"], IfMatch=answer["ETag"], DistributionConfig=config)


def _delete(work: Work) -> None:
    """A distribution is switched off before it can go."""
    answer = work.call("get_distribution_config", Id=work.state["id"])
    config = answer["DistributionConfig"]
    if config["Enabled"]:
        off = {**config, "Enabled": False}
        answer = work.call("update_distribution", Id=work.state["id"], IfMatch=answer["ETag"], DistributionConfig=off)
    if not work.state.get("retainOnDelete"):
        work.call("delete_distribution", Id=work.state["id"], IfMatch=answer["ETag"])


def _checked(inputs: State) -> Iterator[tuple[str, str]]:
    origins = inputs.get("origins")
    ids = [each.get("originId") for each in origins if isinstance(each, dict)] if isinstance(origins, list) else []
    if len(set(map(str, ids))) < len(ids):
        yield "origins", f"origins: ids are unique; here: {', '.join(map(str, ids))}"
    default, ordered = inputs.get("defaultCacheBehavior"), inputs.get("orderedCacheBehaviors")
    places = [("defaultCacheBehavior", default)]
    places += [
        (f"orderedCacheBehaviors[{index}]", each) for index, each in enumerate(ordered if isinstance(ordered, list) else [])
    ]
    for where, behavior in places:
        if isinstance(behavior, dict):
            yield from ((f"{where}.{name}", f"{where}.{name}: {told}") for name, told in _behavior(behavior, ids))


def _behavior(behavior: State, ids: list[Any]) -> Iterator[tuple[str, str]]:
    target, allowed, cached = (behavior.get(name) for name in ("targetOriginId", "allowedMethods", "cachedMethods"))
    if isinstance(target, str) and ids and all(isinstance(each, str) for each in ids) and target not in ids:
        yield "targetOriginId", f"'{target}' is no origin; here: {', '.join(ids)}"
    for name, given, sets in (("allowedMethods", allowed, METHODS), ("cachedMethods", cached, METHODS[:2])):
        if isinstance(given, list) and all(isinstance(each, str) for each in given) and sorted(given) not in sets:
            yield name, f"is one of {'; '.join(', '.join(each) for each in sets)}"
    if (behavior.get("cachePolicyId") is None) == (behavior.get("forwardedValues") is None):
        yield "cachePolicyId", "exactly one of cachePolicyId, forwardedValues has to be given"


def _certificate(inputs: State) -> list[tuple[str, str]]:
    given = inputs.get("viewerCertificate")
    if not isinstance(given, dict):
        return []
    arn = given.get("acmCertificateArn")
    if isinstance(arn, str) and ":acm:us-east-1:" not in arn:
        return [
            (
                "viewerCertificate.acmCertificateArn",
                f"viewerCertificate.acmCertificateArn='{arn}': CloudFront takes certificates of us-east-1",
            )
        ]
    if inputs.get("aliases") and given.get("cloudfrontDefaultCertificate") is True:
        return [("aliases", "aliases: need a certificate of their own; CloudFront's default one is for *.cloudfront.net")]
    return []


def _ttls(inputs: State) -> list[tuple[str, str]]:
    least, default, most = (
        inputs.get(name, value) for name, value in (("minTtl", 0), ("defaultTtl", 86_400), ("maxTtl", 31_536_000))
    )
    if all(isinstance(each, (int, float)) for each in (least, default, most)) and not least <= default <= most:
        told = f"minTtl={int(least)} <= defaultTtl={int(default)} <= maxTtl={int(most)} does not hold"
        return [("defaultTtl", f"defaultTtl: {told}")]
    return []


def _policy(action: str) -> Any:
    def change(work: Work) -> State:
        config = work.params(Call("create_cache_policy", wrap="CachePolicyConfig"))["CachePolicyConfig"]
        inner = config.get("ParametersInCacheKeyAndForwardedToOrigin", {})
        inner.setdefault("EnableAcceptEncodingGzip", False)
        named = {"Id": work.state["id"], "IfMatch": _etag(work)} if action == "update_cache_policy" else {}
        return {"id": work.call(action, CachePolicyConfig={"MinTTL": 0, **config}, **named)["CachePolicy"]["Id"]}

    return change


def _etag(work: Work) -> str:
    return str(work.call("get_cache_policy", Id=work.state["id"])["ETag"])


def _read_policy(work: Work) -> State | None:
    answer = work.call("get_cache_policy", Id=work.state["id"])
    config = answer["CachePolicy"]["CachePolicyConfig"]
    for name in ("Cookies", "Headers", "QueryStrings"):  # nothing is named by an empty list
        named = config.get("ParametersInCacheKeyAndForwardedToOrigin", {}).get(f"{name}Config", {})
        if not named.get(name, {}).get("Quantity"):
            named.pop(name, None)
    found = work.properties(Call("get_cache_policy"), config) or {}
    return {**found, "etag": answer["ETag"]}


def _delete_policy(work: Work) -> None:
    work.call("delete_cache_policy", Id=work.state["id"], IfMatch=_etag(work))


RESOURCES = [
    Resource(
        "aws:cloudfront/distribution:Distribution", "cloudfront", tags=TAGS, api=NAMES, known={"arn": f"{ARN}:distribution/{{id}}"},
        fakes={"id": "hex:13", "domainName": "{hex}.cloudfront.net", "hostedZoneId": ZONE, "etag": "hex:13"},
        create=_create, update=(_update,), read=_read, delete=(_delete,), recomputed={"etag": ("origins", "enabled", "defaultCacheBehavior", "orderedCacheBehaviors", "comment", "webAclId")},
        ordered=frozenset({"orderedCacheBehaviors"}), unread=frozenset({"retainOnDelete", "waitForDeployment", "lastModifiedTime"}),
        checks=(lambda inputs: list(_checked(inputs)), _certificate, refused(dict.fromkeys(NOT_SENT, "it knows origins, behaviors, aliases, errors and logs"))),
        limits={
            "defaultCacheBehavior.viewerProtocolPolicy": {"enum": ["allow-all", "https-only", "redirect-to-https"]},
            "orderedCacheBehaviors.viewerProtocolPolicy": {"enum": ["allow-all", "https-only", "redirect-to-https"]},
            "origins.customOriginConfig.originProtocolPolicy": {"enum": ["http-only", "https-only", "match-viewer"]},
            "origins.customOriginConfig.originSslProtocols": {"enum": ["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"]},
            "priceClass": {"enum": ["PriceClass_100", "PriceClass_200", "PriceClass_All"]},
            "httpVersion": {"enum": ["http1.1", "http2", "http2and3", "http3"]},
            "restrictions.geoRestriction.restrictionType": {"enum": ["blacklist", "none", "whitelist"]},
        },  # CloudFront API reference, DistributionConfig
        aws_refuses=(
            Refusal("cloudfront-list-is-of-cloudfront", "A list in webAclId has the scope CLOUDFRONT and is made in us-east-1."),
            Refusal("cloudfront-certificate-covers-aliases", "The certificate has to cover every alias, and an alias is in one distribution of the world."),
            Refusal("cloudfront-default-certificate-is-tlsv1", "Under CloudFront's own certificate the oldest protocol is TLSv1, whatever minimumProtocolVersion says."),
            Refusal("cloudfront-keeps-errors", "Errors are kept for ten seconds and told to others, also where nothing is cached, unless errorCachingMinTtl of each status says 0."),
            Refusal("cloudfront-api-has-its-own-host", "API Gateway answers 403 to a request whose header Host is not its own name: it must not be handed on."),
            Refusal("cloudfront-takes-minutes", "A change is everywhere after minutes, and a distribution can be deleted when it was switched off and that is everywhere; the official provider waits."),
            Refusal("cloudfront-origin-answers-others-too", "What stands before an API does not hide it: the API's own address answers everybody, unless it asks for a header that only CloudFront sends."),
            Refusal("cloudfront-needs-a-verified-account", "A new account has to be verified before CreateDistribution is taken."),
        ),
    ),
    Resource(
        "aws:cloudfront/cachePolicy:CachePolicy", "cloudfront", named="name", name_limit=128, known={"arn": f"{ARN}:cache-policy/{{id}}"},
        api={"ETag": "etag"}, fakes={"id": "uuid", "etag": "hex:13"}, recomputed={"etag": ("name", "comment", "defaultTtl", "maxTtl", "minTtl", "parametersInCacheKeyAndForwardedToOrigin")},
        create=_policy("create_cache_policy"), update=(_policy("update_cache_policy"),), read=_read_policy, delete=(_delete_policy,), checks=(_ttls,),
        limits={"parametersInCacheKeyAndForwardedToOrigin." + path: {"enum": values} for path, values in (
            ("cookiesConfig.cookieBehavior", ["all", "allExcept", "none", "whitelist"]), ("headersConfig.headerBehavior", ["none", "whitelist"]),
            ("queryStringsConfig.queryStringBehavior", ["all", "allExcept", "none", "whitelist"]))},  # CloudFront API reference, CachePolicyConfig
        aws_refuses=(
            Refusal("cloudfront-policy-in-use", "DeleteCachePolicy is refused while a behavior of a distribution names the policy, also one that is being deleted."),
            Refusal("cloudfront-20-policies", "An account has at most 20 cache policies of its own, and their names are unique."),
        ),
    ),
]  # fmt: skip
